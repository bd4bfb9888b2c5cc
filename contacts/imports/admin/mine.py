"""A partner's own page: send a file, and what came of those that were sent. Nothing of the book is on it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contacts.imports import pages
from contacts.imports.models import ImportRun, Partner
from crm.doors import page, person
from crm.said import whole

PER_PAGE = 20


def mine(request: HttpRequest) -> HttpResponse:
    """The files of one's own organisation, newest first."""
    reader = person(request)
    houses = list(Partner.objects.visible_to(reader))
    before = whole(request.GET.get("before"))
    runs = ImportRun.objects.visible_to(reader).select_related("partner", "by").order_by("-pk")
    if before is not None:
        runs = runs.filter(pk__lt=before)
    found = list(runs[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    context = {
        "title": _("Your files"),
        "houses": houses,
        "files": [(run, pages.for_its_sender(run), pages.slices(run)) for run in shown],
        "older": shown[-1].pk if len(found) > PER_PAGE else None,
    }
    return page(request, "contacts/imports/mine.html", context)
