"""Making ready to save: what the check left is used when it is whole, and made anew when it is not."""

from django.db import connection, transaction

from contacts.imports.checking import Told, opened, stage_and_plan, stage_file
from contacts.imports.lines import SECOND_PERSON
from contacts.imports.locks import made_for_sets
from contacts.imports.matching import match
from contacts.imports.models import ImportRun
from contacts.imports.settling import obey_decisions
from contacts.imports.staging import has_staging, has_table, is_whole, new_staging, staging_of
from contacts.imports.writing import keep_cells

WHO_IS_WHO = f"""
DROP TABLE IF EXISTS todo;
CREATE TABLE todo AS
SELECT s.line, coalesce(f.leader, s.line) AS leader, f.person, coalesce(f.vague, false) AS vague,
    f.line IS NULL AS bad, mod(coalesce(f.leader, s.line), {SECOND_PERSON}) AS at
FROM stage s LEFT JOIN fate f USING (line) ORDER BY 6, 1;
CREATE INDEX ON todo (at);
CREATE INDEX IF NOT EXISTS stage_email_line ON stage_email (line);
CREATE INDEX IF NOT EXISTS stage_phone_line ON stage_phone (line);
ANALYZE todo;
"""  # noqa: S608 — only a constant is put in
"""Who each row is, in the order in which they are saved. The only table of a staging that a crash of the database
does not empty: with it, the rest of an interrupted run is read anew and saved as it would have been."""

WRITTEN = f"""
DELETE FROM todo t USING contacts_importrow r WHERE r.run_id = %(run)s AND r.line = t.line;
UPDATE todo t SET leader = t.line, at = mod(t.line, {SECOND_PERSON}), person = r.stakeholder_id
FROM contacts_importrow r WHERE r.run_id = %(run)s AND r.line = t.leader AND t.leader <> t.line;
"""  # noqa: S608 — only a constant is put in
"""The staging was dropped in mid-run: rows that are written are done, and one that repeats such a row is its person."""

TROUBLED = "SELECT line FROM todo WHERE bad OR vague ORDER BY line"


def prepare(run: ImportRun, told: Told) -> None:
    """Have `todo` and the staged rows of a run ready; safe to repeat. Raises Unreadable."""
    with transaction.atomic(), staging_of(run):
        made_for_sets()
        begun = bool(run.marks) and has_staging(run) and has_table(run, "todo")
        people = None if has_staging(run) and is_whole(run) else opened(run)
        if people and not begun:
            new_staging(run)
        if people and run.marks:
            stage_file(run, people, told, share=40)
        elif people:
            stage_and_plan(run, people, told)
        if not begun:
            _begin(run, matched=not (people and run.marks))
        if people and run.marks:
            keep_cells(people.table, TROUBLED)


def _begin(run: ImportRun, *, matched: bool) -> None:
    """Fix who each row is. A run that wrote something before its staging was lost goes on with the other rows."""
    if not matched:
        match(rule=run.rule)
    obey_decisions(run)
    with connection.cursor() as cursor:
        cursor.execute(WHO_IS_WHO)
        if run.marks:
            cursor.execute(WRITTEN, {"run": run.pk})
    run.reached = 0
    run.save(update_fields=["reached", "counts", "format", "mapping", "system", "changes", "warnings"])
