"""In which stored files somebody may stand who is about to be erased.

A file is looked through as bytes, packed ones unpacked on the way, and not read as a list: so no sheet, column or
comment is passed over that an import would not read, and it makes no difference how far the import came. What cannot
be looked into may hold anybody.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import IO

from contacts.imports.keeping.periods import State
from contacts.imports.models import ImportRun
from contacts.imports.reading.archive import BROKEN

BLOCK, OVERLAP = 1 << 20, 1 << 12
MOST = 2 << 30
"""Bytes a packed file may unfold to while it is looked through."""
ENCODINGS = {"utf-8": "%s", "cp1252": "%s", "utf-16-le": "%s\\0", "utf-16-be": "\\0%s"}
"""In which a file may be written, and how each writes one plain letter (`%s`)."""
LETTER, JOINT = r"\w", r"[.+\-]"
"""Next to a letter, or to a joint with a letter beyond it, an address is another one: ana@ is not in mariana@."""
ARCHIVE = b"PK\x03\x04"
CLOSED = (
    b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
"""How files begin that hold text in a way that is not looked into."""
DIGITS_OF_A_NUMBER = 10


class _Closed(Exception):
    """This cannot be looked into."""


class Written:
    """A text in every spelling it may have, in lower case; found where it does not go on on either side."""

    def __init__(self, *texts: str) -> None:
        self.spellings: dict[bytes, re.Pattern[bytes]] = {}
        for text in texts:
            for encoding, written in ENCODINGS.items():
                letter, joint = (written % LETTER).encode(), (written % JOINT).encode()
                before = b"(?<!%b)(?<!%b%b)" % (letter, letter, joint)
                after = b"(?!%b)(?!%b%b)" % (letter, joint, letter)
                for case in (text.lower(), text.upper()):
                    with suppress(UnicodeEncodeError):
                        spelling = case.encode(encoding).lower()
                        self.spellings[spelling] = re.compile(before + re.escape(spelling) + after)

    def stands_in(self, block: bytes) -> bool:
        """Whether a piece of a file in lower case says it."""
        return any(spelling in block and alone.search(block) for spelling, alone in self.spellings.items())


@dataclass(frozen=True)
class Sought:
    """How somebody may be written: an address, a number with any signs between its digits, or all words of a name.

    Names are asked for only where neither address nor number is known.
    """

    addresses: tuple[Written, ...]
    number: re.Pattern[bytes] | None
    words: tuple[Written, ...]


def sought(addresses: Iterable[str], numbers: Iterable[str], name: str) -> Sought:
    """What to look for."""
    written = tuple(Written(address, escape(address)) for address in addresses)
    digits = [found for number in numbers if (found := re.sub(r"\D", "", number)[-DIGITS_OF_A_NUMBER:])]
    # up to eight bytes between two digits: “ - ” in sixteen bits a letter
    pattern = "|".join("[^0-9]{0,8}".join(number) for number in digits)
    known = bool(written or digits)
    words = () if known else tuple(Written(word) for word in re.findall(r"\w{2,}", name))
    return Sought(written, re.compile(pattern.encode()) if pattern else None, words)


def runs_that_may_hold(one: Sought) -> list[ImportRun]:
    """The runs in whose stored files `one` may stand.

    By a name alone only files are suspected that no row vouches for: a saved row says whose it is.
    """
    runs = ImportRun.objects.exclude(file="").order_by("pk")
    if not one.addresses and one.number is None:
        runs = runs.exclude(state=State.COMMITTED) if one.words else runs.none()
    return [run for run in runs if may_hold(Path(run.file.path), one)]


def may_hold(path: Path, one: Sought) -> bool:
    """Whether the file says anything by which `one` is known, or cannot be looked into; no file holds nobody."""
    missing = set(one.words)
    try:
        for block in _blocks(path):
            if any(address.stands_in(block) for address in one.addresses):
                return True
            if one.number and one.number.search(block):
                return True
            if missing:
                missing = {word for word in missing if not word.stands_in(block)}
                if not missing:
                    return True
    except FileNotFoundError:
        return False
    except (_Closed, *BROKEN):
        return True
    return False


def _blocks(path: Path) -> Iterator[bytes]:
    """What the file says in lower case, a piece at a time; each begins with the end of the one before."""
    with path.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        if not start.startswith(ARCHIVE):
            yield from _pieces(file)
            return
    with zipfile.ZipFile(path) as archive:
        left = MOST
        for entry in archive.infolist():
            yield entry.filename.encode().lower()
            if entry.flag_bits & 1:
                raise _Closed
            with archive.open(entry) as inside:
                for piece in _pieces(inside, inner=True):
                    left -= BLOCK
                    if left < 0:
                        raise _Closed
                    yield piece


def _pieces(file: IO[bytes], *, inner: bool = False) -> Iterator[bytes]:
    end = b""
    first = True
    while piece := file.read(BLOCK):
        if first and (piece.startswith(CLOSED) or (inner and piece.startswith(ARCHIVE))):
            raise _Closed
        first = False
        block = end + piece.lower()
        yield block
        end = block[-OVERLAP:]
