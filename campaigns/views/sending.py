"""Pages of a campaign on its way: progress, control, its deliveries, and what is uncertain."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns.actions.control import cancel_campaign, finish_sending, pause_campaign, resume_campaign
from campaigns.actions.pace import set_pace
from campaigns.actions.retry import retry_failed
from campaigns.models import Campaign, Delivery
from campaigns.pacing import pacing_of, time_left
from campaigns.sending.ledger.audience import LEFT_OUT, left_out_words
from campaigns.sending.limits import limits
from campaigns.sending.telling.progress import MEANINGS, progress_of
from campaigns.sending.telling.waiting import standstill_of
from campaigns.steering import offers
from crm.doors import back_office, page
from crm.errors import Refused

PER_PAGE = 50
RETRIED = {Campaign.State.SENDING, Campaign.State.SENT}
"""Where what failed can be tried again."""
SEE, LAUNCH, DELIVERIES = "campaigns.view_campaign", "campaigns.launch_campaign", "campaigns.view_delivery"


@back_office(SEE)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the campaign is, with the buttons that steer it."""
    asked = Campaign.objects.select_related("topic", "launched_by", "corrects").prefetch_related("corrections")
    campaign = get_object_or_404(asked, pk=pk)
    if campaign.state == Campaign.State.DRAFT:
        return redirect("campaigns:review", pk=pk)
    context = {
        "title": campaign.name,
        "may_steer": request.user.has_perm(LAUNCH),
        "corrections": sorted(campaign.corrections.all(), key=lambda one: one.part),
        **_numbers(request, campaign),
    }
    return page(request, "campaigns/progress.html", context)


@back_office(SEE)
@require_safe
def numbers(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the progress page that moves; asks for the whole page when its state or what can be done changed.

    Whoever is writing into the page (`busy`) is not interrupted: it is asked for afterwards.
    """
    campaign = get_object_or_404(Campaign, pk=pk)
    context = _numbers(request, campaign)
    seen = {"known_state": request.GET.get("state", ""), "verbs": request.GET.get("verbs", "")}
    is_changed = any(context[name] != value for name, value in seen.items())
    kept = seen if request.GET.get("busy") else {}
    response = render(request, "campaigns/_progress.html", context | kept | {"is_part": True})
    if is_changed and not kept:
        response["HX-Refresh"] = "true"
    return response


def _numbers(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    left_out = [
        (count, left_out_words(why, count)) for why, count in sorted(campaign.left_out.items()) if why in LEFT_OUT
    ]
    counted = progress_of(campaign)
    pacing = pacing_of(counted)
    offered = offers(campaign, counted) if request.user.has_perm(LAUNCH) else []
    return {
        "campaign": campaign,
        "pacing": pacing,
        "standstill": standstill_of(campaign.pk) if campaign.state == Campaign.State.SENDING else None,
        "progress": counted,
        "time_left": time_left(pacing.minutes_left) if pacing.minutes_left else "",
        "offers": offered,
        "known_state": campaign.state,
        "verbs": ",".join(offer.verb for offer in offered),
        "left_out": left_out,
        "may_see_people": request.user.has_perm(DELIVERIES),
        "quiet_minutes": round(limits().quiet / 60),
    }


STEER: dict[str, Callable[..., Any]] = {
    "pause": pause_campaign,
    "resume": resume_campaign,
    "finish": finish_sending,
    "cancel": cancel_campaign,
}
LEADS_TO = {"pause": Campaign.State.PAUSED, "resume": Campaign.State.SENDING, "cancel": Campaign.State.CANCELLED}
"""The state in which a verb has nothing left to do."""


@back_office(LAUNCH)
@require_POST
def steer(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, resume, finish or cancel."""
    if verb not in STEER:
        raise Http404
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        done = STEER[verb](campaign, by=request.user)
    except Refused as refusal:
        campaign.refresh_from_db()
        if campaign.state == LEADS_TO.get(verb):  # a second click, or a second tab
            messages.info(request, _("It is so already: %(state)s.") % {"state": campaign.get_state_display()})
        else:
            messages.warning(request, str(refusal))
    else:
        if verb == "finish":
            said = ngettext(
                "%(n)s message is tried as soon as it may leave.",
                "%(n)s messages are tried as soon as they may leave.",
                done,
            )
            messages.success(request, said % {"n": f"{done:,}"})
    return redirect("campaigns:progress", pk=pk)


@back_office(LAUNCH)
@require_POST
def pace(request: HttpRequest, pk: int) -> HttpResponse:
    """Slow the campaign down to so many messages an hour; an empty field takes the limit away."""
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        set_pace(campaign, per_hour=_number(request.POST.get("per_hour", "").strip()), by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("campaigns:progress", pk=pk)


def _number(written: str) -> int | None:
    """The number that was written, with commas or without; None for nothing, 0 for what is none or far too large."""
    digits = written.replace(",", "").lstrip("0")
    if not written:
        return None
    return int(digits) if digits.isdecimal() and len(digits) <= 12 else 0


@back_office(LAUNCH)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try what failed once more."""
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        queued = retry_failed(campaign, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        said = ngettext(
            "%(n)s message that failed is tried again, and nobody else is written to. Pause to stop it.",
            "%(n)s messages that failed are tried again, and nobody else is written to. Pause to stop them.",
            queued,
        )
        messages.success(request, said % {"n": f"{queued:,}"})
    return redirect("campaigns:progress", pk=pk)


@back_office(DELIVERIES)
@require_safe
def deliveries(request: HttpRequest, pk: int) -> HttpResponse:
    """Every message of a campaign with its state, reason and time."""
    campaign = get_object_or_404(Campaign.objects.exclude(state=Campaign.State.DRAFT), pk=pk)
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    found = Delivery.objects.filter(campaign=campaign).select_related("stakeholder").order_by("pk").search(words)
    if state in MEANINGS:
        found = found.filter(state=state)
    context = {
        "title": _("Who got “%(name)s”") % {"name": campaign.name},
        "campaign": campaign,
        "rows": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "states": [(key, title) for key, (title, _meaning) in MEANINGS.items()],
        "state": state,
        "words": words,
        "may_retry": state == "failed" and campaign.state in RETRIED and request.user.has_perm(LAUNCH),
    }
    return page(request, "campaigns/deliveries.html", context)
