"""What the dashboard says about newsletters."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.bounces.telling import lying_aside, not_read
from campaigns.models import Campaign
from campaigns.sending.ledger.counting import LOOKED_AT, states_of
from campaigns.sending.telling.progress import ARRIVED
from campaigns.sending.telling.waiting import standstills
from crm.cards import CARDS, STEPS, Card, Line, Step

STEPS.add(
    "first-newsletter",
    Step(
        gettext_lazy("Write a newsletter"),
        gettext_lazy(
            "Put it together from blocks, look at it, send yourself a test. Nobody gets it before you launch."
        ),
        "admin:campaigns_campaign_add",
        "campaigns.add_campaign",
        is_done=Campaign.objects.exists,
        order=30,
    ),
)
MOVING = (Campaign.State.SENDING, Campaign.State.PAUSED)


@CARDS.register("newsletters")
def newsletters(user) -> Card | None:
    """The newsletter on its way, or the last one that left."""
    if not user.has_perm("campaigns.view_campaign"):
        return None
    launched = Campaign.objects.exclude(state=Campaign.State.DRAFT).order_by("-launched_at")
    latest = launched.filter(state__in=MOVING).first() or launched.first()
    drafts = Campaign.objects.filter(state=Campaign.State.DRAFT).order_by("-updated_at")[:3]
    lines = [Line(draft.name, _("draft"), _editor(draft)) for draft in drafts]
    list_url = reverse("admin:campaigns_campaign_changelist")
    if latest is None:
        empty = _("Here you see how far your newsletter is. Write the first one and choose who gets it.")
        return Card(_("Newsletters"), lines=lines, url=list_url, action=_("Newsletters"), icon="campaign", empty=empty)
    return Card(
        title=_("Newsletters"),
        figure=f"{_arrived(latest):,}",
        meaning=_meaning(latest),
        lines=lines,
        url=reverse("campaigns:progress", args=[latest.pk]),
        action=_("See how far it is") if latest.state in MOVING else _("See what became of it"),
        icon="campaign",
        order=20,
    )


def _editor(draft: Campaign) -> str:
    return reverse("admin:campaigns_campaign_change", args=[draft.pk])


def _arrived(campaign: Campaign) -> int:
    counts = states_of([campaign.pk], most=LOOKED_AT)[campaign.pk]
    return sum(counts[state] for state in ARRIVED)


def _meaning(campaign: Campaign) -> str:
    said = {"name": campaign.name, "total": f"{campaign.audience_size or 0:,}", "state": campaign.get_state_display()}
    return _("of %(total)s people got “%(name)s” · %(state)s") % said


@CARDS.register("uncertain-messages")
def uncertain_messages(user) -> Card | None:
    """Messages that wait for a person's decision; no card when there are none."""
    if not user.has_perm("campaigns.launch_campaign"):
        return None
    held = Campaign.objects.filter(uncertain_policy=Campaign.UncertainPolicy.HOLD, state__in=MOVING)
    names = dict(held.values_list("pk", "name"))
    counts = states_of(names, most=LOOKED_AT)
    waiting = {pk: counts[pk]["uncertain"] for pk in names if counts[pk]["uncertain"]}
    total = sum(waiting.values())
    if not total:
        return None
    said = ngettext("message waits for your decision", "messages wait for your decision", total)
    lines = [
        Line(
            names[pk],
            ngettext("%(n)s message", "%(n)s messages", n) % {"n": f"{n:,}"},
            reverse("campaigns:uncertain", args=[pk]),
        )
        for pk, n in waiting.items()
    ]
    return Card(_("Uncertain messages"), figure=f"{total:,}", meaning=said, lines=lines, icon="help", order=5)


@CARDS.register("standing-still")
def standing_still(user) -> Card | None:
    """Newsletters that nobody sends though they could be; no card when there are none."""
    if not user.has_perm("campaigns.view_campaign"):
        return None
    found = standstills()
    if not found:
        return None
    names = dict(Campaign.objects.filter(pk__in=[one.campaign for one in found]).values_list("pk", "name"))
    lines = [
        Line(
            names[one.campaign],
            ngettext("for %(n)s minute", "for %(n)s minutes", one.minutes) % {"n": f"{one.minutes:,}"},
            reverse("campaigns:progress", args=[one.campaign]),
        )
        for one in found
    ]
    said = f"{found[0].why} {found[0].what_to_do}"
    return Card(_("Newsletters stand still"), meaning=said, lines=lines, icon="pause_circle", order=1)


@CARDS.register("came-back")
def came_back(user) -> Card | None:
    """Mail that came back and waits for a person, or is not read at all; no card when neither is so."""
    if not user.has_perm("campaigns.launch_campaign"):
        return None
    if why := not_read():
        said = _("Addresses that do not work are not noticed meanwhile. %(why)s") % {"why": why}
        return Card(_("Mail that came back is not read"), meaning=said, icon="mark_email_unread", order=4)
    mails = lying_aside()
    if not mails:
        return None
    said = ngettext(
        "mail was not understood and lies in the folder “Set aside” of its mailbox: somebody should look at it",
        "mails were not understood and lie in the folder “Set aside” of their mailbox: somebody should look at them",
        mails,
    )
    return Card(_("Mail that came back"), figure=f"{mails:,}", meaning=said, icon="mark_email_unread", order=40)


@CARDS.register("stopped-by-itself")
def stopped_by_itself(user) -> Card | None:
    """Newsletters that the house paused, with why; no card when there are none."""
    if not user.has_perm("campaigns.view_campaign"):
        return None
    paused = Campaign.objects.filter(state=Campaign.State.PAUSED).exclude(pause_reason="").order_by("-updated_at")
    lines = [
        Line(name, why, reverse("campaigns:progress", args=[pk]))
        for pk, name, why in paused.values_list("pk", "name", "pause_reason")[:5]
    ]
    if not lines:
        return None
    said = _("Nothing of it leaves until somebody has looked and goes on; nobody is forgotten.")
    return Card(_("Paused by the house itself"), meaning=said, lines=lines, icon="front_hand", order=2)
