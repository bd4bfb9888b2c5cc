"""Where the tests' databases lie: in memory, where there is room for them.

A file system on a disk keeps numbers of deleted files back for minutes and looks past each of them whenever a file is
made. Tests make and delete files by the thousand: a table with its indexes is ten of them, a database eight hundred.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from psycopg import sql

from config.embedded.places import Place

MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's own; the folder in it is made anew and belongs to the server alone
ROOM = 2**30
"""Bytes that must be free there; a small container has 64 MB, and macOS has no such folder."""


def make_room(cursor: Any, name: str) -> str:
    """The tablespace for the databases of that name; what an interrupted run left of it is gone."""
    leave_room(cursor, name)
    ours = settings.DATABASES["default"]["ENGINE"] == "config.embedded.postgresql"
    if not ours or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return "pg_default"
    folder = _folder(name)
    folder.mkdir(mode=0o700)
    Place.of(settings.VAR).give_to_server(folder, 0o700)
    words = sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(sql.Identifier(name), str(folder))
    cursor.execute(words)
    return name


def leave_room(cursor: Any, name: str) -> None:
    """Give the memory back; the databases must be gone."""
    cursor.execute(sql.SQL("DROP TABLESPACE IF EXISTS {}").format(sql.Identifier(name)))
    shutil.rmtree(_folder(name), ignore_errors=True)


def _folder(name: str) -> Path:
    return MEMORY / f"alliance-{hashlib.sha256(str(settings.VAR).encode()).hexdigest()[:12]}-{name}"
