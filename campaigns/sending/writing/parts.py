"""Quoted-printable parts: a frozen text is encoded once, and per person only the values between its pieces.

A piece ends in a soft line break and so does a value; every piece then starts on a line of its own, the
reader sees no break, and no splice ever makes a line longer than the standard allows.
"""

import binascii
import re
from dataclasses import dataclass

from campaigns.content.merge import Escape, Slot, Values, compile_template

SOFT = b"=\r\n"
LEADING_DOTS = re.compile(rb"^\.+", re.MULTILINE)
"""Dots at the start of a line mean something to SMTP; written as =2E they need no care on the wire."""
LATE_BLANK = re.compile(rb"^(.{74,75})(=20|=09)$", re.MULTILINE)
"""A blank at the end of a full line, which binascii encodes without looking at how long the line gets."""
LONGEST = 75
"""76 characters a line, of which the soft break takes one."""
PLAIN = re.compile(r"[\w:/%?&+,'.-]+", re.ASCII).fullmatch
"""Letters that need no encoding."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Encoded pieces in order, the places among them where a slot's value goes, and those slots."""

    pieces: tuple[bytes, ...]
    places: tuple[tuple[int, int], ...]
    slots: tuple[Slot, ...]

    def fill(self, values: Values, known: dict[str, bytes]) -> list[bytes]:
        """The pieces of one person's text; `known` are values that were encoded already."""
        filled = []
        for slot in self.slots:
            said = slot.fill(values)
            encoded = known.get(said)
            if encoded is None:
                encoded = known[said] = _encode_value(said)
            filled.append(encoded)
        pieces = list(self.pieces)
        for place, number in self.places:
            pieces[place] = filled[number]
        return pieces

    def join(self, values: Values) -> bytes:
        """The whole text for one person."""
        return b"".join(self.fill(values, {}))


def compile_parts(text: str, escape: Escape) -> Parts:
    """Cut a frozen text at its merge fields and encode the rest once."""
    pieces: list[bytes] = []
    places: list[tuple[int, int]] = []
    slots: list[Slot] = []
    for part in compile_template(text, escape).parts:
        if isinstance(part, str):
            pieces.append(_closed(_encode(part)))
            continue
        if part not in slots:
            slots.append(part)
        places.append((len(pieces), slots.index(part)))
        pieces.append(b"")
    return Parts((*pieces, b"\r\n"), tuple(places), tuple(slots))


def _encode_value(value: str) -> bytes:
    """Names and links, nearly all there is, are letters that stand for themselves; the rest is encoded."""
    if PLAIN(value):
        lines = [value[at : at + LONGEST] for at in range(0, len(value), LONGEST)]
        encoded = "=\r\n".join(lines)
        if encoded[0] != "." and "\n." not in encoded:
            return encoded.encode() + SOFT
    return _closed(_encode(value)) if value else b""


def _encode(text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    encoded = binascii.b2a_qp(lines, istext=True)
    encoded = LATE_BLANK.sub(rb"\1=\n\2", encoded.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return LEADING_DOTS.sub(lambda dots: _spelled(len(dots[0])), encoded)


def _spelled(dots: int) -> bytes:
    fitting = LONGEST // 3
    lines = [b"=2E" * min(fitting, dots - at) for at in range(0, dots, fitting)]
    return SOFT.join([*lines, b""])


def _closed(encoded: bytes) -> bytes:
    """End in a soft break, moving the last character over when the line is full."""
    start = encoded.rfind(b"\n") + 1
    if len(encoded) - start > LONGEST:
        cut = 3 if encoded[-3:-2] == b"=" else 1
        last = encoded[-cut:]
        encoded = encoded[:-cut] + SOFT + (b"=2E" if last == b"." else last)
    return encoded + SOFT
