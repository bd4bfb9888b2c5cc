"""Messages on their way, single mails, and what SendGrid tells of them."""

from datetime import timedelta

from django.utils import timezone

from campaigns.models import Delivery, ProviderEvent
from crm.models import OutboxMail
from tests.campaigns.ledger import launched
from tests.campaigns.providers.about import About
from tests.campaigns.providers.posting import post
from tests.campaigns.providers.says import SAYS

NOW = timezone.now()
PERSONAL = ("address", "reply", "provider_id", "raw")


def on_the_way(count: int):
    """A campaign whose messages were accepted, and about each what a provider needs to name it."""
    campaign = launched(count)
    rows = Delivery.objects.filter(campaign=campaign)
    rows.update(state="accepted", attempts=1, epoch=1, intent_at=NOW - timedelta(hours=1), sent_at=NOW)
    return campaign, [About(row.pk, campaign.pk, row.address) for row in rows.order_by("pk")]


def tell(*events: tuple[str, About]) -> None:
    """SendGrid tells these in one batch."""
    assert post("sendgrid", [SAYS["sendgrid"](kind, about)[0] for kind, about in events]).status_code == 200


def grow_old(by: timedelta) -> None:
    """All of it was received so long ago, and is due."""
    ProviderEvent.objects.update(received_at=timezone.now() - by, due_at=timezone.now() - timedelta(seconds=1))


def whys() -> dict[str, str]:
    """What is set aside, by what it says."""
    return dict(ProviderEvent.objects.filter(state="aside").values_list("kind", "why"))


def without_marks(kind: str, about: About, provider_id: str) -> None:
    """SendGrid tells this and knows only its own name for the message."""
    event = SAYS["sendgrid"](kind, about)[0]
    said = {key: value for key, value in event.items() if key not in ("delivery", "campaign", "mail")}
    assert post("sendgrid", [{**said, "anymail_id": provider_id}]).status_code == 200


def single(state: str, **more) -> OutboxMail:
    """A single mail in this state."""
    words = {"purpose": "confirmation", "to": "Ana@Example.org", "subject": "s", "text": "t", "attempts": 1}
    return OutboxMail.objects.create(state=state, **{**words, **more})


def about_mail(mail: OutboxMail, address: str = "ana@example.org") -> About:
    """What a provider needs to name it."""
    return About(address=address, marks={"mail": str(mail.pk), "purpose": mail.purpose})
