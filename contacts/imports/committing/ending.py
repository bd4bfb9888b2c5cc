"""The end of saving: the run says what became of its rows, the partner's next file is read like this one, what was
staged is forgotten, and the house looks whether somebody is in the book twice now."""

from django.db import connection, transaction
from django.utils import timezone

from contacts.imports.lines import SECOND_PERSON
from contacts.imports.mapping.deciding import remember_mapping
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.news import let_duplicates_be_looked_for
from contacts.imports.staging import drop_staging

COUNTS = f"""
SELECT outcome, count(*) FROM contacts_importrow WHERE run_id = %s AND line < {SECOND_PERSON} GROUP BY outcome
"""  # noqa: S608 — only a constant is put in


@transaction.atomic
def finish(run: ImportRun) -> None:
    """Note that everything is saved; samples of the file are forgotten, they were for the review."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [run.pk])
        found = dict(cursor.fetchall())
        cursor.execute("SELECT gin_clean_pending_list('stakeholder_search')")
    run.counts = {outcome: found.get(outcome, 0) for outcome in ImportRow.Outcome.values}
    columns = [{**column, "samples": []} for column in run.mapping.get("columns", [])]
    run.mapping = {**run.mapping, "columns": columns, "heard": {}}
    remember_mapping(run)
    run.state = ImportRun.State.COMMITTED
    run.committed_at = timezone.now()
    run.save(update_fields=["counts", "mapping", "state", "committed_at"])
    drop_staging(run)
    let_duplicates_be_looked_for()
