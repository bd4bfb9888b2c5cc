"""Claims: who may send which range of deliveries, until when, and what happens when they vanish.

Whoever changes several messages holds their ranges first: one by claiming it, renewing it, giving it back or `hold`, or
all that are needed by `uncount`, in the order of their numbers. Whoever holds ranges asks for no more of them in that
transaction. So nobody waits in a circle, in whatever order messages are written.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from campaigns.sending.ledger.counting import uncount
from campaigns.sending.limits import limits

MAKE = """
INSERT INTO campaigns_chunk (campaign_id, first_id, last_id, owner, epoch, done, counts, counted)
SELECT %(campaign)s, min(id), max(id), '', 0, false, jsonb_build_object('queued', count(*)), true
FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS part
      FROM campaigns_delivery WHERE campaign_id = %(campaign)s) AS numbered
GROUP BY part ORDER BY part
"""

CLAIM = """
UPDATE campaigns_chunk
SET owner = %(owner)s, lease_until = now() + %(lease)s * interval '1 second', epoch = epoch + 1, due_at = NULL,
    counted = false, touched_at = now()
WHERE id = (
    SELECT chunk.id FROM campaigns_chunk AS chunk
    JOIN campaigns_campaign AS campaign ON campaign.id = chunk.campaign_id
    WHERE NOT chunk.done AND chunk.lease_until IS NULL AND (chunk.due_at IS NULL OR chunk.due_at <= now())
      AND campaign.state = 'sending' AND (%(campaign)s::bigint IS NULL OR chunk.campaign_id = %(campaign)s)
    ORDER BY chunk.campaign_id, chunk.id LIMIT 1 FOR UPDATE OF chunk SKIP LOCKED
)
RETURNING id, campaign_id, first_id, last_id, epoch
"""

RENEW = """
UPDATE campaigns_chunk AS chunk SET lease_until = now() + %(lease)s * interval '1 second'
FROM campaigns_campaign AS campaign
WHERE chunk.id = %(chunk)s AND chunk.epoch = %(epoch)s AND chunk.lease_until > now()
  AND campaign.id = chunk.campaign_id AND campaign.state = 'sending'
"""

HOLD = "SELECT FROM campaigns_chunk WHERE id = %(chunk)s FOR NO KEY UPDATE"
LOCK = "SELECT 1 FROM campaigns_chunk WHERE id = %(chunk)s AND epoch = %(epoch)s AND NOT done FOR UPDATE"

VANISHED = "SELECT DISTINCT owner FROM campaigns_chunk WHERE NOT done AND lease_until < now() ORDER BY owner"

ABANDONED = """
SELECT id, campaign_id, first_id, last_id, epoch FROM campaigns_chunk
WHERE NOT done AND lease_until < now() AND owner = %s ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""

NOBODY_KNOWS = """
WITH lost AS (
    UPDATE campaigns_delivery SET state = 'uncertain', reason = 'worker_stopped'
    WHERE id BETWEEN %(first)s AND %(last)s AND campaign_id = %(campaign)s AND state = 'sending'
    RETURNING id, attempts, intent_at
)
INSERT INTO campaigns_attempt (delivery_id, at, what, reply, source, number, handed_at)
SELECT lost.id, clock_timestamp(), 'uncertain', 'worker_stopped', chunk.owner, lost.attempts, lost.intent_at
FROM lost JOIN campaigns_chunk AS chunk ON chunk.id = %(chunk)s ORDER BY lost.id
"""

CANCELLED = """
UPDATE campaigns_delivery AS delivery SET state = 'skipped', reason = 'cancelled', next_attempt_at = NULL
FROM campaigns_campaign AS campaign
WHERE campaign.id = %(campaign)s AND campaign.state = 'cancelled' AND delivery.campaign_id = campaign.id
  AND delivery.id BETWEEN %(first)s AND %(last)s AND delivery.state IN ('queued', 'deferred')
"""

LET_GO = """
UPDATE campaigns_chunk SET owner = '', lease_until = NULL, epoch = epoch + 1, done = (rest.open = 0),
    due_at = CASE WHEN rest.open > 0
             THEN greatest(rest.due, now() + %(rest)s * interval '1 second') END,
    counts = rest.counts, counted = true, touched_at = now()
FROM (
    SELECT coalesce(sum(messages) FILTER (WHERE state IN ('queued', 'sending', 'deferred', 'uncertain')), 0) AS open,
        min(due) AS due, coalesce(jsonb_object_agg(state, messages), '{}') AS counts
    FROM (
        SELECT delivery.state, count(*) AS messages, min(CASE
            WHEN delivery.state IN ('queued', 'deferred') THEN coalesce(delivery.next_attempt_at, now())
            WHEN delivery.state = 'uncertain' AND campaign.uncertain_policy = 'resend'
                THEN delivery.intent_at + %(quiet)s * interval '1 second'
            WHEN delivery.state = 'uncertain' THEN now() + %(recheck)s * interval '1 second'
            WHEN delivery.state = 'sending' THEN now() END) AS due
        FROM campaigns_delivery AS delivery JOIN campaigns_campaign AS campaign ON campaign.id = delivery.campaign_id
        WHERE delivery.id BETWEEN %(first)s AND %(last)s AND delivery.campaign_id = %(campaign)s
        GROUP BY delivery.state
    ) AS each
) AS rest
WHERE id = %(chunk)s
"""

WAKE = """
UPDATE campaigns_chunk SET due_at = NULL, touched_at = now()
WHERE id = ANY(%s) AND NOT done AND lease_until IS NULL AND due_at > now()
"""

NEXT_DUE = """
SELECT extract(epoch FROM min(chunk.due_at) - clock_timestamp())::float FROM campaigns_chunk AS chunk
JOIN campaigns_campaign AS campaign ON campaign.id = chunk.campaign_id
WHERE NOT chunk.done AND chunk.lease_until IS NULL AND chunk.due_at IS NOT NULL
  AND campaign.state = 'sending' AND (%(campaign)s::bigint IS NULL OR chunk.campaign_id = %(campaign)s)
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A range of deliveries that is ours to send while the lease lasts and the epoch stands."""

    chunk: int
    campaign: int
    first: int
    last: int
    epoch: int

    def params(self, **more: float) -> dict[str, float]:
        """The claim as parameters of a statement, with `more` beside it."""
        names = {name: getattr(self, name) for name in ("chunk", "campaign", "first", "last", "epoch")}
        return names | more


def make_chunks(campaign_id: int) -> int:
    """Cut a frozen audience into ranges workers can claim; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE, {"campaign": campaign_id, "size": limits().chunk})
        return cursor.rowcount


def claim_chunk(owner: str, campaign_id: int | None = None) -> Claim | None:
    """Take one range that is due and that nobody holds, under the name of `owner`; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"owner": owner, "lease": limits().lease, "campaign": campaign_id})
        row = cursor.fetchone()
    return Claim(*row) if row else None


def next_due(campaign_id: int | None = None) -> float | None:
    """In how many seconds the next resting range is due, 0 when it is already; None when none rests."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_DUE, {"campaign": campaign_id})
        seconds = cursor.fetchone()[0]
    return None if seconds is None else max(0.0, seconds)


def renew(claim: Claim) -> bool:
    """Hold on to a range; False when the lease ran out, or the campaign was paused or cancelled meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(RENEW, claim.params(lease=limits().lease))
        return cursor.rowcount == 1


def hold(claim: Claim) -> None:
    """Let nobody else change messages of this range in the rest of the transaction, whoever it belongs to by now."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, claim.params())


@transaction.atomic
def release(claim: Claim, *, rest: float = 0) -> bool:
    """Give a range back, done or due again when its next message is (at the earliest in `rest` seconds).

    False when it is not ours any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, claim.params())
        ours = cursor.fetchone() is not None
        if ours:
            _let_go(cursor, claim, rest)
    return ours


def wake_around(deliveries: list[int]) -> None:
    """Look soon at the resting ranges of these deliveries, because something about them became known."""
    if deliveries:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WAKE, [uncount(deliveries)])


def expire_leases(settle: Callable[[str], object]) -> int:
    """Free every range whose worker vanished: what it had on the wire is uncertain; answers how many there were.

    Before that `settle` writes down what each of these workers, by its name, is known to have heard. That may be about
    any range, so none is held meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(VANISHED)
        owners = [owner for (owner,) in cursor.fetchall()]
    freed = 0
    for owner in owners:
        settle(owner)
        while _expire_one(owner):
            freed += 1
    return freed


@transaction.atomic
def _expire_one(owner: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ABANDONED, [owner])
        row = cursor.fetchone()
        if row:
            _let_go(cursor, Claim(*row), 0)
        return row is not None


def _let_go(cursor, claim: Claim, rest: float) -> None:
    cursor.execute(NOBODY_KNOWS, claim.params())
    cursor.execute(CANCELLED, claim.params())
    cursor.execute(LET_GO, claim.params(rest=rest, quiet=limits().quiet, recheck=limits().hold_recheck))
