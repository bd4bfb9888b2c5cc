"""Where campaigns keep something about a person, and what becomes of it."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import CharField, Count, F, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy as n_

from campaigns.models import Attempt, Campaign, Chunk, Delivery, ProviderEvent, SoftBounce
from campaigns.reasons import REASONS
from campaigns.sending.ledger.counting import uncount
from crm.privacy import RELATIONS, TRACES, Leaving, Merge, Place, Trace, Verdict

State = Delivery.State
WAITING = [State.QUEUED, State.DEFERRED]
MAY_WAIT_AGAIN = [*WAITING, State.SENDING, State.UNCERTAIN]
ARRIVED = {State.ACCEPTED, State.DELIVERED, State.COMPLAINED}
MAY_HAVE_ARRIVED = {State.SENDING, State.UNCERTAIN}
NEVER_KNOWN = {"given_up", "never_answered"}


def told_deliveries(person: int) -> list[dict[str, Any]]:
    """Every message to the person, with what else happened to it."""
    history: dict[int, list[dict[str, Any]]] = defaultdict(list)
    notes = Attempt.objects.filter(delivery__stakeholder=person)
    for delivery, at, what, reply in notes.values_list("delivery", "at", "what", "reply"):
        history[delivery].append({"at": at, "what": what, "reply": reply})
    columns = ("pk", "campaign__subject", "address", "state", "sent_at")
    return [
        {"campaign__subject": subject, "address": address, "state": state, "sent_at": sent_at, "history": history[pk]}
        for pk, subject, address, state, sent_at in Delivery.objects.filter(stakeholder=person).values_list(*columns)
    ]


def erase_deliveries(leaving: Leaving) -> int:
    """The ledger keeps its rows, so that its sums stay true, without the address and without the words of mail
    servers, which may repeat it; what still waits is not sent.
    """
    theirs = Delivery.objects.filter(stakeholder=leaving.person)
    uncount(theirs.filter(state__in=MAY_WAIT_AGAIN).values_list("pk", flat=True))
    theirs.filter(state__in=WAITING).update(state=State.SKIPPED, reason="erased")
    theirs.exclude(reason__in=list(REASONS)).update(reason="")
    Attempt.objects.filter(delivery__in=theirs).exclude(reply__in=list(REASONS)).update(reply="")
    nameless = Concat(Value("erased-"), Cast(F("pk"), CharField()))
    return theirs.update(stakeholder=None, address=nameless, fingerprint="", provider_id="")


def hold_ranges(people: Collection[int]) -> None:
    """Where two have a message of one newsletter, no worker takes either until it is decided which one stays."""
    theirs = Delivery.objects.filter(stakeholder__in=people)
    unsettled = Count("pk", filter=Q(state__in=MAY_WAIT_AGAIN))
    both = theirs.order_by().values("campaign").annotate(messages=Count("pk"), unsettled=unsettled)
    campaigns = both.filter(messages__gt=1, unsettled__gt=0).values_list("campaign", flat=True)
    deliveries = list(theirs.filter(campaign__in=list(campaigns)).values_list("pk", flat=True))
    if deliveries:
        uncount(deliveries)


def one_message_each(constraint: str, stays: Delivery, comes: Delivery) -> Verdict:
    """The message that says most of what reached them keeps the person, whoever of the two it was for.

    The ledger counts messages, so the other one stays in it without a person; if it still waits it is not sent.
    """
    other = stays if _reach(comes) > _reach(stays) else comes
    alone: dict[str, Any] = {"stakeholder_id": None}
    if other.state in WAITING:
        alone |= {"state": State.SKIPPED, "reason": "merged"}
    return Verdict(takes=alone, becomes={}) if other is stays else Verdict(becomes=alone)


def _reach(delivery: Delivery) -> int:
    """How near a message came to its person: it arrived, may have, still can, or does not any more."""
    if delivery.state in ARRIVED:
        return 3
    if delivery.state in MAY_HAVE_ARRIVED or delivery.reason in NEVER_KNOWN:
        return 2
    return 1 if delivery.state in WAITING else 0


def wait_again(delivery: Delivery) -> str:
    """A message waits again only where somebody will still take it up."""
    if delivery.state not in WAITING:
        return ""
    uncount([delivery.pk])
    ranges = Chunk.objects.filter(campaign=delivery.campaign_id, done=False)
    open_range = ranges.filter(first_id__lte=delivery.pk, last_id__gte=delivery.pk)
    if delivery.campaign.state in {Campaign.State.SENDING, Campaign.State.PAUSED} and open_range.exists():
        return ""
    delivery.state, delivery.reason = State.SKIPPED, "merged"
    return _("Newsletter %(number)s was finished meanwhile, so their message was not sent.") % {
        "number": delivery.campaign_id
    }


RELATIONS.add(
    "campaigns.Delivery.stakeholder",
    Place(
        Merge.MOVE_UNLESS_TWICE,
        told_deliveries,
        erase_deliveries,
        twice=one_message_each,
        returns=wait_again,
        holds=hold_ranges,
        address="address",
        words=n_("%d newsletter", "%d newsletters"),
    ),
)


def erase_soft_bounces(leaving: Leaving) -> int:
    """What came back from their addresses is forgotten; that it came back too often stays as a suppression."""
    return SoftBounce.objects.filter(fingerprint__in=leaving.fingerprints).delete()[0]


TRACES.add("campaigns.SoftBounce", Trace(lambda addresses: [], erase_soft_bounces))


def told_events(addresses: tuple[str, ...]) -> list[dict[str, Any]]:
    """What providers told us of these addresses and does not count yet."""
    theirs = ProviderEvent.objects.exclude(state=ProviderEvent.State.DONE).filter(address__in=addresses)
    return [dict(row) for row in theirs.values("provider", "kind", "at", "address", "reply")]


def erase_events(leaving: Leaving) -> int:
    """News that wait still count for their message, without the address; what only knew them by it is done with.

    Of what could not be read and says their address nothing is kept.
    """
    open_ones = ProviderEvent.objects.exclude(state=ProviderEvent.State.DONE)
    theirs = open_ones.filter(address__in=leaving.addresses)
    unread = ProviderEvent.objects.none()
    for address in leaving.addresses:
        unread |= ProviderEvent.objects.filter(state=ProviderEvent.State.ASIDE, raw__icontains=address)
    nameless: dict[str, Any] = {"address": "", "reply": "", "provider_id": "", "raw": ""}
    touched = unread.update(state=ProviderEvent.State.DONE, **nameless)
    touched += theirs.filter(delivery=None).update(state=ProviderEvent.State.DONE, mail=None, **nameless)
    return touched + theirs.update(**nameless)


TRACES.add("campaigns.ProviderEvent", Trace(told_events, erase_events))
