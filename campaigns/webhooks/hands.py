"""Which events are in hand: noted before they are looked at, so that one that ends its very process is found out.

begin (a note, committed) → take (the note goes with the transaction of the work) → done, later, or set aside
a note that nobody holds was left by somebody who died → its events are suspects → each is begun alone

One small row for each set is all that it costs. A note that a crash of the whole database takes along is not missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from campaigns.webhooks.inbox import COLUMNS, Taken

BEGIN = """
WITH picked AS (
    SELECT id FROM campaigns_providerevent
    WHERE state = 'waiting' AND due_at <= statement_timestamp() AND {which}
        AND (%(only)s::bigint[] IS NULL OR id = ANY(%(only)s))
    ORDER BY {order} LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
INSERT INTO campaigns_setinhand (events) SELECT array_agg(id) FROM picked HAVING count(*) > 0 RETURNING id, events
"""
ORDINARY = BEGIN.format(which="deaths = 0", order="due_at")
SUSPECT = BEGIN.format(which="deaths > 0", order="deaths, id")
"""Those that were alone already when somebody died come last: the others are most likely harmless."""

TAKE = f"""
WITH note AS (DELETE FROM campaigns_setinhand WHERE id = %(note)s RETURNING events)
SELECT {COLUMNS} FROM campaigns_providerevent
WHERE id = ANY((SELECT events FROM note)::bigint[]) AND state = 'waiting' AND due_at <= statement_timestamp()
ORDER BY due_at FOR UPDATE SKIP LOCKED
"""  # noqa: S608 — of the columns above
"""The note is held until the work is committed, and stays where it is not."""

LET_GO = "DELETE FROM campaigns_setinhand WHERE id = %s"

SUSPECTS = """
WITH left_behind AS (
    DELETE FROM campaigns_setinhand WHERE id IN (
        SELECT id FROM campaigns_setinhand WHERE begun_at < statement_timestamp() - %(pause)s * interval '1 second'
        FOR UPDATE SKIP LOCKED)
    RETURNING events
), named AS (
    SELECT event, bool_or(cardinality(events) = 1) AS alone FROM left_behind, unnest(events) AS event GROUP BY event
), held AS (
    SELECT id FROM campaigns_providerevent WHERE state = 'waiting' AND id IN (SELECT event FROM named)
    ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE campaigns_providerevent AS event
SET deaths = CASE WHEN named.alone THEN event.deaths + 1 ELSE greatest(event.deaths, 1) END
FROM named WHERE event.id = named.event AND event.id IN (SELECT id FROM held)
RETURNING event.id, event.provider, event.deaths
"""
"""What somebody else has in hand by now is left to them: if they die of it, too, their own note says so."""

A_MOMENT = 5.0
"""Seconds in which whoever made a note has long begun, and holds it."""


@dataclass(frozen=True, slots=True)
class InHand:
    """Events that are about to be looked at, and the number of the note that says so."""

    note: int
    events: list[int]


@dataclass(frozen=True, slots=True)
class Suspect:
    """An event that was in hand when its process died, and how often."""

    pk: int
    provider: str
    deaths: int


def begin(most: int, only: Sequence[int] | None = None) -> InHand | None:
    """Note up to so many events that are due and that nobody holds; None where there are none."""
    return _begin(ORDINARY, most, only)


def begin_suspect() -> InHand | None:
    """The same for one event alone that was in hand when somebody died."""
    return _begin(SUSPECT, 1, None)


def _begin(query: str, most: int, only: Sequence[int] | None) -> InHand | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")  # it must outlive a process, not the machine
        cursor.execute(query, {"most": most, "only": None if only is None else list(only)})
        noted = cursor.fetchone()
    return InHand(*noted) if noted else None


def take(hand: InHand) -> list[Taken]:
    """Hold what was begun until the transaction ends, without what others hold by now."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"note": hand.note})
        return [Taken(*row) for row in cursor.fetchall()]


def let_go(hand: InHand) -> None:
    """It ended, though not well: nobody died of these."""
    with connection.cursor() as cursor:
        cursor.execute(LET_GO, [hand.note])


def find_suspects(after: float = A_MOMENT) -> list[Suspect]:
    """Mark what was in hand when somebody died, as far as it was begun longer than `after` seconds ago."""
    with connection.cursor() as cursor:
        cursor.execute(SUSPECTS, {"pause": after})
        return [Suspect(*row) for row in cursor.fetchall()]
