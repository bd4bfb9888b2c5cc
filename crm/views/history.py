"""The page that tells who changed what."""

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.doors import back_office, page
from crm.history import PER_PAGE, entries, tracked


@back_office("crm.view_history")
def history(request: HttpRequest) -> HttpResponse:
    """The latest changes, of everything or of one kind of thing."""
    kind = request.GET.get("kind", "")
    before = parse_datetime(request.GET.get("before", ""))
    found = entries(kind=kind, before=before)
    kinds = [(label, model.pgh_tracked_model._meta.verbose_name_plural) for label, model in tracked().items()]
    context = {
        "title": _("History"),
        "entries": found,
        "kinds": kinds,
        "kind": kind,
        "older": found[-1].at.isoformat() if len(found) == PER_PAGE else "",
    }
    return page(request, "crm/history.html", context)
