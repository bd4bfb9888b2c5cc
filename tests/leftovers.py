"""Looking for somebody in every table and in every stored file."""

from collections.abc import Iterable
from pathlib import Path

from django.db import connection

TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"


def tables_that_hold(words: Iterable[str]) -> list[tuple[str, str]]:
    """Every table, with the row, that says one of these words, stagings too."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for schema, table in cursor.fetchall():
            cursor.execute(f'SELECT row::text FROM "{schema}"."{table}" AS row')  # noqa: S608 — names of tables
            rows = [text.lower() for (text,) in cursor.fetchall()]
            found += [(table, row) for row in rows if any(word in row for word in words)]
    return found


def files_that_hold(words: Iterable[str], folder: Path) -> list[Path]:
    """Every file below `folder` that says one of these words in plain letters."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(word.encode() in path.read_bytes().lower() for word in words)]
