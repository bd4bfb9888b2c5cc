"""Buckets of this process alone, for as long as there is no Redis: the same arithmetic as in the Lua files."""

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigns.sending.limits import limits
from campaigns.sending.rates.asking import Answer, Ask, Class, Grant, Level, Total


@dataclass(slots=True)
class Bucket:
    """When it will be full again, until when slots were promised, and how it was slowed down."""

    full_at: float | None = None
    promised: float = 0.0
    slowed: float = 0.0
    since: float = 0.0
    ceiling: float = 0.0
    # as of the question that is being answered
    rate: float = 0.0
    gap: float = 0.0
    burst: float = 0.0
    has: float = math.inf

    def open(self, rate: float, now: float, *, owes: bool = False) -> None:
        """Bring it up to this moment; one that `owes` may have given tokens in advance."""
        before = self.rate or rate
        if self.slowed:
            recovered = self.slowed + (now - self.since) * self.ceiling / limits().slow_recovery
            if recovered < self.ceiling and (rate == 0 or recovered < rate):
                rate = recovered
            else:
                self.slowed = 0.0
        self.rate, self.gap, self.has = rate, 0.0, math.inf
        if rate:
            self.gap = 1 / rate
            self.burst = max(1.0, rate, min(rate * 30, 6.0))
            full = now + self.burst * self.gap
            start = full - max(1.0, rate / 10) * self.gap
            at, latest = start if self.full_at is None else self.full_at, full
            if at > full and owes:
                at = now + (at - now) * before / rate
                latest = max(full, min(at, full + limits().debt))
            self.full_at = max(now, min(at, latest))
            self.has = math.floor((full - self.full_at) / self.gap + 1e-6)

    def take(self, count: float) -> None:
        """Give away that many tokens."""
        if self.rate and self.full_at is not None:
            self.full_at += count * self.gap
            self.has -= count

    def next_token(self, now: float) -> float:
        """When it gives one again."""
        return max(now, (self.full_at or 0) + (1 - self.burst) * self.gap)


@dataclass
class LocalBook:
    """Everything this process knows about its own pace; rates are shared by as many processes as `sharers` says."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, ask: Ask) -> Answer:
        """See ask.lua."""
        with self.lock:
            now = time.monotonic()
            totals = [self._open(total, now) for total in ask.totals]
            lanes = [self._open(lane, now) for lane in ask.lanes]
            left = min([float(ask.asked), *(bucket.has for bucket in totals)])
            waits = [bucket.next_token(now) - now for bucket in totals if bucket.has < 1]
            if lanes:
                left = min(left, sum(max(0, bucket.has) for bucket in lanes))
                if all(bucket.has < 1 for bucket in lanes):
                    waits.append(min(bucket.next_token(now) - now for bucket in lanes))
            grants, given = [], 0
            for one in ask.classes:
                grant = self._grant(one, left, now)
                grants.append(grant)
                left -= grant.fresh + grant.returning
                given += grant.fresh + grant.returning
            for bucket in totals:
                bucket.take(given)
            shares = _share(lanes, [lane.weight for lane in ask.lanes], given)
            return Answer(0.0 if given else max(waits, default=0.0), grants, shares)

    def spend(self, spent: Sequence[tuple[Total, int]]) -> list[int]:
        """See spend.lua."""
        with self.lock:
            now = time.monotonic()
            for total, count in spent:
                self._open(total, now).take(count)
            return [int(self.buckets[total.name].has) for total, _count in spent]

    def _open(self, asked: Total, now: float) -> Bucket:
        bucket = self.buckets.setdefault(asked.name, Bucket())
        bucket.open(asked.rate / limits().sharers, now, owes=not isinstance(asked, Class))
        return bucket

    def _grant(self, asked: Class, left: float, now: float) -> Grant:
        bucket = self._open(asked, now)
        if left <= 0:
            return Grant(0, 0, 0.0, bucket.gap)
        idle = not bucket.rate or (bucket.full_at or 0) <= now or bucket.promised <= now
        returning = min(asked.returning, bucket.has, left)
        fresh = min(asked.fresh, bucket.has - returning, left - returning) if idle else 0
        bucket.take(fresh + returning)
        refused = asked.fresh + asked.returning - fresh - returning
        first = 0.0
        if refused > 0 and left > fresh + returning and bucket.rate:
            first = max(0 if idle else bucket.promised, bucket.next_token(now))
            bucket.promised = min(first + refused * bucket.gap, now + limits().promises)
            first = max(first - now, 0.001)
        elif idle:
            bucket.promised = 0.0
        return Grant(int(fresh), int(returning), first, bucket.gap)

    def slow(self, name: str, own: float, seen: float) -> float | None:
        """See slow.lua."""
        with self.lock:
            now, bucket = time.monotonic(), self.buckets.setdefault(name, Bucket())
            own /= limits().sharers
            rate = min(own, seen) if own else seen
            if bucket.slowed:
                if now - bucket.since < limits().slow_pause:
                    return None
                healing = (now - bucket.since) * bucket.ceiling / limits().slow_recovery
                rate = min(bucket.ceiling, bucket.slowed + healing)
            else:
                bucket.ceiling = own or seen
            bucket.slowed = max(limits().slowest, rate * limits().slow_factor)
            bucket.ceiling = max(bucket.ceiling, bucket.slowed * 1.01)
            bucket.since, bucket.full_at, bucket.promised = now, math.inf, 0.0
            return bucket.slowed

    def slowed(self) -> set[str]:
        """The domains that are slowed down."""
        with self.lock:
            return {name for name, bucket in self.buckets.items() if bucket.slowed}

    def levels(self) -> list[Level]:
        """What every bucket has at this moment."""
        with self.lock:
            now = time.monotonic()
            found = []
            for name, bucket in sorted(self.buckets.items()):
                if bucket.rate:
                    has = min(bucket.burst, (now - (bucket.full_at or 0)) * bucket.rate + bucket.burst)
                    found.append(
                        Level(name, bucket.rate, max(0.0, has), bucket.burst, bool(bucket.slowed),
                              max(0.0, bucket.promised - now), shared=False)
                    )  # fmt: skip
            return found


def _share(lanes: list[Bucket], weights: list[float], given: int) -> list[int]:
    shares = [
        int(max(0, min(bucket.has, given * weight // sum(weights))))
        for bucket, weight in zip(lanes, weights, strict=True)
    ]
    rest = given - sum(shares)
    for place, bucket in sorted(enumerate(lanes), key=lambda one: not one[1].rate):
        more = int(max(0, min(rest, bucket.has - shares[place])))
        shares[place] += more
        rest -= more
        bucket.take(shares[place])
    return shares
