"""Take note that addresses do not work, or that mail to them is not wanted; in sets, however many there are.

Each verb gets `addresses`, a mapping of an address to where that was heard ("campaign:12", "brevo").
"""

from collections.abc import Mapping

from django.db import transaction

from contacts.actions.suppression import suppress_all
from contacts.addresses import normalize_email
from contacts.models import ContactPoint, Suppression
from crm.history import acting

Status = ContactPoint.Status
Reason = Suppression.Reason

WORSE = list(Status)
"""From an address that works to one that does not, as they are declared; what is known to be worse stays."""


def note_hard_bounce(address: str, *, source: str) -> None:
    """The mail server says nobody is there: everybody's entry of `address` is bad, and nothing is mailed there."""
    note_hard_bounces({address: source})


def note_hard_bounces(addresses: Mapping[str, str]) -> None:
    """Nobody is there: everybody's entries of these addresses are bad, and nothing is mailed there."""
    _mark("note_hard_bounce", addresses, Status.BAD, Reason.HARD_BOUNCE)


def note_soft_bounces(addresses: Mapping[str, str]) -> None:
    """Mail has come back from these addresses again and again: they count as bouncing, and nothing is mailed there."""
    _mark("note_soft_bounces", addresses, Status.BOUNCING, Reason.SOFT_BOUNCES)


def note_complaints(addresses: Mapping[str, str]) -> None:
    """Whoever reads these addresses marked our mail as spam: nothing is mailed there."""
    _mark("note_complaint", addresses, Status.COMPLAINED, Reason.COMPLAINT)


def note_unsubscribes(addresses: Mapping[str, str]) -> None:
    """Whoever reads these addresses told the provider that they want nothing more: nothing is mailed there."""
    suppress_all(addresses, reason=Reason.UNSUBSCRIBED)


@transaction.atomic
def _mark(verb: str, addresses: Mapping[str, str], status: str, reason: str) -> None:
    if not addresses:
        return
    with acting(verb, source=_common(addresses)):
        better = WORSE[: WORSE.index(Status(status))]
        points = ContactPoint.objects.emails().filter(
            normalized__in=[normalize_email(address) for address in addresses], status__in=better
        )
        locked = points.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
        ContactPoint.objects.filter(pk__in=list(locked), status__in=better).update(status=status)
        suppress_all(addresses, reason=reason)


def _common(addresses: Mapping[str, str]) -> str:
    """Where it was heard, when all of it was heard in one place."""
    sources = set(addresses.values())
    return sources.pop() if len(sources) == 1 else ""
