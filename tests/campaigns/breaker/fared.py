"""How a newsletter fared that may be stopped by itself, and what makes it go wrong."""

from campaigns.models import Campaign, Delivery
from campaigns.sending.smtp.transport import SmtpTransport
from tests.campaigns.ledger import work

NOBODY = "550 5.1.1 No such user here"


def stopped(campaign: Campaign) -> str:
    """Why it was paused."""
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    return campaign.pause_reason


def goes_on(campaign: Campaign) -> bool:
    """Whether nobody stopped it."""
    campaign.refresh_from_db()
    return campaign.state in {"sending", "sent"}


def work_anew() -> None:
    """A worker that has no connection yet."""
    transport = SmtpTransport()
    try:
        work(transport=transport)
    finally:
        transport.close()


def nobody_has(mailbox, *people: int) -> None:
    """These addresses do not exist."""
    for number in people:
        mailbox.reply("rcpt", NOBODY, only_to=f"p{number}@example.org", times=0)


def accepted(campaign: Campaign) -> list[int]:
    """Messages that may be complained about."""
    return list(
        Delivery.objects.filter(campaign=campaign, state="accepted").order_by("pk").values_list("pk", flat=True)
    )
