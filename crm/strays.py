"""Files that no row names: whatever died between writing one and saying so left them."""

import time
from contextlib import suppress
from pathlib import Path

from django.core.files.storage import default_storage
from django.db.models import QuerySet

DAY = 24 * 3600
"""Seconds for which a file may belong to a request or a worker that has not said so yet."""
AT_ONCE = 500


def files_in(folder: str, *, older: float) -> list[Path]:
    """The files of a folder below MEDIA_ROOT that nobody wrote to for so many seconds."""
    before = time.time() - older
    found = []
    with suppress(FileNotFoundError):
        for path in Path(default_storage.path(folder)).iterdir():
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < before:
                    found.append(path)
    return found


def remove_strays(folder: str, rows: QuerySet) -> int:
    """Remove the files of a folder that none of `rows` names as its `file`; gives how many."""
    old = files_in(folder, older=DAY)
    strays = 0
    for start in range(0, len(old), AT_ONCE):
        part = {f"{folder}/{path.name}": path for path in old[start : start + AT_ONCE]}
        known = set(rows.filter(file__in=part).values_list("file", flat=True))
        for name in part.keys() - known:
            part[name].unlink(missing_ok=True)
            strays += 1
    return strays
