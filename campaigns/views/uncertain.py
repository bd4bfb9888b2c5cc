"""Messages of which nobody knows whether they arrived: what is known about each, and a person's decision."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns.actions.uncertain import decided, give_up, mark_as_sent, send_again, undo_decision
from campaigns.evidence import doubts
from campaigns.models import Attempt, Campaign, Delivery
from campaigns.sending.limits import limits
from crm.doors import back_office, page
from crm.errors import Refused
from crm.models import User
from crm.said import whole

LAUNCH, DELIVERIES = "campaigns.launch_campaign", "campaigns.view_delivery"
PER_PAGE = 50
KEPT = timedelta(days=1)
"""How long a decision stands on the page, with a button to take it back."""
DECIDE = {"arrived": mark_as_sent, "again": send_again, "never": give_up}


@back_office(DELIVERIES)
@require_safe
def uncertain(request: HttpRequest, pk: int) -> HttpResponse:
    """Every uncertain message with its evidence, and what was decided lately."""
    campaign = get_object_or_404(Campaign.objects.exclude(state=Campaign.State.DRAFT), pk=pk)
    rows = Delivery.objects.filter(campaign=campaign, state="uncertain").select_related("stakeholder").order_by("pk")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Uncertain messages of “%(name)s”") % {"name": campaign.name},
        "campaign": campaign,
        "shown": shown,
        "total": shown.paginator.count,
        "doubts": doubts(campaign, shown),
        "decisions": _lately(campaign),
        "quiet_minutes": round(limits().quiet / 60),
        "may_steer": request.user.has_perm(LAUNCH),
    }
    return page(request, "campaigns/uncertain.html", context)


def _lately(campaign: Campaign) -> list[dict[str, Any]]:
    """What people decided within a day and can still be taken back, the latest first."""
    since = decided(campaign).filter(at__gt=timezone.now() - KEPT)
    each = since.order_by("-at").values("at", "what", "by").annotate(count=Count("pk"))[:20]
    names = User.objects.in_bulk({one["by"] for one in each})
    words = dict(Attempt.What.choices)
    return [{**one, "title": words[one["what"]], "who": names.get(one["by"])} for one in each]


@back_office(LAUNCH)
@require_POST
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Settle uncertain messages: the one whose button it was, those that are ticked, or all where that was asked."""
    if verb not in DECIDE:
        raise Http404
    campaign = get_object_or_404(Campaign, pk=pk)
    asked = request.POST.getlist("only") or request.POST.getlist("delivery")
    named = [pk for pk in map(whole, asked) if pk is not None]
    if not named and "all" not in request.POST:
        messages.warning(request, _("Tick the messages you decide about first. Nothing was changed."))
        return redirect("campaigns:uncertain", pk=pk)
    try:
        settled = DECIDE[verb](campaign, None if "all" in request.POST else named, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        said = ngettext(
            "Decided about %(n)s message. Below you can take it back.",
            "Decided about %(n)s messages. Below you can take it back.",
            settled,
        )
        messages.success(request, said % {"n": f"{settled:,}"})
    return redirect("campaigns:uncertain", pk=pk)


@back_office(LAUNCH)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back, as far as nothing happened since."""
    campaign = get_object_or_404(Campaign, pk=pk)
    at = _moment(request.POST.get("at", ""))
    if at is None:
        raise Http404
    try:
        count = undo_decision(campaign, at, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        said = ngettext("%(n)s message is uncertain again.", "%(n)s messages are uncertain again.", count)
        messages.success(request, said % {"n": f"{count:,}"})
    return redirect("campaigns:uncertain", pk=pk)


def _moment(text: str) -> Any:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None
