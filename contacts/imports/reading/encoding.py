"""Which letters the bytes of a text file stand for."""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable
from contacts.imports.reading.guessing import HIGH, Guess, guessed, plain_name

BLOCK = 1 << 20
SAMPLE = 1 << 16
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


class Encoding(NamedTuple):
    """A codec, how it treats bytes that do not fit, and whether a person should look at the result."""

    name: str
    errors: str = "strict"
    sure: bool = True

    options: tuple[str, ...] = ()
    """Names of the codecs a person should choose from, the best guess first; empty when that is clear enough."""

    @property
    def plain_name(self) -> str:
        """What people call it."""
        return plain_name(self.name)


def detect_encoding(path: Path, answer: str = "") -> Encoding:
    """Find the encoding of a text file, or take what a person said; raises Unreadable for a file that is no text."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if answer:
        return _answered(answer)
    for bom, name in BOMS:
        if sample.startswith(bom):
            return Encoding(name, errors="surrogateescape" if name == "utf-8-sig" else "replace")
    wide = _wide_without_mark(sample)
    if wide:
        return Encoding(wide, errors="replace")
    _refuse_binary(sample)
    if _is_utf8(path):
        return Encoding("utf-8")
    return _as_encoding(guessed(telling_lines(path)))


def _as_encoding(guess: Guess) -> Encoding:
    errors = {"utf-8": "surrogateescape", "latin-1": "strict"}.get(guess.name, "replace")
    return Encoding(guess.name, errors=errors, sure=False, options=guess.options)


def _answered(name: str) -> Encoding:
    try:
        codec = codecs.lookup(name)
    except LookupError:
        raise Unreadable(_("There is no encoding “%(name)s”.") % {"name": name[:40]}) from None
    if not getattr(codec, "_is_text_encoding", True):
        raise Unreadable(_("There is no encoding “%(name)s”.") % {"name": name[:40]})
    return Encoding(name, errors="surrogateescape" if name == "utf-8" else "replace")


def _wide_without_mark(sample: bytes) -> str:
    """UTF-16 betrays itself by a zero in every other byte."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be"
    return ""


def _refuse_binary(sample: bytes) -> None:
    strange = sample.count(0) + len(CONTROL.findall(sample))
    if strange > max(8, len(sample) // 50):
        raise Unreadable(
            _("This is not a text or Excel file. Save the list as CSV (UTF-8) or as .xlsx and send that file.")
        )


def _is_utf8(path: Path) -> bool:
    """Read all of it: one old letter on the last line would otherwise break the reading half way."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def telling_lines(path: Path) -> bytes:
    """The lines with letters beyond ASCII, up to a block of them: only they tell encodings apart."""
    kept: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while size < BLOCK and (block := file.readline(BLOCK)):
            if HIGH.search(block):
                kept.append(block)
                size += len(block)
    return b"".join(kept)
