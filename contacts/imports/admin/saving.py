"""Saving a file, and handing back what was not taken."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from contacts.imports.admin.doors import go_to
from contacts.imports.asking import ask_for_commit
from contacts.imports.models import ImportRun
from contacts.imports.rejected import rejected_csv
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


def rejected(request: HttpRequest, run: ImportRun) -> StreamingHttpResponse:
    """The rows that were not taken, as a file in the sender's own columns."""
    answer = StreamingHttpResponse(rejected_csv(run), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{run.pk}.csv"'
    return answer
