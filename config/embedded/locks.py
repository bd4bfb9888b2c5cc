"""Locks that a `kill -9` cannot leave behind: the kernel drops them with the process."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockBusy(TimeoutError):
    """Somebody has held a lock for longer than any start takes."""


@contextmanager
def exclusive(path: Path, *, timeout: float = 120) -> Iterator[None]:
    """Be the only one inside; others wait up to `timeout` seconds, then get LockBusy."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, path, timeout)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise LockBusy(f"Another start has held {path} for {timeout:.0f} seconds.") from None
            time.sleep(0.05)


class Holders:
    """Who is using a server: every user holds a shared lock, so the last one to leave can tell."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def join(self) -> None:
        """Count this process in; doing so twice is harmless."""
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Count this process out; True when nobody is left."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True
