"""Messages that left, as mail servers know them."""

from datetime import timedelta

from django.utils import timezone

from campaigns.models import Campaign, Delivery
from crm.actions.outbox import queue_mail
from crm.models import OutboxMail
from crm.postman import message_id as message_id_of_single
from crm.returns import return_address
from tests.campaigns.bounces.samples import Sent
from tests.campaigns.ledger import launched
from tests.campaigns.message_ids import message_id


def accepted(count: int) -> Campaign:
    """A newsletter whose messages were taken by mail servers."""
    campaign = launched(count)
    now = timezone.now()
    Delivery.objects.filter(campaign=campaign).update(
        state="accepted", attempts=1, epoch=1, intent_at=now - timedelta(seconds=2), sent_at=now
    )
    return campaign


def messages(campaign: Campaign) -> list[Sent]:
    """Each of its messages."""
    rows = Delivery.objects.filter(campaign=campaign).order_by("pk")
    return [Sent(return_address("n", one.pk), message_id(campaign.pk, one.pk), one.address) for one in rows]


def single(to: str = "ana@example.org") -> tuple[OutboxMail, Sent]:
    """A single mail that was sent."""
    mail = queue_mail(purpose="test", to=to, subject="Hi", text="Hello")
    OutboxMail.objects.filter(pk=mail.pk).update(state="sent", sent_at=timezone.now())
    return mail, Sent(return_address("s", mail.pk), message_id_of_single(mail), to)
