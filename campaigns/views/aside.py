"""Events of providers that were set aside, with why; managers have them processed again."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns.actions.inbox import process_again
from campaigns.bounces.telling import in_words
from campaigns.models import ProviderEvent
from campaigns.webhooks.inbox import KEPT_DAYS, count
from campaigns.webhooks.telling import addresses, tell
from crm.doors import back_office, page, person
from crm.errors import Refused
from crm.said import whole

VIEW, CHANGE = "campaigns.view_providerevent", "campaigns.change_providerevent"
PER_PAGE = 50


@back_office(VIEW)
@require_safe
def aside(request: HttpRequest) -> HttpResponse:
    """Every event that waits for a person, the latest first; where providers bring their news, and who reads mail."""
    rows = ProviderEvent.objects.filter(state=ProviderEvent.State.ASIDE).order_by("-pk")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    counts = count()
    context = {
        "title": _("News from mail providers"),
        "shown": shown,
        "events": [tell(row) for row in shown],
        "total": counts.aside,
        "waiting": counts.waiting,
        "addresses": addresses(),
        "password": bool(settings.ANYMAIL.get("WEBHOOK_SECRET")),
        "kept_days": KEPT_DAYS,
        "by_mail": in_words(),
        "local_mailbox": settings.LOCAL_MAILBOX,
        "may_change": request.user.has_perm(CHANGE),
    }
    return page(request, "campaigns/aside.html", context)


@back_office(CHANGE)
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Have one event, or all of them, looked at once more."""
    asked, everything = whole(request.POST.get("only")), "all" in request.POST
    if not everything and asked is None:
        messages.warning(request, _("Nothing was chosen, and nothing was changed."))
        return redirect("campaigns:aside")
    try:
        processed = process_again(None if everything or asked is None else [asked], by=person(request))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        if processed:
            said = ngettext("%(n)s event is processed again.", "%(n)s events are processed again.", processed)
            messages.success(request, said % {"n": f"{processed:,}"})
        else:
            messages.warning(request, _("It still cannot be read. Nothing was lost; it stays here."))
    return redirect("campaigns:aside")
