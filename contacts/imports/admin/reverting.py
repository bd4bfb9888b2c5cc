"""Taking back a saved file: a second look that says what would happen, then the work in the background."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contacts.actions.suppression import NoReasonGiven
from contacts.imports.actions import State
from contacts.imports.admin.doors import go_to
from contacts.imports.asking import ask_for_revert
from contacts.imports.models import ImportRun
from contacts.imports.taking_back import outlook
from contacts.tasks import revert_saved_file
from crm.bell import ring
from crm.doors import page, person
from crm.errors import Refused

LIFTS = "contacts.delete_suppression"
"""Who may allow an address again may say that a file was misread."""
LONGEST_REASON = 400


def revert(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Say in figures what would go and what would stay; the button takes it back."""
    if request.method == "POST" and (answer := _take_back(request, run)):
        return answer
    if run.state not in (State.COMMITTED, State.FAILED) or not run.marks:
        messages.info(request, _("There is nothing of this file to take back."))
        return go_to(run)
    context = {
        "title": _("Take back “%(file)s”?") % {"file": run.original_name},
        "run": run,
        "outlook": outlook(run),
        "may_lift": person(request).has_perm(LIFTS),
        "misread": "misread" in request.POST,
        "longest": LONGEST_REASON,
    }
    return page(request, "contacts/imports/revert.html", context)


def _take_back(request: HttpRequest, run: ImportRun) -> HttpResponse | None:
    """Ask for the work; None when the reason is still missing."""
    misread = request.POST.get("reason", "")[:LONGEST_REASON] if "misread" in request.POST else None
    if misread is not None and not person(request).has_perm(LIFTS):
        raise PermissionDenied
    try:
        ask_for_revert(run, by=person(request), misread=misread)
    except NoReasonGiven as refusal:
        messages.error(request, str(refusal))
        return None
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        ring(revert_saved_file.name, run.pk)
    return go_to(run)
