"""Packed files (workbooks are such): looked through for bombs before anything in them is read."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable

LARGEST = 256 << 20
"""Bytes a workbook may unfold to."""
STEEPEST = 200
"""How many times its packed size one large entry may unfold to; lists stay under 60."""
ALWAYS_ALLOWED = 4 << 20
"""Bytes an entry may unfold to whatever its packed size is."""
MOST_ENTRIES = 2_000
BLOCK = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError)
"""What the standard library says about archives that are damaged or made to harm."""


@contextmanager
def opened_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, for as long as the block lasts; whatever is wrong with it raises Unreadable."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except BROKEN as error:
        raise Unreadable(damaged()) from error


def guard_archive(path: Path, largest: int = LARGEST) -> list[zipfile.ZipInfo]:
    """The entries of an archive, once it is sure that they unfold to no more than they should.

    What they really hold counts, and not what they say.
    """
    with opened_archive(path) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise Unreadable(_("This file has too many parts. Save the list as CSV (UTF-8) and send that."))
        left = largest
        for entry in entries:
            if entry.flag_bits & 1:
                raise Unreadable(locked())
            left -= _unfolded_size(path, entry, left)
        return entries


def damaged() -> str:
    """What is said about a workbook that cannot be opened."""
    return _("This workbook is damaged and cannot be opened. Save the list again as .xlsx or CSV and send it.")


def locked() -> str:
    """What is said about a file behind a password."""
    return _("This workbook is locked with a password. Save it without one and send it again.")


def bomb() -> str:
    """What is said about a file that would fill the memory."""
    return _(
        "This workbook unfolds to far more than a list of people needs. Save the list as CSV (UTF-8) and send that."
    )


def is_file(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a file of its own: no folder, no link to somewhere else."""
    return not entry.is_dir() and not stat.S_ISLNK(entry.external_attr >> 16)


def _unfolded_size(path: Path, entry: zipfile.ZipInfo, left: int) -> int:
    """Count the true bytes of one entry; raises Unreadable as soon as there are too many."""
    if entry.file_size > left:
        raise Unreadable(bomb())
    size = 0
    with path.open("rb") as raw:
        raw.seek(entry.header_offset + 26)
        name_and_extra = int.from_bytes(raw.read(2), "little") + int.from_bytes(raw.read(2), "little")
        raw.seek(name_and_extra, 1)
        if entry.compress_type == zipfile.ZIP_STORED:
            return entry.compress_size
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            raise Unreadable(damaged())
        inflater = zlib.decompressobj(-15)
        steep = max(ALWAYS_ALLOWED, entry.compress_size * STEEPEST)
        while not inflater.eof and (packed := inflater.unconsumed_tail or raw.read(1 << 16)):
            size += len(inflater.decompress(packed, BLOCK))
            if size > left or size > steep:
                raise Unreadable(bomb())
    return size
