"""Evidence: what happened to messages beyond what their own rows say, appended in sets.

A message that is accepted at its first try leaves nothing here: its row says when, by which name, with which words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.models import Attempt
from crm.transport import Outcome, Verdict

What = Attempt.What
LONGEST = 300

NOTE = """
INSERT INTO campaigns_attempt (delivery_id, at, what, reply, source, number, handed_at, by_id)
SELECT delivery.id, news.at, news.what, CASE WHEN delivery.stakeholder_id IS NULL THEN '' ELSE news.reply END,
    news.source, coalesce(news.number, delivery.attempts), delivery.intent_at, news.by
FROM unnest(%(delivery)s::bigint[], %(what)s::text[], %(at)s::timestamptz[], %(reply)s::text[], %(source)s::text[],
            %(number)s::int[], %(by)s::bigint[])
     WITH ORDINALITY AS news (delivery, what, at, reply, source, number, by, place)
JOIN campaigns_delivery AS delivery ON delivery.id = news.delivery
ORDER BY news.place
"""
"""Of somebody who was erased, nothing a server says is kept: it may name them."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that happened to a message; `source` is the server, provider or worker, `by` a person's number.

    Without a `number` it belongs to the latest try.
    """

    delivery: int
    what: str
    at: datetime
    reply: str = ""
    source: str = ""
    number: int | None = None
    by: int | None = None


def note_attempts(notes: Iterable[Note]) -> int:
    """Keep what happened, in order; answers how many. Deliveries that do not exist are passed over."""
    rows = [
        (one.delivery, one.what, one.at, _cut(one.reply, LONGEST), _cut(one.source, 80), one.number, one.by)
        for one in notes
    ]
    if not rows:
        return 0
    names = ("delivery", "what", "at", "reply", "source", "number", "by")
    columns: dict[str, Any] = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(NOTE, columns)
        return cursor.rowcount


def what_happened(outcome: Outcome) -> str:
    """What a try came to, if that is worth a row of its own; else empty."""
    if outcome.verdict in (Verdict.ACCEPTED, Verdict.UNSENT):
        return ""
    if outcome.verdict == Verdict.DEFERRED and outcome.lost:
        return What.BROKE
    return What(outcome.verdict.value)


def _cut(words: str, most: int) -> str:
    return words.replace("\x00", "")[:most]
