"""Saving one row of a saved file late: a person has said who it is.

It goes the way of a chunk, and keeps what it changed, so that it is taken back with the file.
"""

from django.db import connection
from django.utils.translation import gettext as _

from contacts.imports.checking import opened, terms_of
from contacts.imports.cleaning.entries import Entry
from contacts.imports.errors import NotReady
from contacts.imports.lines import SECOND_PERSON
from contacts.imports.locks import book_alone
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.news import tell_the_house
from contacts.imports.planning import plan
from contacts.imports.reading import Row
from contacts.imports.staging import PASSING, stage
from contacts.imports.writing import keep_marks, write_book
from crm.history import acting

FATE = "CREATE TEMP TABLE fate AS SELECT line, line AS leader, %s::bigint AS person, false AS vague FROM stage"

SETTLED = """
UPDATE contacts_importrow r SET outcome = o.outcome, stakeholder_id = h.id, message = '',
    before = nullif(coalesce(r.before, '{}'::jsonb) || coalesce(b.image, '{}'::jsonb), '{}'::jsonb)
FROM outcome o JOIN home h USING (leader) LEFT JOIN before b ON b.line = o.line
WHERE r.run_id = %s AND r.line = o.line RETURNING o.outcome
"""


def save_late(run: ImportRun, line: int, person: int | None, *, by) -> None:
    """Write the row at `line` of a saved file as `person` of the book, or as somebody new.

    Raises NotReady when the file is gone or the row cannot be read any more. Needs the row of the run locked.
    """
    entry = _entry(run, run.rows.get(line=line))
    with acting("settle_row", by, source=f"import {run.pk}"), book_alone():
        stage([entry], tables=PASSING)
        with connection.cursor() as cursor:
            cursor.execute(FATE, [person])
            plan(terms_of(run), everyone=True, tables=PASSING)
            write_book(run, by=by, told=lambda _percent, _message: None)
            cursor.execute(SETTLED, [run.pk])
            outcome = cursor.fetchone()[0]
        tell_the_house()
    keep_marks(run, line)
    if line < SECOND_PERSON:
        run.counts["ambiguous"] -= 1
        run.counts[outcome] += 1
    run.save(update_fields=["marks", "counts"])


def _entry(run: ImportRun, row: ImportRow) -> Entry:
    """What the row says, read as it was when the file was saved."""
    people = opened(run).people
    found = [entry for entry in people(Row(row.line % SECOND_PERSON, row.cells)) if entry.line == row.line]
    if not found or found[0].problem:
        raise NotReady(_("Line %(line)d cannot be read any more. Send it again in a new file.") % {"line": row.line})
    return found[0]
