"""Outcomes: what the wire said, written in sets and only by whoever wrote the intent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from campaigns.sending.ledger.attempts import Note, note_attempts, what_happened
from campaigns.sending.limits import limits
from crm.replies import wait_before_try
from crm.transport import Outcome, Verdict

WRITE = """
UPDATE campaigns_delivery AS delivery SET provider_id = coalesce(news.provider_id, ''), sent_at = news.sent_at,
    reason = CASE WHEN delivery.stakeholder_id IS NULL THEN '' ELSE coalesce(news.reason, '') END,
    state = CASE WHEN {poison} THEN 'failed' ELSE news.state END,
    next_attempt_at = CASE WHEN {poison} THEN NULL ELSE news.next_attempt_at END,
    attempts = delivery.attempts - coalesce(news.refund, 0), breaks = delivery.breaks + coalesce(news.broke, 0)
FROM json_to_recordset(%(news)s) AS news (
    id bigint, epoch int, state text, reason text, provider_id text, sent_at timestamptz, next_attempt_at timestamptz,
    refund int, broke int)
WHERE delivery.id = news.id AND delivery.epoch = news.epoch AND delivery.state IN ('sending', 'uncertain')
""".format(poison="news.broke > 0 AND news.state = 'deferred' AND delivery.breaks + news.broke >= %(poison)s")
"""A row that became uncertain meanwhile may still be settled by our evidence, as long as nobody took it anew.
Of somebody who was erased meanwhile, the server's words are not kept: they may name them. One document takes a third
of the processor time that nine arrays take, and what is empty is not said."""

OURS = "RETURNING delivery.id"
"""Asked only where there is evidence to keep beside the rows that were ours to write."""

_as_json = json.JSONEncoder(separators=(",", ":")).encode


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
    news = [_row(result, epoch, blame and result.outcome.lost) for epoch, result in results]
    notes = [note for _epoch, result in results if (note := _note(result))]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(WRITE + (OURS if notes else ""), {"news": _as_json(news), "poison": limits().poison_tries})
        if notes:
            ours = {delivery for (delivery,) in cursor.fetchall()}
            note_attempts(note for note in notes if note.delivery in ours)
        return cursor.rowcount


def _note(result: Result) -> Note | None:
    """The evidence that the row itself will not keep."""
    outcome = result.outcome
    what = what_happened(outcome)
    return Note(result.delivery, what, result.at, outcome.reply, outcome.source, result.attempts) if what else None


def _row(result: Result, epoch: int, broke: bool) -> dict[str, Any]:
    news = _settle(result)
    evidence = {
        "reason": news.reason.replace("\x00", "")[:300],
        "provider_id": news.provider_id[:200],
        "sent_at": news.sent_at and news.sent_at.isoformat(),
        "next_attempt_at": news.next_attempt_at and news.next_attempt_at.isoformat(),
        "refund": news.refund,
        "broke": int(broke),
    }
    known = {name: said for name, said in evidence.items() if said}
    return {"id": result.delivery, "epoch": epoch, "state": news.state, **known}


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
