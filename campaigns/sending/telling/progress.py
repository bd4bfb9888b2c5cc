"""How far a campaign is, in numbers with their meaning."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Tally
from campaigns.sending.ledger.counting import states_of

MEANINGS: dict[str, tuple[str | Promise, str | Promise]] = {
    "accepted": (_("accepted"), _("their mail server took it")),
    "delivered": (_("delivered"), _("it is in their mailbox")),
    "complained": (_("marked as spam"), _("they get nothing more from us")),
    "sending": (_("on their way"), _("being handed over right now")),
    "queued": (_("waiting"), _("their turn comes")),
    "deferred": (_("put off"), _("their mail server asked us to come back later; we do, by ourselves")),
    "uncertain": (_("uncertain"), _("handed over, but the line broke before the answer")),
    "bounced": (_("bounced"), _("nobody has this address; it is not used again")),
    "failed": (_("failed"), _("their mail server refused it")),
    "skipped": (_("skipped"), _("not sent: since the launch they left or must not be mailed, or it was stopped")),
}
"""Every state in the order of the picture: what it is called, and what it means for these people."""

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
    """A campaign's numbers at one moment."""

    campaign: Campaign
    shares: list[Share]
    total: int
    per_minute: int
    quiet_since: datetime | None

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
    def uncertain(self) -> int:
        """Messages of which nobody knows whether they arrived."""
        return self.count("uncertain")

    @property
    def failed(self) -> int:
        """Messages that a person may have tried again."""
        return self.count("failed")

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100; 100 only when all of it is."""
        return self.done * 100 // self.total if self.total else 100

    @property
    def minutes_left(self) -> int | None:
        """About how long it still takes at the present rate and no faster than it may; None while nobody can say."""
        waiting = self.count("queued", "sending")
        if not waiting or not self.per_minute:
            return None
        limit = (self.campaign.per_hour or 0) / 60
        return ceil(waiting / (min(limit, self.per_minute) if limit else self.per_minute))

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
    shares = [
        Share(state, title, meaning, counts[state], counts[state] * 100 / total)
        for state, (title, meaning) in MEANINGS.items()
        if counts.get(state)
    ]
    return Progress(campaign, shares, total, tally.per_minute(), tally.accepted_at)
