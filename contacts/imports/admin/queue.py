"""The queue of rows that could mean several people: one at a time, whom it could mean beside it, a button for each."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from contacts.imports.actions import State
from contacts.imports.admin.doors import address_of, go_to, line_said
from contacts.imports.admin.sending import look_into
from contacts.imports.errors import Settled
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.rest import receive_rest
from contacts.imports.reviewing.queue import candidates_of, next_open, open_rows, said_by
from contacts.imports.settling import OPEN_IN, person_now, settle_row, unsettle_row
from crm.doors import page, person
from crm.errors import Refused

SHOWN = 8


def queue(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The next row that waits, or the one that is named, with whom it could mean; what was said can be undone."""
    if run.state not in (*OPEN_IN, State.COMMITTED) or run.is_wordless:
        return go_to(run)
    row = _row(request, run)
    waiting, decided = open_rows(run).count(), run.decisions.count()
    latest = run.decisions.select_related("stakeholder").order_by("-at")[:SHOWN]
    context = {
        "title": _("Who is who in “%(file)s”?") % {"file": run.original_name},
        "run": run,
        "row": row,
        "said": said_by(run, row) if row else [],
        "candidates": candidates_of(run, row, by=person(request)) if row else [],
        "waiting": waiting,
        "decided": decided,
        "all": decided + waiting,
        "latest": list(latest),
        "saved": run.state == State.COMMITTED,
    }
    return page(request, "contacts/imports/queue.html", context)


def _row(request: HttpRequest, run: ImportRun) -> ImportRow | None:
    named = line_said(request.GET.get("line", ""))
    if named:
        return open_rows(run).filter(line=named).first() or next_open(run)
    return next_open(run, after=line_said(request.GET.get("after", "")))


def settle(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Keep who the row is, and go on to the next one; what another tab said of it stays."""
    line = line_said(request.POST.get("line", ""))
    choice, number = request.POST.get("choice", ""), request.POST.get("person", "")
    chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
    try:
        somebody = person_now(chosen) if chosen else None
        settle_row(run, line, choice=choice, stakeholder=somebody, by=person(request), anew=False)
    except Settled as settled:
        messages.warning(request, f"{settled} {_('Undo it first to say something else.')}")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(f"{address_of(run, 'queue')}?line={line}")
    else:
        if somebody and somebody.pk != chosen:
            messages.info(request, _("They were merged since: the row is %(name)s now.") % {"name": somebody})
    return _on(run, line)


def unsettle(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Take back what was said about a row; it waits again and is shown."""
    line = line_said(request.POST.get("line", ""))
    try:
        unsettle_row(run, line, by=person(request))
        if not run.rows.filter(line=line, outcome=ImportRow.Outcome.AMBIGUOUS).exists():
            look_into(run, by=person(request))  # it was checked with what was said
    except Refused as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(f"{address_of(run, 'queue')}?line={line}")


def rest(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Take the rows of a saved file that still wait as a file of their own, and go on with who they are."""
    try:
        waiting = receive_rest(run, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return go_to(run)
    look_into(waiting, by=person(request))
    return go_to(waiting, "queue")


def _on(run: ImportRun, line: int) -> HttpResponse:
    """To the next row, and to the end of the queue once there is none."""
    return HttpResponseRedirect(f"{address_of(run, 'queue')}?after={line}")
