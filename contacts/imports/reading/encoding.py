"""Which letters the bytes of a text file stand for."""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable

BLOCK = 1 << 20
SAMPLE = 1 << 16
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
TWO_BYTES_OR_MORE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


class Encoding(NamedTuple):
    """A codec, how it treats bytes that do not fit, and whether a person should look at the result."""

    name: str
    errors: str = "strict"
    sure: bool = True

    @property
    def plain_name(self) -> str:
        """What people call it."""
        names = {"cp1252": _("Western European (Windows)"), "latin-1": _("Western European")}
        return names.get(self.name, self.name.upper())


def detect_encoding(path: Path) -> Encoding:
    """Find the encoding of a text file; raises Unreadable for a file that is no text."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    for bom, name in BOMS:
        if sample.startswith(bom):
            return Encoding(name, errors="surrogateescape" if name == "utf-8-sig" else "replace")
    wide = _wide_without_mark(sample)
    if wide:
        return Encoding(wide, errors="replace")
    _refuse_binary(sample)
    if _is_utf8(path):
        return Encoding("utf-8")
    return _guess(path)


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


def _guess(path: Path) -> Encoding:
    """One-byte encodings: mostly UTF-8 with a few broken letters, then Windows, then Latin-1, then statistics."""
    data = _telling_lines(path)
    good = TWO_BYTES_OR_MORE.findall(data)
    high = len(HIGH.findall(data))
    if sum(map(len, good)) > high * 0.7:
        return Encoding("utf-8", errors="surrogateescape", sure=False)
    if high > len(data) * 0.25:
        best = from_bytes(data).best()
        if best is None:
            raise Unreadable(
                _("The letters of this file cannot be made out. Save it again as CSV (UTF-8) and send it.")
            )
        return Encoding(best.encoding, errors="replace", sure=False)
    if UNDEFINED_IN_CP1252.search(data):
        return Encoding("latin-1", sure=False)
    return Encoding("cp1252", errors="replace", sure=False)


def _telling_lines(path: Path) -> bytes:
    """The lines with letters beyond ASCII, up to a block of them: only they tell encodings apart."""
    kept: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while size < BLOCK and (block := file.readline(BLOCK)):
            if HIGH.search(block):
                kept.append(block)
                size += len(block)
    return b"".join(kept)
