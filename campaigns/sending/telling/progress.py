"""How far a campaign is, in numbers with their meaning."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Tally
from campaigns.sending.ledger.counting import states_of
from campaigns.sending.limits import limits

MEANINGS: dict[str, tuple[str | Promise, str | Promise]] = {
    "accepted": (_("accepted"), _("their mail server took it")),
    "delivered": (_("delivered"), _("it is in their mailbox")),
    "complained": (_("marked as spam"), _("they get nothing more from us")),
    "sending": (_("on their way"), _("being handed over right now")),
    "queued": (_("waiting"), _("their turn comes")),
    "deferred": (
        _("put off"),
        _("their mail server asked for a later try, or the connection broke before it was handed over; we try again"),
    ),
    "uncertain": (_("uncertain"), _("handed over, and no answer came")),
    "bounced": (_("bounced"), _("nobody has this address; it is not used again")),
    "failed": (_("failed"), _("refused, or given up after several tries")),
    "skipped": (
        _("skipped"),
        _("not sent, or not sent again: they left or must not be mailed, it was stopped, or a person decided so"),
    ),
}
"""Every state in the order of the picture: what it is called, and what it means for these people."""

PAUSED = {
    "deferred": _(
        "their mail server asked for a later try, or the connection broke before it was handed over; we try again "
        "once the newsletter goes on"
    )
}
"""What else they mean while nothing leaves."""

DONE = ("accepted", "delivered", "complained", "bounced", "failed", "skipped")
ARRIVED = ("accepted", "delivered", "complained")


@dataclass(frozen=True)
class Share:
    """The part of the audience in one state."""

    state: str
    title: str | Promise
    meaning: str | Promise
    count: int
    percent: float


@dataclass(frozen=True)
class Progress:
    """A campaign's numbers at one moment; `is_down` while no mail server answers its workers."""

    campaign: Campaign
    shares: list[Share]
    total: int
    per_minute: int
    quiet_since: datetime | None
    is_down: bool = False

    def count(self, *states: str) -> int:
        """How many people are in one of these states."""
        return sum(share.count for share in self.shares if share.state in states)

    @property
    def arrived(self) -> int:
        """Messages that a mail server took."""
        return self.count(*ARRIVED)

    @property
    def done(self) -> int:
        """Messages about which nothing more will happen by itself."""
        return self.count(*DONE)

    @property
    def waiting(self) -> int:
        """Messages that still leave by themselves."""
        return self.count("queued", "deferred", "sending")

    @property
    def uncertain(self) -> int:
        """Messages of which nobody knows whether they arrived."""
        return self.count("uncertain")

    @property
    def failed(self) -> int:
        """Messages that a person may have tried again."""
        return self.count("failed")

    @property
    def came_back(self) -> int:
        """Messages to addresses that nobody has."""
        return self.count("bounced")

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100; 100 only when all of it is."""
        return self.done * 100 // self.total if self.total else 100

    @property
    def is_still(self) -> bool:
        """Whether messages wait although none has left for minutes; those before it went on last do not count."""
        since = max(filter(None, [self.quiet_since, self.campaign.launched_at, self.campaign.updated_at]))
        silent = since < timezone.now() - timedelta(minutes=2)
        return self.campaign.state == Campaign.State.SENDING and self.count("queued") > 0 and silent


def progress_of(campaign: Campaign) -> Progress:
    """A campaign's messages by state, from what its ranges know."""
    counts = states_of([campaign.pk])[campaign.pk]
    total = counts.total()
    tally = Tally.objects.filter(pk=campaign.pk).first() or Tally()
    instead = PAUSED if campaign.state == Campaign.State.PAUSED else {}
    shares = [
        Share(state, title, instead.get(state, meaning), counts[state], counts[state] * 100 / total)
        for state, (title, meaning) in MEANINGS.items()
        if counts.get(state)
    ]
    return Progress(campaign, shares, total, tally.per_minute(), tally.accepted_at, is_down=_is_down(tally))


def _is_down(tally: Tally) -> bool:
    """Whether the last that was heard, lately, is that there is no connection; what is accepted ends it."""
    if not tally.losses or tally.down_at is None:
        return False
    return timezone.now() - tally.down_at < timedelta(seconds=max(60.0, 4 * limits().connection_retry))
