"""The gate: who of the next recipients may go now, asked before anything is written down about them."""

import math
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from campaigns.sending.ledger.chunks import Claim
from campaigns.sending.ledger.intents import Recipient
from campaigns.sending.ledger.outcomes import Result
from campaigns.sending.limits import limits
from campaigns.sending.rates.asking import Ask, Class, Grant, Lane, Total
from campaigns.sending.rates.buckets import buckets
from campaigns.sending.rates.hours import Hours, hours_now
from campaigns.sending.rates.rules import TRANSPORT, family_of, rules
from crm.replies import puts_us_off
from crm.transport import Transport, Verdict

DOMAINS = """
SELECT DISTINCT lower(split_part(address, '@', 2)) FROM campaigns_delivery
WHERE id BETWEEN %(first)s AND %(last)s AND campaign_id = %(campaign)s AND state IN ('queued', 'deferred')
"""

PEEK = """
SELECT id, lower(split_part(address, '@', 2)), next_attempt_at IS NOT NULL FROM campaigns_delivery
WHERE id BETWEEN %(first)s AND %(last)s AND campaign_id = %(campaign)s AND state IN ('queued', 'deferred')
  AND (next_attempt_at IS NULL OR next_attempt_at <= now())
ORDER BY id LIMIT %(size)s
"""

HOLD = """
UPDATE campaigns_delivery AS delivery SET next_attempt_at = now() + held.seconds * interval '1 second'
FROM unnest(%(ids)s::bigint[], %(seconds)s::float[]) AS held (id, seconds)
WHERE delivery.id = held.id AND delivery.state IN ('queued', 'deferred')
"""
"""Only the moment of their turn is written down: their state, their tries and what was said of them stay."""

STEP = 0.5
"""Seconds to which turns are rounded up, so that a range is not claimed anew for every single message."""
FREE = "-"
"""The name of all domains without a rate."""
FRESH = 1.0
"""Seconds for which what was looked up is believed; staff who slow a campaign down are obeyed within five."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Who waits for one bucket: for the first time, or because the moment came that they were promised."""

    fresh: list[int]
    returning: list[int]

    def __len__(self) -> int:
        return len(self.fresh) + len(self.returning)


class Gate:
    """Stands before the intents of one worker; `wait` is in how many seconds it opens when it let nobody through.

    `held` is how many were put off to a later turn, `shares` how many each mail server may carry of who went through.
    """

    def __init__(self, transport: Transport | None = None) -> None:
        self.transport = transport
        self.wait = 0.0
        self.held = 0
        self.shares: dict[str, int] = {}
        self._known: dict[Any, tuple[float, Any]] = {}

    # ── what holds for everybody ─────────────────────────────────────────────
    def shut(self) -> bool:
        """Whether nothing at all leaves now: it is quiet, or today's part of the warm-up has left."""
        self.wait = math.inf if self._hours().opens else 0.0
        return bool(self.wait)

    def _hours(self) -> Hours:
        return self._lately("hours", hours_now)

    def _totals(self, campaign: int) -> list[Total]:
        totals = [Total(TRANSPORT, rules().transport)] if rules().transport else []
        per_hour = self._lately(campaign, lambda: _per_hour(campaign))
        if per_hour:
            totals.append(Total(f"campaign:{campaign}", per_hour / 3600))
        return totals

    def _lanes(self) -> list[Lane]:
        """The mail servers that may be used now, where one of them has a rate."""
        lanes = getattr(self.transport, "lanes", None)
        found: list[Lane] = lanes() if lanes else []
        return found if any(lane.rate for lane in found) else []

    # ── who may go ───────────────────────────────────────────────────────────
    def admit(self, claim: Claim, size: int) -> list[int] | None:
        """The deliveries of this range that may go now; None when nothing holds anybody back."""
        self.wait, self.held, self.shares = 0.0, 0, {}
        totals, lanes = self._totals(claim.campaign), self._lanes()
        paced, warm_up = self._paced(claim), self._hours().warm_up
        if not (totals or lanes or paced or warm_up):
            return None
        if warm_up:
            size = min(size, warm_up.lock())
            if not size:
                self.wait = math.inf
                return []
        queues = _queues(claim, size, paced)
        going, late = self._ask(Ask(
            sum(len(queue) for queue in queues.values()),
            totals,
            lanes,
            [Class(_bucket(name), paced.get(name, 0.0), len(queue.fresh), len(queue.returning))
             for name, queue in queues.items()],
        ), list(queues.values()))  # fmt: skip
        self.held = len(late)
        self._hold(late)
        return going

    def _ask(self, ask: Ask, queues: list["Queue"]) -> tuple[list[int], list[tuple[int, float]]]:
        """Who goes now, and in how many seconds it is the others' turn."""
        answer = buckets().ask(ask)
        self.wait = answer.wait
        self.shares = {lane.name: share for lane, share in zip(ask.lanes, answer.shares, strict=True)}
        going: list[int] = []
        late: list[tuple[int, float]] = []
        for queue, grant in zip(queues, answer.grants, strict=True):
            going += queue.returning[: grant.returning] + queue.fresh[: grant.fresh]
            late += _turns(queue.returning[grant.returning :] + queue.fresh[grant.fresh :], grant)
        return going, late

    def _paced(self, claim: Claim) -> dict[str, float]:
        """The domains of this range that have a rate or are slowed down, with their own rate (0: none)."""
        slowed = self._lately("slowed", buckets().slowed)
        families = self._lately(("domains", claim.chunk, claim.epoch), lambda: _families(claim), seconds=math.inf)
        ours = {name: rules().of(name) for name in families}
        return {name: rate for name, rate in ours.items() if rate or _bucket(name) in slowed}

    def _hold(self, late: Sequence[tuple[int, float]]) -> None:
        if late:
            ids, seconds = zip(*late, strict=True)
            with connection.cursor() as cursor:
                cursor.execute(HOLD, {"ids": list(ids), "seconds": list(seconds)})

    # ── what came of it ──────────────────────────────────────────────────────
    def intended(self, messages: int) -> None:
        """So many are written down as on their way, in this transaction."""
        if warm_up := self._hours().warm_up:
            warm_up.count(messages)

    def put_off_unsent(self, results: Sequence[Result]) -> None:
        """Where servers have rates, some messages come back as only one of those takes them: for its next token they
        wait, instead of being asked about all the time. In the transaction in which they are queued again.
        """
        rates = [lane.rate for lane in self._lanes() if lane.rate]
        if rates:
            seconds = min(1 / min(rates), limits().connection_retry)
            self._hold([(one.delivery, seconds) for one in results if one.outcome.verdict == Verdict.UNSENT])

    def heard(self, results: Sequence[Result], recipients: Iterable[Recipient]) -> None:
        """Slow down the domains that put us off, and give back to the warm-up what never left."""
        if warm_up := self._hours().warm_up:
            warm_up.count(-sum(1 for result in results if _never_left(result)))
        off = {result.delivery for result in results if puts_us_off(result.outcome)}
        if not off:
            return
        families = {one.delivery: family_of(one.address.rpartition("@")[2].lower()) for one in recipients}
        for family in {families[delivery] for delivery in off if delivery in families}:
            theirs = [result for result in results if families.get(result.delivery) == family]
            refused = sum(1 for result in theirs if result.delivery in off)
            if refused >= len(theirs) * limits().slow_share:
                buckets().slow(_bucket(family), rules().of(family), _pace(theirs))
                self._known.pop("slowed", None)

    def _lately(self, key: Any, look: Any, *, seconds: float = FRESH) -> Any:
        now = time.monotonic()
        known = self._known.get(key)
        if known is None or now - known[0] > seconds:
            if isinstance(key, tuple):
                self._known = {one: value for one, value in self._known.items() if not isinstance(one, tuple)}
            known = self._known[key] = (now, look())
        return known[1]


def _per_hour(campaign: int) -> int | None:
    return Campaign.objects.filter(pk=campaign).values_list("per_hour", flat=True).first()


def _families(claim: Claim) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(DOMAINS, claim.params())
        return {family_of(domain) for (domain,) in cursor.fetchall()}


def _queues(claim: Claim, size: int, paced: dict[str, float]) -> dict[str, Queue]:
    """The next recipients by the bucket they ask, in the order of the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(PEEK, claim.params(size=size))
        rows = cursor.fetchall()
    queues: dict[str, Queue] = {}
    for delivery, domain, back in rows:
        family = family_of(domain)
        queue = queues.setdefault(family if family in paced else FREE, Queue([], []))
        (queue.returning if back else queue.fresh).append(delivery)
    return queues


def _turns(refused: Sequence[int], grant: Grant) -> list[tuple[int, float]]:
    """The moment of each one's turn, in seconds from now; beyond what is promised, a moment to ask again."""
    if not grant.first:
        return []
    far, turns = limits().promises, []
    for place, delivery in enumerate(refused):
        seconds = grant.first + place * grant.gap
        if seconds > far:
            seconds = far + random.uniform(0, far / 10)  # noqa: S311 — spreads who asks again, guards nothing
        turns.append((delivery, math.ceil(seconds / STEP) * STEP))
    return turns


def _bucket(family: str) -> str:
    return f"domain:{family}"


def _never_left(result: Result) -> bool:
    outcome = result.outcome
    return outcome.verdict == Verdict.UNSENT or (outcome.verdict == Verdict.DEFERRED and outcome.lost)


def _pace(results: Sequence[Result]) -> float:
    """Messages a second at which these were answered."""
    moments = [result.at for result in results]
    span = (max(moments) - min(moments)).total_seconds()
    return len(results) / max(span, limits().group_seconds)
