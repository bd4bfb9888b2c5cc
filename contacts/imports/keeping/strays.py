"""Files that no run knows of: whatever died between two steps left them."""

import fcntl
from pathlib import Path

from contacts.imports.models import UPLOADS, ImportRun
from contacts.imports.reading.packed import UNPACKED
from crm import strays

MINUTE = 60
"""Seconds within which whoever unpacks a list takes its lock."""


def remove_strays() -> int:
    """Remove uploads that no run names, and lists that were unpacked by a process that is gone; gives how many."""
    uploads = strays.remove_strays(UPLOADS, ImportRun.objects.all())
    return uploads + sum(_remove_if_left(path) for path in strays.files_in(UNPACKED, older=MINUTE))


def _remove_if_left(path: Path) -> bool:
    """Who reads an unpacked list holds a lock on it, which falls with the process, however it ends."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
