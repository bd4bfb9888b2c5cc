"""Receipts: what this process did on the wire, in a small file that outlives it.

    G epoch delivery …            these are on their way            (just before the intent is committed)
    B epoch delivery              this one leaves now               (just before the final dot)
    O epoch delivery verdict …    this is what came of it           (as soon as the reply is read)

The file is emptied when the outcomes are in the database. It is locked while its process lives; whoever can
lock it knows that the process is gone, and settles by it: no `B` means never sent, an `O` means known,
and only a `B` without an `O` is uncertain. A file on a machine that is gone leaves the whole group uncertain.
A message that is on its way once more begins anew: what stood there of its last try is over.

Where nothing can be written nothing is sent; only an `O` may be missing, for the database is told as well.

The file is written as memory (mmap): that outlives a `kill -9` as a write does, and costs no call of the system for
each message. Room is made beforehand, so that a full disk is an error and no crash; what is not written yet is zeros.
"""

import atexit
import fcntl
import io
import json
import logging
import mmap
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from pathlib import Path

from django.conf import settings

from crm.transport import Outcome, Verdict

log = logging.getLogger(__name__)

SUFFIX = ".receipts"
ROOM = 256 * 1024
"""Bytes by which a file of receipts grows, a few thousand messages."""
_quoted = encode_basestring_ascii


class ReceiptsUnwritable(Exception):
    """There is no room, or no right, to keep receipts; nothing is sent before there is."""

    def __init__(self, why: OSError) -> None:
        place = settings.SENDING_RECEIPTS
        super().__init__(f"Receipts of sending cannot be kept in {place} ({why.strerror}); nothing is sent meanwhile.")


class Journal:
    """The receipts of one process (or thread), under the name it has in the ledger."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.unsettled = False
        self.size = 0
        self.short = False
        self.path = folder() / f"{owner}{SUFFIX}"
        self._file = _locked(self.path)
        self._room = 0
        self._sheet: mmap.mmap | None = None
        self._pen = threading.Lock()  # the clerk writes down groups while messages leave

    def group(self, epoch: int, deliveries: Iterable[int]) -> None:
        """These deliveries are on their way from now on."""
        self.unsettled = True
        self._note(f"G {epoch} {' '.join(map(str, deliveries))}\n")

    def begin(self, epoch: int, delivery: int) -> None:
        """This message leaves now; from here on it may have arrived."""
        self._note(f"B {epoch} {delivery}\n")

    def outcome(self, epoch: int, delivery: int, outcome: Outcome) -> None:
        """The mail server answered."""
        said = f"[{_quoted(outcome.reply)}, {_quoted(outcome.provider_id)}, {time.time()}]"
        try:
            self._note(f"O {epoch} {delivery} {outcome.verdict} {said}\n")
        except ReceiptsUnwritable as why:  # the message has left, and the database will be told
            if not self.short:
                log.warning("%s", why)
            self.short = True

    def settled(self) -> None:
        """Everything is in the database; start anew."""
        self._fold()
        self._file.truncate(0)
        self.unsettled = False
        self.size = 0

    def close(self) -> None:
        """Let go; what is not settled stays for whoever comes next."""
        if self._file.closed:
            return
        self._fold()
        self._file.truncate(self.size)
        self._file.close()
        if not self.unsettled:
            self.path.unlink(missing_ok=True)

    def _note(self, line: str) -> None:
        data = line.encode()
        with self._pen:
            end = self.size + len(data)
            if end > self._room:
                self._make_room(end)
            self._sheet[self.size : end] = data  # type: ignore[index]  # there is one where there is room
            self.size = end

    def _make_room(self, end: int) -> None:
        """Plenty, or just enough where there is no more."""
        try:
            self._extend(-(-end // ROOM) * ROOM)
        except OSError:
            try:
                self._extend(end)
            except OSError as why:
                raise ReceiptsUnwritable(why) from why

    def _extend(self, room: int) -> None:
        os.posix_fallocate(self._file.fileno(), 0, room)
        if self._sheet:
            self._sheet.resize(room)
        else:
            self._sheet = mmap.mmap(self._file.fileno(), room)
        self._room = room

    def _fold(self) -> None:
        if self._sheet:
            self._sheet.close()
        self._sheet, self._room = None, 0


def _locked(path: Path) -> io.FileIO:
    """The file, open and so locked while we live; not one that somebody took for left behind before we locked it."""
    try:
        while True:
            file = io.FileIO(path, "a+")
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                return file
            file.close()
    except OSError as why:
        raise ReceiptsUnwritable(why) from why


Said = tuple[int, int, Outcome, datetime | None]
"""Delivery, epoch, outcome and, where there was an answer, its time."""


@dataclass(slots=True)
class Known:
    """What a process that is gone left behind, by delivery; `torn` when a line in the middle cannot be read."""

    owner: str
    epochs: dict[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    outcomes: dict[int, tuple[Outcome, datetime]] = field(default_factory=dict)
    torn: bool = False

    def read(self, lines: Iterable[str]) -> None:
        """Take in the receipts; a last line that was cut off by the end of its process counts as not written."""
        for line in lines:
            if not line.endswith("\n") or line.startswith("\0"):
                return
            try:
                self._take(*line.rstrip("\n").split(" ", 2))
            except (TypeError, ValueError):
                self.torn = True

    def _take(self, kind: str, epoch: str, said: str) -> None:
        if kind == "G":
            for delivery in map(int, said.split()):
                self.epochs[delivery] = int(epoch)
                self.begun.discard(delivery)
                self.outcomes.pop(delivery, None)
        elif kind == "B":
            self.begun.add(int(said))
        elif kind == "O":
            delivery_id, verdict, words = said.split(" ", 2)
            reply, provider_id, at = json.loads(words)
            outcome = Outcome(Verdict(verdict), reply, provider_id)
            self.outcomes[int(delivery_id)] = (outcome, datetime.fromtimestamp(at, UTC))
        else:
            raise ValueError(kind)

    def bounced(self) -> list[int]:
        """The deliveries whose address nobody has, whether the database was told or not."""
        return [delivery for delivery, (said, _at) in self.outcomes.items() if said.verdict == Verdict.BOUNCED]

    def verdicts(self) -> Iterator[Said]:
        """What is to be said of every message of the last groups."""
        for delivery, epoch in self.epochs.items():
            if delivery in self.outcomes:
                outcome, at = self.outcomes[delivery]
                yield delivery, epoch, outcome, at
            elif delivery in self.begun or self.torn:
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
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise ReceiptsUnwritable(why) from why
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


def receipts_of(owner: str) -> Known | None:
    """What a process has written down until now, whether it lives or not; None where its file is not here."""
    known = Known(owner)
    try:
        with (folder() / f"{owner}{SUFFIX}").open(encoding="utf-8", errors="replace") as file:
            known.read(file)
    except FileNotFoundError:
        return None
    return known
