"""Waiting: whether messages wait that nobody sends, though nothing forbids it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Chunk, SendingRules
from campaigns.sending.limits import limits
from campaigns.sending.rates.hours import hours_now
from crm.listening import listens

QUEUE = "sending"
"""The queue of the workers that send."""

WAITING = """
SELECT free.campaign_id, free.ranges,
    extract(epoch FROM now() - greatest(free.since, campaign.updated_at))::float AS oldest,
    CASE WHEN every.held THEN 0
        ELSE extract(epoch FROM now() - greatest(free.since, every.touched, campaign.updated_at)) END::float AS idle
FROM (
    SELECT campaign_id, count(*) AS ranges, min(greatest(touched_at, due_at, lease_until)) AS since
    FROM campaigns_chunk
    WHERE NOT done AND (lease_until IS NULL OR lease_until < now()) AND (due_at IS NULL OR due_at <= now())
    GROUP BY campaign_id
) AS free
JOIN campaigns_campaign AS campaign ON campaign.id = free.campaign_id AND campaign.state = 'sending'
CROSS JOIN LATERAL (
    SELECT max(touched_at) AS touched, coalesce(bool_or(lease_until > now()), false) AS held
    FROM campaigns_chunk WHERE campaign_id = free.campaign_id
) AS every
ORDER BY idle DESC, free.campaign_id
"""
"""A campaign cannot wait longer than it has been sending: `updated_at` is when it was launched or went on."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A campaign with ranges that could be claimed.

    `oldest` is how many seconds the oldest of them waits (the last ones of a large newsletter do for long);
    `idle` how long nobody has taken anything of this campaign though something was there, 0 while somebody is at it.
    """

    campaign: int
    ranges: int
    oldest: float
    idle: float


Words = str | Promise

NO_WORKERS: tuple[Words, Words] = (
    _("Nobody is sending: the workers are not running."),
    _(
        "What to do: start them again (“make run” on a laptop, “docker compose up -d” on a server). Nothing is lost, "
        "and it goes on by itself within a minute. “manage.py pump” sends everything without workers."
    ),
)
NO_REDIS: tuple[Words, Words] = (
    _("Nobody is sending: Redis does not answer, so the workers do not hear that something waits."),
    _(
        "What to do: start Redis again. Nothing is lost, and it goes on by itself within a minute. "
        "“manage.py pump” sends everything without Redis."
    ),
)
DEAF_WORKERS: tuple[Words, Words] = (
    _("Nobody is sending, although the workers are running."),
    _(
        "What to do: they are told again every 20 seconds. If it stays like this, start the sending workers anew and "
        "look into their log. Nothing is lost."
    ),
)
BUSY_WORKERS: tuple[Words, Words] = (
    _("The workers are busy with other newsletters."),
    _(
        "What to do: nothing; its turn comes by itself, and nothing is lost. Where this is often so, run more workers "
        "that send, or see on the page of the other newsletter whether its mail server is slow to answer."
    ),
)


@dataclass(frozen=True, slots=True)
class Standstill:
    """A campaign of which nobody sends anything though nothing forbids it: for how long, why, and what to do."""

    campaign: int
    seconds: int
    why: Words
    what_to_do: Words

    @property
    def minutes(self) -> int:
        """How long, in whole minutes."""
        return self.seconds // 60


def standstills() -> list[Standstill]:
    """Every campaign that waits for longer than it may, the longest first."""
    return _judged(waits())


def standstill_of(campaign_id: int) -> Standstill | None:
    """Whether one campaign does."""
    return next(iter(_judged([one for one in waits() if one.campaign == campaign_id])), None)


def _judged(waiting: list["Waits"]) -> list[Standstill]:
    idle = [one for one in waiting if one.idle > limits().idle]
    if not idle:
        return []
    why, what_to_do = {True: DEAF_WORKERS, False: NO_WORKERS, None: NO_REDIS}[listens(QUEUE)]
    if why == DEAF_WORKERS[0] and Chunk.objects.filter(done=False, lease_until__gt=timezone.now()).exists():
        why, what_to_do = BUSY_WORKERS
    return [Standstill(one.campaign, int(one.idle), why, what_to_do) for one in idle]


def waits() -> list[Waits]:
    """Every campaign with something to claim, the one that is idle longest first."""
    now, rules = timezone.now(), SendingRules.load()
    shut = any(hours_now(moment, rules).opens for moment in (now, now - timedelta(seconds=limits().idle)))
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        found = cursor.fetchall()
    return [
        Waits(campaign, ranges, oldest, 0.0 if shut else max(0.0, idle)) for campaign, ranges, oldest, idle in found
    ]
