"""The buckets: kept in Redis, for all workers together; without Redis each process keeps its own."""

import json
import logging
import threading
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.utils.module_loading import import_string

from campaigns.sending.limits import limits
from campaigns.sending.rates.asking import Answer, Ask, Grant, Level, Total
from campaigns.sending.rates.local import LocalBook

log = logging.getLogger(__name__)

PREFIX = "rates:"
SLOWED = f"{PREFIX}slowed"
BUCKET = f"{PREFIX}bucket:"
AWAY = (redis.RedisError, OSError)
"""What it looks like when there is no Redis."""
PATIENCE = 0.5
"""Seconds an answer may take; a group is a quarter of a second."""


class RedisBook:
    """Buckets in Redis; raises one of `AWAY` when it is not there."""

    def __init__(self) -> None:
        client = import_string(settings.REDIS_CLIENT)
        self.server: redis.Redis = client(start=False, patience=PATIENCE)
        self._ask = self.server.register_script(_script("bucket") + _script("ask"))
        self._spend = self.server.register_script(_script("bucket") + _script("spend"))
        self._slow = self.server.register_script(_script("slow"))

    def ask(self, ask: Ask) -> Answer:
        """One round trip for the whole group."""
        question = {
            **_times(),
            "asked": ask.asked,
            "totals": [total.rate for total in ask.totals],
            "lanes": [[lane.rate, lane.weight] for lane in ask.lanes],
            "classes": [[one.rate, one.fresh, one.returning] for one in ask.classes],
        }
        keys = [BUCKET + bucket.name for bucket in (*ask.totals, *ask.lanes, *ask.classes)]
        said: Any = json.loads(self._ask(keys=keys, args=[json.dumps(question)]))
        grants = [Grant(int(a), int(b), float(first), float(gap)) for a, b, first, gap in said["granted"] or []]
        return Answer(float(said["wait"]), grants, [int(share) for share in said["shares"] or []])

    def spend(self, spent: Sequence[tuple[Total, int]]) -> list[int]:
        """Take tokens whether there are any or not; answers what is left, below 0 what is owed."""
        question = {**_times(), "spent": [[total.rate, count] for total, count in spent]}
        keys = [BUCKET + total.name for total, _count in spent]
        left: Any = json.loads(self._spend(keys=keys, args=[json.dumps(question)]))
        return [int(one) for one in left]

    def slow(self, name: str, own: float, seen: float) -> float | None:
        """Slow a domain down; None where that was done a moment ago."""
        numbers = [limits().slow_recovery, limits().slow_pause, limits().slow_factor, limits().slowest]
        said: Any = self._slow(keys=[BUCKET + name, SLOWED], args=[name, own, seen, *numbers])
        return float(said) if said else None

    def slowed(self) -> set[str]:
        """The domains that are slowed down."""
        found: Any = self.server.zrangebyscore(SLOWED, time.time(), "+inf")
        return {name.decode() for name in found}

    def levels(self) -> list[Level]:
        """What every bucket has at this moment."""
        keys = sorted(self.server.scan_iter(match=f"{BUCKET}*", count=1000))
        with self.server.pipeline(transaction=False) as pipe:
            pipe.time()
            for key in keys:
                pipe.hgetall(key)
            (seconds, micro), *rows = pipe.execute()
        now = seconds + micro / 1e6
        return [_level(key.decode().removeprefix(BUCKET), row, now) for key, row in zip(keys, rows, strict=True) if row]


class Buckets:
    """Redis where it is, else this process alone; looks for Redis again after some seconds."""

    def __init__(self) -> None:
        self.local = LocalBook()
        self._shared: RedisBook | None = None
        self._away_until = 0.0
        self._lock = threading.Lock()

    def ask(self, ask: Ask) -> Answer:
        """Who may go now."""
        return self._do("ask", ask)

    def spend(self, spent: Sequence[tuple[Total, int]]) -> list[int]:
        """Take tokens whether there are any or not; answers what is left, below 0 what is owed. Each has a rate."""
        return self._do("spend", spent)

    def slow(self, name: str, own: float, seen: float) -> float | None:
        """Slow a domain down; None where that was done a moment ago."""
        return self._do("slow", name, own, seen)

    def slowed(self) -> set[str]:
        """The domains that are slowed down."""
        return self._do("slowed")

    def levels(self) -> list[Level]:
        """What every bucket has."""
        return self._do("levels")

    def _do(self, what: str, *args: Any) -> Any:
        book = self._book()
        if book is not None:
            try:
                return getattr(book, what)(*args)
            except AWAY as error:
                self._lost(error)
        return getattr(self.local, what)(*args)

    def _book(self) -> RedisBook | None:
        with self._lock:
            if self._shared is None and time.monotonic() >= self._away_until:
                try:
                    self._shared = RedisBook()
                    self._away_until = 0.0
                except AWAY as error:
                    self._away(error)
            return self._shared

    def _lost(self, error: Exception) -> None:
        with self._lock:
            self._shared = None
            self._away(error)

    def _away(self, error: Exception) -> None:
        if not self._away_until:
            log.warning("Rates are kept by each process alone (%s)", type(error).__name__)
        self._away_until = time.monotonic() + limits().redis_retry


@lru_cache(maxsize=1)
def buckets() -> Buckets:
    """The buckets as this process sees them."""
    return Buckets()


def bucket_levels() -> list[Level]:
    """What every bucket has at this moment, for who watches; of this process alone where there is no Redis."""
    return buckets().levels()


def slowed_domains() -> list[str]:
    """The domains, or providers, that put us off and get our mail more slowly at the moment."""
    return sorted(name.removeprefix("domain:") for name in buckets().slowed())


def _times() -> dict[str, float]:
    """What bucket.lua wants to know."""
    return {"horizon": limits().promises, "recover": limits().slow_recovery, "debt": limits().debt}


def _script(name: str) -> str:
    return (Path(__file__).parent / f"{name}.lua").read_text(encoding="utf-8")


def _level(name: str, row: dict[bytes, bytes], now: float) -> Level:
    rate = float(row.get(b"n", 0)) or 1.0
    burst = max(1.0, rate, min(rate * 30, 6.0))
    tokens = min(burst, max(0.0, burst - (float(row.get(b"t", now)) - now) * rate))
    return Level(name, rate, tokens, burst, b"r" in row, max(0.0, float(row.get(b"p", 0)) - now))
