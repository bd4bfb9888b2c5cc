"""Waiting: whether messages wait that nobody sends, though nothing forbids it."""

from dataclasses import dataclass

from django.db import connection

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


def waits() -> list[Waits]:
    """Every campaign with something to claim, the one that is idle longest first."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return [Waits(campaign, ranges, oldest, max(0.0, idle)) for campaign, ranges, oldest, idle in cursor.fetchall()]
