"""Receipts: what this process did on the wire, in a small file that outlives it.

    G epoch delivery …            these are on their way            (just before the intent is committed)
    B epoch delivery              this one leaves now               (just before the final dot)
    O epoch delivery verdict …    this is what came of it           (as soon as the reply is read)

The file is emptied when the outcomes are in the database. It is locked while its process lives; whoever can
lock it knows that the process is gone, and settles by it: no `B` means never sent, an `O` means known,
and only a `B` without an `O` is uncertain. A file on a machine that is gone leaves the whole group uncertain.
"""

import atexit
import fcntl
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from crm.transport import Outcome, Verdict

SUFFIX = ".receipts"
_as_json = json.JSONEncoder().encode


class Journal:
    """The receipts of one process (or thread), under the name it has in the ledger."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.unsettled = False
        self.size = 0
        self.path = folder() / f"{owner}{SUFFIX}"
        self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115 (kept open, and so locked, while we live)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def group(self, epoch: int, deliveries: Iterable[int]) -> None:
        """These deliveries are on their way from now on."""
        self.unsettled = True
        self._note(f"G {epoch} {' '.join(map(str, deliveries))}\n")

    def begin(self, epoch: int, delivery: int) -> None:
        """This message leaves now; from here on it may have arrived."""
        self._note(f"B {epoch} {delivery}\n")

    def outcome(self, epoch: int, delivery: int, outcome: Outcome) -> None:
        """The mail server answered."""
        said = _as_json([outcome.reply, outcome.provider_id, time.time()])
        self._note(f"O {epoch} {delivery} {outcome.verdict} {said}\n")

    def settled(self) -> None:
        """Everything is in the database; start anew."""
        self._file.truncate(0)
        self.unsettled = False
        self.size = 0

    def close(self) -> None:
        """Let go; what is not settled stays for whoever comes next."""
        self._file.close()
        if not self.unsettled:
            self.path.unlink(missing_ok=True)

    def _note(self, line: str) -> None:
        self.size += len(line)
        self._file.write(line.encode())


@dataclass(slots=True)
class Known:
    """What a process that is gone left behind, by delivery."""

    owner: str
    epochs: dict[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    outcomes: dict[int, tuple[Outcome, datetime]] = field(default_factory=dict)

    def read(self, lines: Iterable[str]) -> None:
        """Take in the receipts; a last line that was cut off by the end of its process counts as not written."""
        for line in lines:
            if not line.endswith("\n"):
                return
            kind, epoch, *rest = line.rstrip("\n").split(" ", 4)
            if kind == "G":
                self.epochs.update((int(one), int(epoch)) for one in " ".join(rest).split())
            elif kind == "B":
                self.begun.add(int(rest[0]))
            elif kind == "O":
                reply, provider_id, at = json.loads(rest[2])
                outcome = Outcome(Verdict(rest[1]), reply, provider_id)
                self.outcomes[int(rest[0])] = (outcome, datetime.fromtimestamp(at, UTC))

    def verdicts(self) -> Iterator[tuple[int, int, Outcome, datetime | None]]:
        """Delivery, epoch, outcome and time for every message of the last group."""
        for delivery, epoch in self.epochs.items():
            if delivery in self.outcomes:
                outcome, at = self.outcomes[delivery]
                yield delivery, epoch, outcome, at
            elif delivery in self.begun:
                yield delivery, epoch, Outcome(Verdict.UNCERTAIN, "worker_stopped"), None
            else:
                yield delivery, epoch, Outcome(Verdict.UNSENT), None


class _Mine(threading.local):
    pid = 0
    journal: Journal | None = None


_mine = _Mine()


def folder() -> Path:
    """Where the receipts of this machine lie."""
    place = Path(settings.SENDING_RECEIPTS)
    place.mkdir(parents=True, exist_ok=True)
    return place


def journal() -> Journal:
    """The receipts of this thread; a forked process starts its own."""
    if _mine.journal is None or _mine.pid != os.getpid() or not _mine.journal.path.exists():
        name = f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        forget_journal()
        _mine.pid, _mine.journal = os.getpid(), Journal(name)
    return _mine.journal


@atexit.register
def forget_journal(*, unless_settled: bool = False) -> None:
    """Close this thread's receipts at an orderly end; a fork leaves its parent's alone."""
    if _mine.journal is not None and _mine.pid == os.getpid():
        _mine.journal.unsettled = _mine.journal.unsettled and not unless_settled
        _mine.journal.close()
    _mine.journal = None


def orphans() -> Iterator[Known]:
    """What processes that are gone left behind; each file is removed once the caller has dealt with it."""
    for path in sorted(folder().glob(f"*{SUFFIX}")):
        try:
            file = path.open(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            continue
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if not path.exists():
                continue
            known = Known(path.name.removesuffix(SUFFIX))
            known.read(file)
            yield known
            path.unlink(missing_ok=True)
