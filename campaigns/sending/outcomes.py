"""Outcomes: what the wire said, written in sets and only by whoever wrote the intent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from campaigns.sending.attempts import Note, note_attempts, what_happened
from campaigns.sending.limits import limits
from crm.replies import wait_before_try
from crm.transport import Outcome, Verdict

WRITE = """
UPDATE campaigns_delivery AS delivery SET provider_id = news.provider_id, sent_at = news.sent_at,
    reason = CASE WHEN delivery.stakeholder_id IS NULL THEN '' ELSE news.reason END,
    state = CASE WHEN {poison} THEN 'failed' ELSE news.state END,
    next_attempt_at = CASE WHEN {poison} THEN NULL ELSE news.next_attempt_at END,
    attempts = delivery.attempts - news.refund, breaks = delivery.breaks + news.broke
FROM unnest(%(ids)s::bigint[], %(epochs)s::int[], %(states)s::text[], %(reasons)s::text[], %(provider_ids)s::text[],
            %(sent)s::timestamptz[], %(next)s::timestamptz[], %(refunds)s::int[],
            %(broke)s::int[])
     AS news (id, epoch, state, reason, provider_id, sent_at, next_attempt_at, refund, broke)
WHERE delivery.id = news.id AND delivery.epoch = news.epoch AND delivery.state IN ('sending', 'uncertain')
""".format(poison="news.broke > 0 AND news.state = 'deferred' AND delivery.breaks + news.broke >= %(poison)s")
"""A row that became uncertain meanwhile may still be settled by our evidence, as long as nobody took it anew.
Of somebody who was erased meanwhile, the server's words are not kept: they may name them."""

OURS = "RETURNING delivery.id"
"""Asked only where there is evidence to keep beside the rows that were ours to write."""

COLUMNS = ("ids", "epochs", "states", "reasons", "provider_ids", "sent", "next", "refunds", "broke")


@dataclass(slots=True)
class News:
    """What a row is to say from now on."""

    state: str
    reason: str = ""
    provider_id: str = ""
    sent_at: datetime | None = None
    next_attempt_at: datetime | None = None
    refund: int = 0


@dataclass(slots=True)
class Result:
    """What became of one message, and when; `attempts` counts this one."""

    delivery: int
    attempts: int
    outcome: Outcome
    at: datetime


def write_outcomes(epoch: int, results: Sequence[Result], *, blame: bool = False) -> int:
    """Record what became of a group; answers how many rows were ours to write.

    `blame` says that the line stood for others: one that broke is counted against the message under which it did.
    """
    return write_each([(epoch, result) for result in results], blame=blame)


def write_each(results: Sequence[tuple[int, Result]], *, blame: bool = False) -> int:
    """Record outcomes, each under the epoch of its own intent."""
    if not results:
        return 0
    rows = [
        (result.delivery, epoch, *_columns(_settle(result), blame and result.outcome.lost)) for epoch, result in results
    ]
    columns: dict[str, Any] = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    notes = [note for _epoch, result in results if (note := _note(result))]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE + (OURS if notes else ""), columns | {"poison": limits().poison_tries})
        if notes:
            ours = {delivery for (delivery,) in cursor.fetchall()}
            note_attempts(note for note in notes if note.delivery in ours)
        return cursor.rowcount


def _note(result: Result) -> Note | None:
    """The evidence that the row itself will not keep."""
    outcome = result.outcome
    what = what_happened(outcome)
    return Note(result.delivery, what, result.at, outcome.reply, outcome.source, result.attempts) if what else None


def _columns(news: News, broke: bool) -> tuple:
    reason = news.reason.replace("\x00", "")[:300]
    return news.state, reason, news.provider_id[:200], news.sent_at, news.next_attempt_at, news.refund, int(broke)


def _settle(result: Result) -> News:
    """One outcome as one row: the state machine of a delivery in a single place."""
    outcome = result.outcome
    if outcome.verdict == Verdict.ACCEPTED:
        return News("accepted", outcome.reply, outcome.provider_id, sent_at=result.at)
    if outcome.verdict == Verdict.UNSENT:
        return News("queued", refund=1)
    if outcome.verdict == Verdict.DEFERRED and result.attempts < limits().tries:
        again = timezone.now() + wait_before_try(result.attempts)
        return News("deferred", outcome.reply, next_attempt_at=again)
    if outcome.verdict == Verdict.DEFERRED:
        return News("failed", outcome.reply)
    return News(outcome.verdict.value, outcome.reply)
