"""Workers in forked processes: each pumps like `manage.py pump`, and may be killed or frozen at a line of the engine.

A moment that is chosen by counting the engine's own lines is as random as one chosen by a clock, reaches every place
(startup, claim, group, body, dot, settling) and is the same whenever the run is repeated.
"""

import contextlib
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections

ENGINE = (os.path.join("campaigns", "sending") + os.sep, os.path.join("crm", "transport"))


class Hand:
    """One worker; `ended_at` says where in the engine it was ended by its own count of lines."""

    def __init__(
        self,
        work: Callable[[], object] | None = None,
        *,
        lines: int = 0,
        how: signal.Signals = signal.SIGKILL,
        room: int = 0,
    ) -> None:
        connections.close_all()
        self.status: int | None = None
        self.ended_at = self.words = ""
        self._words, told = os.pipe()
        self._said = os.memfd_create("said")
        self.pid = os.fork()
        if not self.pid:
            os._exit(_live(work or _pump, told, self._said, lines, how, room))
        os.close(told)

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.status is None:
            os.kill(self.pid, number)

    def gone(self) -> bool:
        """Whether it has ended; does not wait."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._note(status)
        return self.status is not None

    def frozen(self) -> bool:
        """Whether it stands still."""
        with open(f"/proc/{self.pid}/stat") as file:
            return file.read().rpartition(") ")[2].startswith("T")

    def complaints(self) -> int:
        """How often it said that nothing can be sent for now."""
        words = self.words.encode() or os.pread(self._said, 1_000_000, 0)
        return words.count(b"Nothing can be sent for now")

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Signal it and wait until it is gone; answers how many seconds that took."""
        began = time.monotonic()
        self.tell(number)
        if self.status is None:
            self._note(os.waitpid(self.pid, 0)[1])
        return time.monotonic() - began

    def _note(self, status: int) -> None:
        self.status = os.waitstatus_to_exitcode(status)
        self.ended_at = os.read(self._words, 1000).decode()
        os.close(self._words)
        self.words = os.pread(self._said, 1_000_000, 0).decode()
        os.close(self._said)


@contextlib.contextmanager
def hands(count: int, **options: Any) -> Iterator[list[Hand]]:
    """That many workers, all gone afterwards."""
    made: list[Hand] = []
    try:
        made += [Hand(**options) for _one in range(count)]
        yield made
    finally:
        for hand in made:
            if not hand.gone():
                hand.tell(signal.SIGCONT)
                hand.end(signal.SIGKILL)


# ── in the worker's own process ──────────────────────────────────────────────
def _pump() -> None:
    call_command("pump", stdout=sys.stdout, stderr=sys.stderr)


def _live(work: Callable[[], object], told: int, said: int, lines: int, how: signal.Signals, room: int) -> int:
    sys.stdout = sys.stderr = open(said, "a", buffering=1, closefd=False)  # noqa: SIM115 - for as long as it lives
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if room:
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - what it says is a file, too
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    if lines:

        def act(where: str) -> None:
            os.write(told, where.encode())
            os.kill(os.getpid(), how)

        trip = Tripwire(lines, act)
        threading.settrace(trip.enter)
        sys.settrace(trip.enter)
    try:
        work()
    except BaseException as error:
        os.write(told, repr(error).encode()[:900])
        return 1
    return 0


class Tripwire:
    """Counts the engine's lines, in whatever thread they run, and acts at the last one."""

    def __init__(self, lines: int, act: Callable[[str], object]) -> None:
        self.left = lines
        self.act = act
        self.root = str(settings.ROOT) + os.sep

    def enter(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        """Follow only what is the engine's."""
        name = frame.f_code.co_filename
        return self.line if any(part in name for part in ENGINE) and name.startswith(self.root) else None

    def line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        """One line more."""
        if event == "line":
            self.left -= 1
            if self.left == 0:
                room = os.path.basename(frame.f_code.co_filename).removesuffix(".py")
                self.act(f"{room}.{frame.f_code.co_name}")
        return self.line
