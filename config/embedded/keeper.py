"""What PostgreSQL and Valkey have in common: adopt, start once, hold, let the last one stop it."""

import os
import secrets
import threading
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.embedded.locks import Holders, exclusive
from config.embedded.places import Place
from config.embedded.processes import end, servers_on


class ServerFailed(RuntimeError):
    """An embedded server did not start; the message ends with what it said itself."""


@dataclass(frozen=True)
class Address:
    """Where a server listens and the password it wants; it listens on 127.0.0.1 only."""

    port: int
    password: str
    pid: int
    host: str = "127.0.0.1"


class Keeper(ABC):
    """Keeps one server of one cluster; every process has its own keeper and they meet at the lock."""

    name: str

    def __init__(self, place: Place, cluster: str) -> None:
        self.place = place
        self.cluster = cluster
        self._thread_lock = threading.Lock()
        self._holders: Holders | None = None
        self._owner = 0

    @property
    def folder(self) -> Path:
        """The server's own folder, which it owns."""
        return self.place.home / self.cluster / self.name

    @property
    def data(self) -> Path:
        """The folder the server works in."""
        return self.folder / "data"

    def use(self) -> Address:
        """The address of a healthy server, started now when there is none; held until this process ends."""
        with self._thread_lock:
            address = self.running() if self._owner == os.getpid() else None
            if address is None:
                with self._locked():
                    address = self._adopt_or_start()
                    self._hold()
            return address

    def release(self) -> None:
        """Stop using the server; the last one to leave stops it."""
        with self._thread_lock:
            if self._holders is None or self._owner != os.getpid():
                return
            with self._locked():
                if self._holders.leave():
                    self._stop()
                self._holders = None
                self._owner = 0

    def stop(self) -> bool:
        """Stop the server whoever uses it; False when none was running."""
        with self._thread_lock, self._locked():
            found = bool(servers_on(self.data))
            self._stop()
            return found

    def stop_if_unused(self) -> bool:
        """Stop a server that nobody holds any more, as a killed process leaves it; True when there was one."""
        with self._thread_lock, self._locked():
            found = bool(servers_on(self.data))
            if not found or not Holders(self._users).leave():
                return False
            self._stop()
            return True

    @property
    def _users(self) -> Path:
        return self.place.home / self.cluster / f"{self.name}.users"

    def _locked(self) -> AbstractContextManager[None]:
        base = self.place.home / self.cluster
        base.mkdir(mode=0o755, exist_ok=True)
        return exclusive(base / f"{self.name}.lock")

    def _hold(self) -> None:
        if self._holders is None or self._owner != os.getpid():
            self._holders = Holders(self._users)
            self._owner = os.getpid()
        self._holders.join()

    def _adopt_or_start(self) -> Address:
        address = self.running()
        if address and self.answers(address):
            return address
        self._stop()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.place.give_to_server(self.folder, 0o700)
        return self.start()

    def _stop(self) -> None:
        self.ask_to_stop()
        end(servers_on(self.data))

    def password(self) -> str:
        """The password that stands beside the data, made once."""
        note = self.folder / "password"
        if not note.exists():
            note.touch(mode=0o600)
            note.write_text(secrets.token_urlsafe(24))
        return note.read_text()

    @abstractmethod
    def running(self) -> Address | None:
        """Where the server says it runs, when its process is alive; cheap enough for every connection."""

    @abstractmethod
    def answers(self, address: Address) -> bool:
        """Whether the server at `address` lets us in."""

    @abstractmethod
    def start(self) -> Address:
        """Start the server on its data folder; raises ServerFailed with the reason."""

    def ask_to_stop(self) -> None:  # noqa: B027 - a server that needs no farewell has none
        """Say goodbye in the server's own way, before its processes are ended."""


def alive(pid: int, program: str) -> bool:
    """Whether `pid` is a live process of `program`, not another that took the number over."""
    try:
        process = psutil.Process(pid)
        return process.name() == program and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def tail(log: Path, lines: int = 6) -> str:
    """The last lines of a server's log, for an error message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
