"""Saving the next people of a file: one short transaction that has the book alone."""

from django.db import connection, transaction

from contacts.imports.checking import Told, opened, terms_of
from contacts.imports.committing.rematching import match_again
from contacts.imports.locks import book_alone, few_among_many
from contacts.imports.models import ImportRun
from contacts.imports.news import tell_the_house
from contacts.imports.planning import plan
from contacts.imports.staging import PASSING, staging_of
from contacts.imports.writing import ALONE, Alone, keep_cells, keep_marks, write_book, write_rows

CHUNK_ROWS = 20_000

BOUND = """
SELECT coalesce(
    (SELECT at FROM todo WHERE at > %(reached)s ORDER BY at OFFSET %(rows)s LIMIT 1),
    (SELECT max(at) FROM todo WHERE at > %(reached)s)), (SELECT max(at) FROM todo)
"""

PART = """
CREATE TEMP TABLE part AS SELECT line, leader, person, vague, bad FROM todo WHERE at > %s AND at <= %s;
ANALYZE part;
"""

OF_CHUNK = """
SELECT s.* FROM part JOIN {table} s USING (line) WHERE s.line > %(reached)s AND s.line <= %(bound)s
UNION ALL
SELECT s.* FROM part CROSS JOIN LATERAL (SELECT * FROM {table} f WHERE f.line = part.line OFFSET 0) AS s
WHERE part.line > %(bound)s
"""
"""Most rows of a chunk stand in the file one after the other; a repeat from further down is looked up by itself."""

STAGED = f"""
CREATE TEMP TABLE stage AS SELECT * FROM ({OF_CHUNK.format(table="stage")}) AS every ORDER BY line;
CREATE UNIQUE INDEX ON stage (line);
ANALYZE stage (line, kind, emails, external, problem);
CREATE TEMP TABLE stage_email AS {OF_CHUNK.format(table="stage_email")};
CREATE TEMP TABLE stage_phone AS {OF_CHUNK.format(table="stage_phone")};
ANALYZE stage_email (line, email);
ANALYZE stage_phone (line);
"""  # noqa: S608 — only names of tables are put in
"""The rows of this chunk stand before those of the whole file, under the same names: the rest of the SQL need not
know that there are chunks."""

FATE = """
CREATE TEMP TABLE fate AS SELECT line, leader, person, vague FROM part WHERE NOT bad ORDER BY line;
CREATE UNIQUE INDEX ON fate (line);
ANALYZE fate;
"""

WITHOUT_CELLS = """
SELECT line FROM outcome o WHERE outcome IN ('rejected', 'ambiguous')
AND NOT EXISTS (SELECT FROM cell WHERE cell.line = o.line) ORDER BY line
"""


def next_chunk(run: ImportRun, *, after: int) -> tuple[int | None, int]:
    """Up to which line the chunk after line `after` goes (None when there is none), and the last line of all."""
    with transaction.atomic(), staging_of(run), connection.cursor() as cursor:
        cursor.execute(BOUND, {"reached": after, "rows": CHUNK_ROWS - 1})
        return cursor.fetchone()


def save_chunk(run: ImportRun, bound: int, told: Told, *, by, beside: Alone = ALONE) -> None:
    """Write the people whose first row stands up to line `bound`, and what became of their rows."""
    reached, marks = run.reached, run.marks
    try:
        with book_alone(staging_of(run), lent=beside.book_is_lent):
            if not run.marks:
                run.rows.all().delete()
            _gather(run, bound, beside)
            with few_among_many():
                plan(terms_of(run), everyone=True, tables=PASSING)
            write_book(run, by=by, told=told, beside=beside)
            _keep_cells_of_the_newly_troubled(run)
            write_rows(run)
            keep_marks(run, bound, followed=beside.is_followed)
            tell_the_house()
            run.reached = bound
            run.save(update_fields=["reached", "marks"])
    except BaseException:
        run.reached, run.marks = reached, marks
        raise


def _gather(run: ImportRun, bound: int, beside: Alone) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PART, [run.reached, bound])
        cursor.execute(STAGED, {"reached": run.reached, "bound": bound})
        match_again(run, beside)
        cursor.execute(FATE)


def _keep_cells_of_the_newly_troubled(run: ImportRun) -> None:
    """A row that only now could be several people is shown with its cells, too."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({WITHOUT_CELLS})")
        if cursor.fetchone()[0]:
            keep_cells(opened(run).table, WITHOUT_CELLS)
