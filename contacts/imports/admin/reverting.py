"""Taking back a saved file: a second look that says what would happen, then the work in the background."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contacts.imports.actions import State
from contacts.imports.admin.doors import go_to
from contacts.imports.asking import ask_for_revert
from contacts.imports.models import ImportRun
from contacts.imports.taking_back import outlook
from contacts.tasks import revert_saved_file
from crm.bell import ring
from crm.doors import page, person
from crm.errors import Refused


def revert(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Say in figures what would go and what would stay; the button takes it back."""
    if request.method == "POST":
        return _take_back(request, run)
    if run.state not in (State.COMMITTED, State.FAILED) or not run.marks:
        messages.info(request, _("There is nothing of this file to take back."))
        return go_to(run)
    context = {"title": _("Take back “%(file)s”?") % {"file": run.original_name}, "run": run, "outlook": outlook(run)}
    return page(request, "contacts/imports/revert.html", context)


def _take_back(request: HttpRequest, run: ImportRun) -> HttpResponse:
    try:
        ask_for_revert(run, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        ring(revert_saved_file.name, run.pk)
    return go_to(run)
