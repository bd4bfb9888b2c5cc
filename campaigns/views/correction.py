"""Correct a newsletter that had a mistake in it: whom to write to, and what is there already."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from campaigns.actions.control import pause_campaign
from campaigns.actions.correct import correct_campaign
from campaigns.models import Campaign
from campaigns.sending.ledger.reached import missed_by, on_the_wire, reached_by
from crm.doors import back_office, page
from crm.errors import Refused

LAUNCH = "campaigns.launch_campaign"
State, Part = Campaign.State, Campaign.Part


@dataclass(frozen=True)
class Choice:
    """One part of the audience: how many people it is, and what they get; `made` is there already."""

    part: str
    title: str | Promise
    what: str | Promise
    people: int
    made: Campaign | None

    @property
    def is_open(self) -> bool:
        """Whether it can be chosen."""
        return self.people > 0 and self.made is None


TELLS = {
    Part.GOT: (
        gettext_lazy("Those who got it, or may have, get a correction"),
        gettext_lazy(
            "The same newsletter, with “Correction:” before its subject and an explanation on top for you to fill in. "
            "It goes to the address that got the wrong one."
        ),
    ),
    Part.REST: (
        gettext_lazy("Those who did not get it get the corrected newsletter"),
        gettext_lazy(
            "A copy for you to mend, without a word about a mistake they have never seen. The wrong one does not reach "
            "them any more."
        ),
    ),
}


@back_office(LAUNCH)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """The two parts with their numbers; pressing the button makes drafts and sends nothing."""
    campaign = get_object_or_404(Campaign.objects.select_related("topic"), pk=pk)
    if campaign.state == State.DRAFT:
        return redirect("admin:campaigns_campaign_change", pk)
    if request.method == "POST":
        return _pause(request, campaign) if "pause" in request.POST else _correct(request, campaign)
    choices = _choices(campaign)
    context = {
        "title": _("Correct “%(name)s”") % {"name": campaign.name},
        "campaign": campaign,
        "choices": choices,
        "open": [choice for choice in choices if choice.is_open],
        "drafts": [choice for choice in choices if choice.made and choice.made.state == State.DRAFT],
        "in_flight": on_the_wire(campaign.pk),
    }
    return page(request, "campaigns/correction.html", context)


def _choices(campaign: Campaign) -> list[Choice]:
    made = {one.part: one for one in campaign.corrections.all()}
    people = {Part.GOT: reached_by(campaign.pk), Part.REST: missed_by(campaign.pk)}
    return [Choice(part, *TELLS[part], people[part].count(), made.get(part)) for part in Part]


def _pause(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    try:
        pause_campaign(campaign, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("campaigns:correction", campaign.pk)


def _correct(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    try:
        drafts = correct_campaign(campaign, parts=request.POST.getlist("part"), by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("campaigns:correction", campaign.pk)
    messages.success(request, _said(drafts))
    return HttpResponseRedirect(reverse("admin:campaigns_campaign_change", args=[drafts[0].pk]))


def _said(drafts: list[Campaign]) -> str:
    if len(drafts) == 2:
        return _("Two drafts were made, and nothing was sent. This is “%(name)s”; the other one is “%(other)s”.") % {
            "name": drafts[0].name,
            "other": drafts[1].name,
        }
    return _("This is the draft. Nothing was sent.")
