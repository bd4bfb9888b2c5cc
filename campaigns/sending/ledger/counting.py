"""How many messages are in which state, without reading the ledger: each range knows what is in it.

    cut → all of it waits     claimed → not counted     given back → counted by the statement that gives it back

Whoever changes messages outside a claim says so (`uncount`), before the change: ranges are held before messages, as
workers hold them. The clock counts such ranges again, a few at a time; until then a page looks at their messages.
"""

from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction

RECOUNTED = 200
"""Ranges that are counted again at one look of the clock: 200,000 messages, a tenth of a second."""
LOOKED_AT = 50
"""Ranges of which a scrape reads the messages; of any more it says what was last known."""

UNCOUNT = """
WITH held AS (
    SELECT chunk.id FROM campaigns_chunk AS chunk WHERE chunk.id IN (
        SELECT holds.id FROM campaigns_delivery AS delivery CROSS JOIN LATERAL (
            SELECT inner_chunk.id FROM campaigns_chunk AS inner_chunk
            WHERE inner_chunk.campaign_id = delivery.campaign_id AND inner_chunk.first_id <= delivery.id
            ORDER BY inner_chunk.first_id DESC LIMIT 1) AS holds
        WHERE delivery.id = ANY(%s))
    ORDER BY chunk.id FOR UPDATE
)
UPDATE campaigns_chunk AS chunk SET counted = false FROM held WHERE chunk.id = held.id RETURNING chunk.id
"""
"""Those that are not counted anyway are held, too: whoever counts them meanwhile would not see what is coming. They are
written as well, because a plan that finds nothing to write would hold nothing."""

UNCOUNT_ALL = """
WITH held AS (SELECT id FROM campaigns_chunk WHERE campaign_id = %s ORDER BY id FOR UPDATE)
UPDATE campaigns_chunk AS chunk SET counted = false FROM held WHERE chunk.id = held.id
"""

STALE = """
SELECT id FROM campaigns_chunk WHERE NOT counted AND lease_until IS NULL
ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""

RECOUNT = """
UPDATE campaigns_chunk AS chunk SET counted = true, counts = (
    SELECT coalesce(jsonb_object_agg(each.state, each.messages), '{}') FROM (
        SELECT delivery.state, count(*) AS messages FROM campaigns_delivery AS delivery
        WHERE delivery.id BETWEEN chunk.first_id AND chunk.last_id AND delivery.campaign_id = chunk.campaign_id
        GROUP BY delivery.state) AS each)
WHERE chunk.id = ANY(%s)
"""

SUMMED = """
SELECT campaign_id, state, sum(messages)::bigint FROM (
    WITH stale AS MATERIALIZED (
        SELECT id, campaign_id, first_id, last_id FROM campaigns_chunk
        WHERE campaign_id = ANY(%(campaigns)s) AND NOT counted ORDER BY id LIMIT %(most)s
    )
    SELECT chunk.campaign_id, said.key AS state, said.value::bigint AS messages
    FROM campaigns_chunk AS chunk CROSS JOIN LATERAL jsonb_each_text(chunk.counts) AS said
    WHERE chunk.campaign_id = ANY(%(campaigns)s) AND NOT EXISTS (SELECT FROM stale WHERE stale.id = chunk.id)
    UNION ALL
    SELECT stale.campaign_id, looked.state, looked.messages FROM stale CROSS JOIN LATERAL (
        SELECT delivery.state, count(*) AS messages FROM campaigns_delivery AS delivery
        WHERE delivery.id BETWEEN stale.first_id AND stale.last_id AND delivery.campaign_id = stale.campaign_id
        GROUP BY delivery.state) AS looked
) AS parts GROUP BY campaign_id, state
"""


def uncount(deliveries: Iterable[int]) -> list[int]:
    """These messages are about to change outside a claim: hold their ranges and trust their counts no more.

    Call it in the transaction of the change, before it; answers with the numbers of the ranges.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNCOUNT, [list(deliveries)])
        return [pk for (pk,) in cursor.fetchall()]


def uncount_all(campaign_id: int) -> None:
    """The same for every message of a campaign."""
    with connection.cursor() as cursor:
        cursor.execute(UNCOUNT_ALL, [campaign_id])


@transaction.atomic
def recount(most: int = RECOUNTED) -> int:
    """Count ranges again in which something changed; answers how many ranges."""
    with connection.cursor() as cursor:
        cursor.execute(STALE, [most])
        stale = [pk for (pk,) in cursor.fetchall()]
        if stale:
            cursor.execute(RECOUNT, [stale])
    return len(stale)


def states_of(campaigns: Iterable[int], *, most: int | None = None) -> dict[int, Counter[str]]:
    """How many messages of each campaign are in each state; exact unless more than `most` ranges are not counted."""
    found: dict[int, Counter[str]] = {pk: Counter() for pk in campaigns}
    if not found:
        return found
    with connection.cursor() as cursor:
        cursor.execute(SUMMED, {"campaigns": list(found), "most": most})
        for campaign_id, state, messages in cursor.fetchall():
            found[campaign_id][state] = messages
    return found
