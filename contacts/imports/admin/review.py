"""The page of one file: what it would do, is doing or did."""

from django.http import HttpRequest, HttpResponse

from contacts.imports import pages
from contacts.imports.actions import State
from contacts.imports.admin.doors import READS_BOOK, SAVES
from contacts.imports.models import ImportRun
from crm.doors import page, person


def show(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Counts, warnings, changes and columns; the progress while it is being worked on."""
    reader = person(request)
    context = {
        "title": f"“{run.original_name}”",
        "run": run,
        "job": run.job,
        "slices": pages.slices(run),
        "rows": sum(run.counts.values()),
        "columns": pages.columns_of(run),
        "changes": pages.changes_of(run) if reader.has_perm(READS_BOOK) else [],
        "troubled": pages.troubled_rows(run),
        "more_troubled": max(0, _troubled(run) - pages.SHOWN_ROWS),
        "twin": pages.twin_of(run, ImportRun.objects.visible_to(reader)),
        "may_save": reader.has_perm(SAVES),
        "working": run.state in (State.CHECKING, State.COMMITTING),
    }
    return page(request, "contacts/imports/run.html", context)


def _troubled(run: ImportRun) -> int:
    return run.counts.get("rejected", 0) + run.counts.get("ambiguous", 0)
