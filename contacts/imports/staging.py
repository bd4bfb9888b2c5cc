"""Staging: the entries of a file in temporary tables of the database, loaded by COPY.

The tables live as long as the transaction. A check and a commit each stage the stored file anew:
reading is a twentieth of the work, and what is staged never outlives what it was staged for.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from django.db import connection

from contacts.imports.cleaning.entries import Entry

BLOCK_ROWS = 2_000

FORGET = """
DROP TABLE IF EXISTS pg_temp.stage, pg_temp.stage_email, pg_temp.stage_phone, pg_temp.met, pg_temp.tie, pg_temp.knot,
    pg_temp.fate, pg_temp.seeker, pg_temp.who, pg_temp.fill, pg_temp.new_point, pg_temp.new_type, pg_temp.new_tag,
    pg_temp.new_affiliation, pg_temp.shut, pg_temp.new_word, pg_temp.new_suppression, pg_temp.gain, pg_temp.outcome,
    pg_temp.home, pg_temp.house, pg_temp.cell, pg_temp.noted, pg_temp.before
"""
"""Two imports in one transaction: the second starts afresh."""

STAGE = """
CREATE TEMP TABLE stage (
    line int NOT NULL, kind text, name text, first_name text, last_name text, first_key text, last_key text,
    language text, zip text, notes text, organisation text, role text,
    emails text, prints text, phones text, numbers text, types text, tags text,
    state text, external text, custom text, street text, city text, region text, blanked text, attendance text,
    problem_column text, problem text
) ON COMMIT DROP
"""
COPY_STAGE = "COPY stage FROM STDIN WITH (FORMAT csv, NULL '\\N')"

ADDRESSES = """
CREATE TEMP TABLE stage_email ON COMMIT DROP AS
SELECT line, a.email, a.print, a.at::int AS at, state FROM stage,
    unnest(string_to_array(emails, chr(31)), string_to_array(prints, chr(31)))
    WITH ORDINALITY AS a(email, print, at)
WHERE emails <> '' AND problem = '';
ANALYZE stage_email;
CREATE TEMP TABLE stage_phone ON COMMIT DROP AS
SELECT line, a.phone, a.number, a.at::int AS at FROM stage,
    unnest(string_to_array(phones, chr(31)), string_to_array(numbers, chr(31)))
    WITH ORDINALITY AS a(phone, number, at)
WHERE phones <> '' AND problem = '';
ANALYZE stage_phone;
"""


def stage(entries: Iterable[Entry], told=None) -> None:
    """Load the entries of a file; `told(rows)` is called now and then. Needs an open transaction."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(STAGE)
        with cursor.copy(COPY_STAGE) as copy:
            for done, block in _blocks(entries):
                copy.write(block)
                if told:
                    told(done)
        cursor.execute("CREATE UNIQUE INDEX ON stage (line)")
        cursor.execute("ANALYZE stage (line, kind, first_key, last_key, zip, problem)")
        cursor.execute(ADDRESSES)


def _blocks(entries: Iterable[Entry]) -> Iterator[tuple[int, str]]:
    """The entries as text for COPY, some thousand rows at a time."""
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer, lineterminator="\n").writerow
    done = 0
    for entry in entries:
        write(entry)
        done += 1
        if done % BLOCK_ROWS == 0:
            yield done, buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield done, buffer.getvalue()
