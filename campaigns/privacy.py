"""Where campaigns keep something about a person, and what becomes of it."""

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from campaigns.models import Delivery
from crm.privacy import RELATIONS, Leaving, Merge, Place, listed

WAITING = [Delivery.State.QUEUED, Delivery.State.DEFERRED]


def erase_deliveries(leaving: Leaving) -> int:
    """The ledger keeps its rows, so that its sums stay true, without the address; what still waits is not sent."""
    theirs = Delivery.objects.filter(stakeholder=leaving.person)
    theirs.filter(state__in=WAITING).update(state=Delivery.State.SKIPPED, reason="erased")
    nameless = Concat(Value("erased-"), Cast(F("pk"), CharField()))
    return theirs.update(stakeholder=None, address=nameless, fingerprint="", provider_id="")


RELATIONS.add(
    "campaigns.Delivery.stakeholder",
    Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Delivery, "stakeholder", "campaign__subject", "address", "state", "sent_at"),
        erase_deliveries,
    ),
)
