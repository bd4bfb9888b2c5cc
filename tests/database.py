"""The tests' own database: migrated once, and new again after every test that commits.

    the migrations ─► template_alliance_<digest>   kept by the server from one run to the next
                          └► test_alliance         in memory (`tests/memory.py`), seeded by the code as it is now
                                 └► …_seeded       a copy of that, for whatever cannot be brought back

After a test that commits, the tables it wrote to are emptied (`tests/emptying.py`); where it left more than rows, the
database is copied anew. Nothing at all survives: no schema of an import, no number of a sequence, no session of a
killed worker.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from tests.emptying import remember, restore
from tests.memory import leave_room, make_room

LOCK = 7390
"""Number of the advisory lock under which templates are made and copied."""
KEPT = "template_alliance_"


class TestDatabase:
    """One process's database; several processes of a run share the template."""

    __test__ = False  # the name starts like a test's

    def __init__(self) -> None:
        self.name: str = connection.creation._get_test_db_name()  # type: ignore[attr-defined] # Django's own, unnamed in its stubs
        self.seeded = f"{self.name}_seeded"
        self.template = KEPT + digest_of_migrations()

    def make(self, *, anew: bool = False) -> None:
        """Make it from the template, which is made first where there is none, or where it is to be made anew."""
        with _server() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{KEPT}%"])
            kept = {name for (name,) in cursor.fetchall()}
            if anew or self.template not in kept:
                for old in kept:
                    _drop(cursor, old)
                self._migrate(cursor)
            _drop(cursor, self.name)
            _drop(cursor, self.seeded)
            _copy(cursor, self.template, self.name, make_room(cursor, self.name))
            use(self.name)
            call_command("flush", verbosity=0, interactive=False)
            with connection.cursor() as ours:
                self.held = remember(ours)
            connection.close()
            _copy(cursor, self.name, self.seeded)

    def renew(self) -> None:
        """Make it as it was before the first test; whoever is still connected is sent away."""
        connections.close_all()
        if not self.restored():
            with _server() as cursor:
                _copy(cursor, self.seeded, self.name)

    def restored(self) -> bool:
        """Bring it back without a copy, where that can be done."""
        try:
            with connection.cursor() as cursor:
                return restore(cursor, self.held)
        finally:
            connection.close()

    def drop(self) -> None:
        """Leave the template only."""
        connections.close_all()
        with _server() as cursor:
            _drop(cursor, self.name)
            _drop(cursor, self.seeded)
            leave_room(cursor, self.name)

    def _migrate(self, cursor: Any) -> None:
        """Migrate under another name, so that an interrupted run leaves no half of a template."""
        half = f"half_{self.template}"
        _drop(cursor, half)
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
        use(half)
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (half, self.template))))


def digest_of_migrations() -> str:
    """A short name of everything a migrated database follows from."""
    digest = hashlib.sha256((settings.ROOT / "requirements" / "base.txt").read_bytes())
    for file in sorted(settings.ROOT.glob("*/migrations/*.py")):
        digest.update(str(file.relative_to(settings.ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def use(name: str) -> None:
    """Let every connection that is opened from now on go to the database of that name."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@contextmanager
def _server() -> Iterator[Any]:
    """A cursor beside every database of ours."""
    with connection._nodb_cursor() as cursor:
        yield cursor


def _copy(cursor: Any, source: str, target: str, tablespace: str = "") -> None:
    _drop(cursor, target)
    words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*map(sql.Identifier, (target, source)))
    cursor.execute(words + sql.SQL(" TABLESPACE {}").format(sql.Identifier(tablespace)) if tablespace else words)


def _drop(cursor: Any, name: str) -> None:
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
