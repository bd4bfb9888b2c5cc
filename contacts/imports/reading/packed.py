"""A packed file (.zip) with one list in it; with several it is said which there are."""

import fcntl
import shutil
import tempfile
import weakref
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable
from contacts.imports.reading.archive import guard_archive, is_file, opened_archive

LARGEST_PACKED = 512 << 20
ENDINGS = frozenset({".csv", ".tsv", ".tab", ".txt", ".xlsx", ".ods"})
OLD_ENDINGS = frozenset({".xls", ".xlsm", ".xlsb", ".zip"})
NAMED = 8
UNPACKED = "unpacked"
"""Where unpacked lists lie below MEDIA_ROOT, which every process shares, so that the clock finds what one left."""


class Unpacked:
    """The one list of a packed file in a place of its own, removed when nobody holds this any more.

    A lock on it says that somebody reads it; it falls with the process, and then the clock removes the list.
    """

    def __init__(self, path: Path) -> None:
        entry = _the_list(guard_archive(path, LARGEST_PACKED))
        self.name = shown_name(entry)
        place = Path(default_storage.path(UNPACKED))
        place.mkdir(parents=True, exist_ok=True)
        self.file = tempfile.NamedTemporaryFile(prefix="list-", dir=place, delete=False)  # noqa: SIM115 — held
        fcntl.flock(self.file, fcntl.LOCK_SH)
        self.path = Path(self.file.name)
        self._removed = weakref.finalize(self, _remove, self.path, self.file)
        with opened_archive(path) as archive, archive.open(entry) as source:
            shutil.copyfileobj(source, self.file, 1 << 20)
        self.file.flush()


def _remove(path: Path, file: IO[bytes]) -> None:
    path.unlink(missing_ok=True)
    file.close()


def _the_list(entries: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = [entry for entry in entries if is_file(entry) and not _is_by_the_way(entry.filename)]
    lists = [entry for entry in files if _ending(entry) in ENDINGS]
    if len(lists) == 1:
        return lists[0]
    if lists:
        names = ", ".join(shown_name(entry) for entry in lists[:NAMED])
        raise Unreadable(
            _("This packed file has several lists in it: %(names)s. Send one of them.")
            % {"names": f"{names} …" if len(lists) > NAMED else names}
        )
    others = ", ".join(shown_name(entry) for entry in files if _ending(entry) in OLD_ENDINGS)[:200]
    if others:
        raise Unreadable(
            _("This packed file holds %(names)s, which is not read. Send the list itself as CSV or .xlsx.")
            % {"names": others}
        )
    raise Unreadable(_("This is a packed file without a list in it. Send the list itself as CSV, .xlsx or .ods."))


def _ending(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename.replace("\\", "/").lower()).suffix


def _is_by_the_way(name: str) -> bool:
    """What a Mac adds, and hidden files."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not parts or "__MACOSX" in parts or parts[-1].startswith(".")


def shown_name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry as it may be shown; it never becomes a path."""
    name = PurePosixPath(entry.filename.replace("\\", "/")).name
    return "".join(letter for letter in name if letter.isprintable())[:60]
