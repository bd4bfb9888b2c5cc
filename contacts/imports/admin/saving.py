"""Saving a file, watching and stopping it, and handing back what was not taken."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from contacts.imports.actions import State
from contacts.imports.admin.doors import SAVES, go_to
from contacts.imports.asking import ask_for_commit, ask_to_stop
from contacts.imports.models import ImportRun
from contacts.imports.rejected import rejected_csv
from contacts.imports.resuming import WORKING, is_left_alone
from contacts.imports.warnings.ticks import tick_warnings
from contacts.tasks import commit_received_file
from crm.bell import ring
from crm.doors import person
from crm.errors import Refused


def save(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Keep what was ticked, then save the file in the background."""
    tick_warnings(run, request.POST.getlist("tick"), by=person(request))
    try:
        ask_for_commit(run, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        ring(commit_received_file.name, run.pk)
    return go_to(run)


def stop(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """End the work on a file; what was saved of it is taken back."""
    try:
        ask_to_stop(run)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It stops within a moment. What was saved of it is taken back."))
    return go_to(run)


def progress(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """How far the work is, asked for by the page; at its end the page is loaded anew.

    With `worker` only whether anybody is on it: that is asked for by itself, so that no button is lost under a hand.
    """
    if run.state not in WORKING:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    if "worker" in request.GET:
        return render(request, "contacts/imports/_worker.html", {"left_alone": is_left_alone(run)})
    return render(request, "contacts/imports/_working.html", working(request, run))


def working(request: HttpRequest, run: ImportRun) -> dict[str, object]:
    """What the fragment of progress shows."""
    stoppable = run.state in (State.CHECKING, State.COMMITTING)
    open_job = run.job is not None and run.job.is_open
    return {
        "run": run,
        "job": run.job,
        "may_stop": stoppable and open_job and person(request).has_perm(SAVES),
        "left_alone": is_left_alone(run),
        "stopping": run.state in WORKING and run.job is not None and run.job.cancel_requested,
    }


def rejected(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """The rows that were not taken, as a file in the sender's own columns."""
    try:
        lines = rejected_csv(run)
    except Refused as refusal:
        messages.info(request, str(refusal))
        return go_to(run)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{run.pk}.csv"'
    return answer
