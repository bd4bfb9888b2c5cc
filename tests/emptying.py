"""Bringing a database back to what it held, by emptying what was written to: a fraction of what a copy of it costs.

    remember() ─► Held: the shape of every table, the numbers of the sequences, the rows that stand there
    restore()  ─► whoever is connected is sent away; was only written to rows ─► delete them, vacuum, fill in what stood
                                                     was anything else done   ─► False: it must be made anew

A table without a row has no page, and one that was written to has some: that is how it is known, and vacuuming what
was emptied takes the pages away again. So rows come to stand where they would in a new table.
"""

from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, ProgrammingError
from psycopg import sql

OURS = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
SHAPE = f"""
SELECT md5(string_agg(concat_ws('|', nspname, one.oid, relname, relkind, relpersistence, relrowsecurity,
    reloptions), ' ' ORDER BY ours.oid, one.oid))
FROM pg_namespace AS ours LEFT JOIN pg_class AS one ON relnamespace = ours.oid WHERE {OURS}
"""  # noqa: S608 - words of this file
CATALOGUES = {
    "attribute": "attrelid", "attrdef": "oid", "constraint": "oid", "index": "indexrelid", "trigger": "oid",
    "proc": "oid", "type": "oid", "rewrite": "oid", "policy": "oid", "extension": "oid", "largeobject_metadata": "oid",
}  # fmt: skip
"""Where PostgreSQL writes down what is no row of ours, and its key; whatever is changed has a new `xmin`."""
CHANGES = " UNION ALL ".join(
    f"SELECT '{name}', count(*), sum(xmin::text::bigint) FROM pg_{name} WHERE {key} >= 16384"  # noqa: S608
    for name, key in CATALOGUES.items()
)
PAGES = f"""
SELECT nspname, relname, pg_relation_size(one.oid)
FROM pg_class AS one JOIN pg_namespace AS ours ON relnamespace = ours.oid WHERE relkind = 'r' AND {OURS}
"""  # noqa: S608 - words of this file
NUMBERS = "SELECT schemaname, sequencename, last_value, start_value FROM pg_sequences"
DIGEST = "SELECT md5(string_agg(one::text, E'\\n' ORDER BY one::text)) FROM {} AS one"
SEND_AWAY = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
UNDISTURBED = "SET deadlock_timeout = '10ms'; SET lock_timeout = '10s'; SET session_replication_role = replica"
"""Autovacuum makes way at once, nobody else is waited for long, and no trigger hears anything."""
Table = tuple[str, str]
"""Its schema and its name."""


@dataclass(frozen=True)
class Held:
    """What a database held: its shape, where each sequence stood, and the rows of each table that has some."""

    shape: list[Any]
    numbers: dict[Table, int | None]
    rows: dict[Table, tuple[str, bytes]]


def remember(cursor: Any) -> Held:
    """What stands in the database of this cursor."""
    digests = {table: _digest(cursor, table) for table in _written(cursor)}
    rows = {table: (digest, _rows(cursor, table)) for table, digest in digests.items() if digest}
    return Held(_shape(cursor), {table: last for table, last, _start in _numbers(cursor)}, rows)


def restore(cursor: Any, held: Held) -> bool:
    """Bring the database of this cursor back to that; False where it must be made anew instead."""
    cursor.execute(SEND_AWAY)
    if _shape(cursor) != held.shape:
        return False
    changed = [table for table, (digest, _rows) in held.rows.items() if _digest(cursor, table) != digest]
    try:
        cursor.execute(UNDISTURBED)
        _empty(cursor, changed + [table for table in _written(cursor) if table not in held.rows])
    except (OperationalError, ProgrammingError):  # somebody holds a table, or we may not silence triggers
        return False
    for table in changed:
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(*table))) as copy:
            copy.write(held.rows[table][1])
    for name, last, start in _numbers(cursor):
        before = held.numbers[name]
        if last != before:
            which = sql.Identifier(*name).as_string(cursor)
            cursor.execute("SELECT setval(%s, %s, %s)", [which, before or start, before is not None])
    return True


def _empty(cursor: Any, tables: list[Table]) -> None:
    """Delete every row without a trigger hearing of it, and give the room back."""
    if tables:
        names = [sql.Identifier(*table) for table in tables]
        cursor.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(name) for name in names))
        words = sql.SQL("VACUUM (INDEX_CLEANUP ON, PARALLEL 0, SKIP_DATABASE_STATS) {}")
        cursor.execute(words.format(sql.SQL(", ").join(names)))


def _shape(cursor: Any) -> list[Any]:
    cursor.execute(SHAPE)
    found = cursor.fetchall()
    cursor.execute(CHANGES)
    return found + sorted(cursor.fetchall())


def _written(cursor: Any) -> list[Table]:
    cursor.execute(PAGES)
    return [(schema, name) for schema, name, size in cursor.fetchall() if size]


def _numbers(cursor: Any) -> list[tuple[Table, int | None, int]]:
    cursor.execute(NUMBERS)
    return [((schema, name), last, start) for schema, name, last, start in cursor.fetchall()]


def _digest(cursor: Any, table: Table) -> str:
    cursor.execute(sql.SQL(DIGEST).format(sql.Identifier(*table)))
    return cursor.fetchone()[0] or ""


def _rows(cursor: Any, table: Table) -> bytes:
    with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(*table))) as copy:
        return b"".join(copy)
