"""Messages that were handed over, and what is heard of them."""

from datetime import timedelta

from django.utils import timezone

from campaigns.actions.news import Heard
from campaigns.models import Campaign, Delivery
from tests.campaigns.ledger import launched

NOW = timezone.now()


def on_the_way(count: int, state: str = "accepted") -> Campaign:
    """A campaign whose messages were handed over and are in this state."""
    campaign = launched(count)
    left = {"sent_at": NOW} if state in {"accepted", "delivered"} else {}
    Delivery.objects.filter(campaign=campaign).update(
        state=state, attempts=1, epoch=1, intent_at=NOW - timedelta(seconds=2), **left
    )
    return campaign


def ids(campaign: Campaign) -> list[int]:
    """The numbers of its messages."""
    return list(Delivery.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True))


def heard(delivery: int | None, kind: str, **more) -> Heard:
    """An event of a moment ago."""
    return Heard(delivery, kind, **{"at": NOW, "source": "brevo", **more})


def state_of(pk: int) -> str:
    """What the ledger says."""
    return Delivery.objects.get(pk=pk).state
