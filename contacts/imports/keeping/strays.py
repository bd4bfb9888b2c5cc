"""Files that no run knows of: whatever died between two steps left them."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.core.files.storage import default_storage

from contacts.imports.models import UPLOADS, ImportRun
from contacts.imports.reading.packed import UNPACKED

DAY, MINUTE = 24 * 3600, 60
"""Seconds for which a file may belong to somebody who has not said so yet: a request or transaction, a lock."""
AT_ONCE = 500


def remove_strays() -> int:
    """Remove uploads that no run names, and lists that were unpacked by a process that is gone; gives how many."""
    return _remove_uploads() + sum(_remove_if_left(path) for path in _files(UNPACKED) if _is_older(path, MINUTE))


def _remove_uploads() -> int:
    old = [path for path in _files(UPLOADS) if _is_older(path, DAY)]
    strays = 0
    for start in range(0, len(old), AT_ONCE):
        part = {f"{UPLOADS}/{path.name}": path for path in old[start : start + AT_ONCE]}
        known = set(ImportRun.objects.filter(file__in=part).values_list("file", flat=True))
        for name, path in part.items():
            if name not in known:
                path.unlink(missing_ok=True)
                strays += 1
    return strays


def _remove_if_left(path: Path) -> bool:
    """Who reads an unpacked list holds a lock on it, which falls with the process, however it ends."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _files(folder: str) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from (path for path in Path(default_storage.path(folder)).iterdir() if path.is_file())


def _is_older(path: Path, seconds: int) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < time.time() - seconds
    return False
