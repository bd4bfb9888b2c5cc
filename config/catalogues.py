"""Translations from .po to .mo without gettext: a newcomer's machine has no msgfmt."""

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]


def compile_catalogues(root: Path = ROOT) -> list[Path]:
    """Write the .mo beside every .po that is newer than it, and say which were written."""
    written = []
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")) + sorted(root.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        half = target.with_suffix(".mo.half")
        polib.pofile(str(source)).save_as_mofile(str(half))
        half.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    for catalogue in compile_catalogues():
        sys.stderr.write(f"Compiled {catalogue.relative_to(ROOT)}\n")
