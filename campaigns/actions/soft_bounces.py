"""Soft bounces: one says little, several in a row say that nobody reads mail there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from campaigns.models import SoftBounce
from contacts.addresses import fingerprint

CAMPAIGNS = 3
"""Newsletters in a row that came back: about as many as large providers wait before they give up on an address."""
MESSAGES, DAYS = 5, 30
"""Or so many messages of any kind in so many days."""
KEPT = 90
"""Days after which a soft bounce says nothing any more."""

KEEP = """
INSERT INTO campaigns_softbounce (fingerprint, message, campaign_id, at)
SELECT DISTINCT ON (fingerprint, message) fingerprint, message, campaign, at
FROM unnest(%(fingerprint)s::text[], %(message)s::text[], %(campaign)s::bigint[], %(at)s::timestamptz[])
     AS news (fingerprint, message, campaign, at)
ORDER BY fingerprint, message, at
ON CONFLICT (fingerprint, message) DO NOTHING
"""

JUDGE = """
SELECT fingerprint FROM campaigns_softbounce
WHERE fingerprint = ANY(%(fingerprint)s) AND at > now() - %(kept)s * interval '1 day'
GROUP BY fingerprint
HAVING count(DISTINCT campaign_id) >= %(campaigns)s
    OR count(*) FILTER (WHERE at > now() - %(days)s * interval '1 day') >= %(messages)s
"""

ARRIVED = """
DELETE FROM campaigns_softbounce AS bounce
USING unnest(%(fingerprint)s::text[], %(at)s::timestamptz[]) AS news (fingerprint, at)
WHERE bounce.fingerprint = news.fingerprint AND bounce.at < news.at
"""


@dataclass(frozen=True, slots=True)
class CameBack:
    """A message to `address` that came back for the time being; `message` tells it from others."""

    address: str
    message: str
    campaign: int | None
    at: datetime


def keep_soft_bounces(bounces: Iterable[CameBack]) -> None:
    """Remember these."""
    rows = [(fingerprint(one.address), one.message[:200], one.campaign, one.at) for one in bounces]
    if rows:
        names = ("fingerprint", "message", "campaign", "at")
        columns: dict[str, Any] = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(KEEP, columns)


def forget_soft_bounces(arrivals: dict[str, datetime]) -> None:
    """Something arrived at these addresses then: what came back earlier was passing."""
    if arrivals:
        prints = [fingerprint(address) for address in arrivals]
        with connection.cursor() as cursor:
            cursor.execute(ARRIVED, {"fingerprint": prints, "at": list(arrivals.values())})


def given_up(addresses: Iterable[str]) -> list[str]:
    """Those of the addresses from which too much came back without anything arriving in between."""
    prints = {fingerprint(address): address for address in addresses}
    if not prints:
        return []
    numbers = {"campaigns": CAMPAIGNS, "messages": MESSAGES, "days": DAYS, "kept": KEPT}
    with connection.cursor() as cursor:
        cursor.execute(JUDGE, {"fingerprint": list(prints), **numbers})
        return sorted(prints[row[0]] for row in cursor.fetchall())


def forget_old_soft_bounces() -> int:
    """Remove what says nothing any more; answers how many."""
    return SoftBounce.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT)).delete()[0]
