"""Encodings of one byte a letter do not say which they are: the look of the letters decides, or a person."""

import re
import unicodedata
from typing import NamedTuple

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable

TWO_BYTES_OR_MORE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
MAC, DOS = "mac-roman", "cp850"
MOSTLY, HARDLY = 0.7, 0.3
SURE, CLOSE = 0.9, 0.2
"""From which share of letters in their place an encoding is believed, and how far behind another one may be."""
ENOUGH = 20_000
"""Letters beyond ASCII that are looked at."""
PUNCTUATION = frozenset("‘’“”–—…«»¿¡°ºª®©™€£•´`·§ \u00a0")


class Guess(NamedTuple):
    """The likeliest encoding, and when others are about as likely, all of them."""

    name: str
    options: tuple[str, ...] = ()


def plain_name(name: str) -> str:
    """What people call an encoding."""
    names = {
        "cp1252": _("Western European (Windows)"),
        "latin-1": _("Western European"),
        MAC: _("Western European (old Mac)"),
        DOS: _("Western European (old DOS)"),
    }
    return names.get(name, name.upper().replace("_", "-"))


def guessed(data: bytes) -> Guess:
    """The encoding of lines with letters beyond ASCII that are not all UTF-8."""
    high = len(HIGH.findall(data))
    good = sum(map(len, TWO_BYTES_OR_MORE.findall(data))) / max(1, high)
    western = "latin-1" if UNDEFINED_IN_CP1252.search(data) else "cp1252"
    if good > MOSTLY:
        return Guess("utf-8")
    if good > HARDLY:
        return Guess("utf-8", ("utf-8", western))
    if high > len(data) * 0.25:
        return _by_statistics(data, western)
    shares = {name: share_in_place(data, name) for name in (western, MAC, DOS)}
    best = max(shares.values())
    likely = sorted((name for name in shares if shares[name] >= best - CLOSE), key=lambda name: -shares[name])
    if likely == [western] or (shares[western] >= SURE and likely[0] == western and shares[likely[1]] < SURE):
        return Guess(western)
    return Guess(western if western in likely else likely[0], tuple(dict.fromkeys((*likely, western))))


def _by_statistics(data: bytes, western: str) -> Guess:
    """A script of its own, such as Cyrillic: many letters, of which a library knows how often each is used."""
    best = from_bytes(data).best()
    if best is None:
        raise Unreadable(_("The letters of this file cannot be made out. Save it again as CSV (UTF-8) and send it."))
    return Guess(best.encoding, tuple(dict.fromkeys((best.encoding, western))))


def share_in_place(data: bytes, name: str) -> float:
    """Which share of the letters beyond ASCII stands where such a letter would stand if this is the encoding."""
    text = data.decode(name, "replace")
    right = every = 0
    for at, letter in enumerate(text):
        if letter > "\x7f":
            every += 1
            right += _is_in_place(text[at - 1 : at], letter, text[at + 1 : at + 2])
            if every >= ENOUGH:
                break
    return right / every if every else 1.0


def _is_in_place(before: str, letter: str, after: str) -> bool:
    """`é` in José is, `È` in JosÈ and `‚` in Jos‚ are not."""
    if letter in PUNCTUATION:
        return not (before.isalpha() and after.isalpha()) or letter in "’´"
    if not letter.isalpha() or not unicodedata.name(letter, "").startswith("LATIN"):
        return False
    if letter.isupper():
        return not before.islower()
    return before.isalpha() or after.isalpha()
