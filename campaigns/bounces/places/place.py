"""What is asked of a place where mail lies, and what it hands out."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

MOST = 1 << 20
"""Bytes of a mail that are looked at: a report stands at the beginning, and what it returns behind it."""
BATCH = 10
"""Mails in memory at the same time."""


class Shelf(Enum):
    """Where a mail goes once it was read; the values are names of folders."""

    PROCESSED = "Processed"
    ASIDE = "Set aside"
    STAYS = ""


class PlaceTrouble(Exception):
    """The place cannot be read now; says why in one sentence without a secret."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it lies there: `mark` finds it again, `raw` is at most its first `MOST` bytes."""

    mark: int | str
    raw: bytes = field(repr=False)
    came: datetime


@dataclass(frozen=True, slots=True)
class Since:
    """How far a place was read: mails up to number `upto` are known, as long as `validity` is the same."""

    validity: int = 0
    upto: int = 0


class Place(Protocol):
    """A place that mails are read from; everything in it raises PlaceTrouble."""

    name: str
    """What may be said in a log and at /healthz."""
    key: str
    """Tells places apart, user and all."""
    shared: bool
    """Whether two readers at once would read the same mails."""

    def opened(self, *, looking: bool) -> AbstractContextManager[None]:
        """Connected for a while; who is only looking changes nothing."""

    def batches(self, since: Since) -> Iterator[list[Mail]]:
        """Mails that were not read yet, the oldest first, a few at a time."""

    def since(self, batch: Sequence[Mail]) -> Since:
        """How far it was read when this batch was."""

    def put(self, mails: Sequence[Mail], shelf: Shelf) -> None:
        """Put these away; a mail that stays is marked as looked at, where that can be seen."""

    def aside(self) -> int:
        """How many mails lie aside for a person."""
