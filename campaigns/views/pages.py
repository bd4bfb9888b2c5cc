"""Pages of one newsletter: the last look before it leaves, what it said afterwards, and a copy of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns.actions.content import copy_campaign
from campaigns.actions.launch import NotADraft, launch_campaign
from campaigns.content.merge import sample_values, splice
from campaigns.content.preflight import checklist
from campaigns.content.render import preview
from campaigns.models import Campaign
from campaigns.pacing import before_launch
from campaigns.sending.ledger.audience import count_audience, left_out_words
from campaigns.sending.limits import limits
from campaigns.sending.telling.progress import progress_of
from crm.doors import back_office, page
from crm.errors import Refused

State = Campaign.State
MOVING = {State.SENDING, State.PAUSED}


@back_office("campaigns.view_campaign")
@require_safe
def content(request: HttpRequest, pk: int) -> HttpResponse:
    """What a newsletter says: the frozen content of a launched one, the draft as it stands otherwise."""
    campaign = get_object_or_404(Campaign.objects.select_related("topic"), pk=pk)
    context = {"title": campaign.name, "campaign": campaign, "said": _said(campaign)}
    return page(request, "campaigns/content.html", context)


@back_office("campaigns.launch_campaign")
@require_safe
@never_cache
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The last look: who gets it, who does not and why, and the list to go through.

    Nobody who goes back to it after the launch shall find its button again.
    """
    campaign = get_object_or_404(Campaign.objects.select_related("topic", "corrects"), pk=pk)
    if campaign.state != State.DRAFT:
        return redirect("campaigns:progress", pk=pk)
    counted = count_audience(campaign)
    ends = _ends(campaign)
    checks = checklist(campaign, preview(campaign, "en"), size=counted.size)
    context = {
        "title": _("Launch “%(name)s”") % {"name": campaign.name},
        "campaign": campaign,
        "size": counted.size,
        "left_out": [(count, left_out_words(reason, count)) for reason, count in sorted(counted.left_out.items())],
        "ends": ends,
        "alone": bool(ends) and Campaign.objects.filter(corrects=campaign.corrects_id).count() < len(Campaign.Part),
        "checks": checks,
        "quiet_minutes": round(limits().quiet / 60),
        "holds": before_launch(counted.size),
        "ready": all(check.ok or not check.blocks_launch for check in checks),
        "said": _said(campaign),
    }
    return page(request, "campaigns/review.html", context)


def _ends(campaign: Campaign) -> int:
    """How many people would still get what `campaign` corrects, if it were not launched."""
    wrong = campaign.corrects
    return progress_of(wrong).count("queued", "deferred") if wrong and wrong.state in MOVING else 0


@back_office("campaigns.launch_campaign")
@require_POST
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the audience and start sending, or say why not."""
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        launch_campaign(campaign, by=request.user)
    except NotADraft:  # a second click, or a second tab
        campaign.refresh_from_db()
        messages.info(request, _("It was launched before: %(state)s.") % {"state": campaign.get_state_display()})
        return redirect("campaigns:progress", pk=pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("campaigns:review", pk=pk)
    messages.success(request, _("It is on its way. You can leave this page; sending goes on."))
    return redirect("campaigns:progress", pk=pk)


@back_office("campaigns.add_campaign")
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft that says the same, opened in the editor."""
    campaign = get_object_or_404(Campaign.objects.select_related("topic"), pk=pk)
    twin = copy_campaign(campaign, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("This is your copy. Nothing was sent."))
    return HttpResponseRedirect(reverse("admin:campaigns_campaign_change", args=[twin.pk]))


def _said(campaign: Campaign) -> list[dict[str, Any]]:
    """Subject and HTML in every language, with an invented reader's values."""
    frozen = {variant.language: variant for variant in campaign.variants.order_by("language")}
    draft = campaign.state == State.DRAFT
    languages = ["en", "es"] if draft else list(frozen)
    shown = []
    for language in languages:
        said = preview(campaign, language) if draft else frozen[language]
        values = sample_values(language)
        html, subject = splice(said.html, values, escape="html"), splice(said.subject, values, escape="header")
        shown.append({"language": language, "subject": subject, "html": html})
    return shown
