"""What is asked of the buckets, and what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Total:
    """A bucket that holds for every message of the group; `rate` in messages a second, 0 for no limit."""

    name: str
    rate: float


@dataclass(frozen=True, slots=True)
class Lane(Total):
    """A mail server that may be used now, and its part of the messages."""

    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Class(Total):
    """Recipients of one domain: those who ask for the first time, and those whose promised moment has come."""

    fresh: int = 0
    returning: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """One group's question."""

    asked: int
    totals: Sequence[Total] = ()
    lanes: Sequence[Lane] = ()
    classes: Sequence[Class] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """How many of a class may go; whoever the domain's own bucket refused has a slot, `first` seconds from now on.

    `first` is 0 where nobody was refused, or only because all together are too many.
    """

    fresh: int
    returning: int
    first: float
    gap: float


@dataclass(frozen=True, slots=True)
class Answer:
    """`wait` is how many seconds nobody may go at all; `shares` is what each lane may carry."""

    wait: float
    grants: list[Grant]
    shares: list[int]


@dataclass(frozen=True, slots=True)
class Level:
    """What a bucket has: `tokens` of at most `burst`, filled at `rate` a second.

    `promised` is for how many seconds ahead it is promised to who is held back; `shared` is False where only this
    process keeps it, because there is no Redis.
    """

    name: str
    rate: float
    tokens: float
    burst: float
    slowed: bool
    promised: float
    shared: bool = True
