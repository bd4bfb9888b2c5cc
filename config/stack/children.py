"""One long-running part of the house: started in its own process group, watched, restarted, stopped."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from config.embedded.processes import end

MARK = "ALLIANCE_STACK"
"""Stands in the environment of every child with the path of its `var`, so that leftovers can be told from strangers."""
SETTLED = 60.0
"""Seconds after which a child counts as well and its next fall is its first."""
LONGEST_WAIT = 30.0
BIGGEST_LOG = 5_000_000


@dataclass
class Child:
    """A part with its command; `title` is what people call it."""

    name: str
    title: str
    command: list[str]
    root: Path
    var: Path
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    falls: int = 0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        """Start it now; what it says goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > BIGGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        environment = os.environ | self.environment | {MARK: str(self.var)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, *self.command],
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.started = time.monotonic()

    def watch(self, say: Callable[[str], None]) -> None:
        """Notice that it ended, say so, and start it again when its waiting time is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.falls = 1 if now - self.started > SETTLED else self.falls + 1
            wait = min(LONGEST_WAIT, 2.0 ** (self.falls - 1))
            say(f"{self.title} stopped unexpectedly; starting it again in {wait:.0f} s. Its log: {self.log}")
            end(group(self.process.pid), patience=2)
            self.process, self.due = None, now + wait
        elif self.process is None and now >= self.due:
            self.start()

    def ask_to_stop(self) -> None:
        """Let it finish what it is doing."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self, *, patience: float = 20) -> None:
        """Wait for it to end, then end whatever is left of its group."""
        if self.process is None:
            return
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(patience)
        end(group(self.process.pid), patience=2)
        self.process = None

    def entry(self) -> dict[str, Any]:
        """What the supervisor's note says of it."""
        if self.process is None:
            return {}
        try:
            return {"pid": self.process.pid, "started": psutil.Process(self.process.pid).create_time()}
        except psutil.NoSuchProcess:
            return {}


def group(leader: int) -> list[psutil.Process]:
    """The live processes of the group that `leader` led."""
    members = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return members


def leftovers(var: Path) -> list[psutil.Process]:
    """Processes that a killed supervisor of this `var` left behind."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(var):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def _die_with_parent() -> None:
    """Ask Linux to end the child politely when the supervisor is killed; elsewhere the next start does it."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)
