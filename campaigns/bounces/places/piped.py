"""One mail on standard input, from an alias of a mail server: `|manage.py read_bounces -`."""

import hashlib
import os
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from campaigns.bounces.places.folders import count_files, make_maildir
from campaigns.bounces.places.place import MOST, Mail, PlaceTrouble, Shelf, Since

GONE = 36 * 3600
"""Seconds after which whoever wrote a file into `tmp` has died (the rule of Maildir); the mail server came again."""


@dataclass
class Piped:
    """It lies nowhere else, so all of it is written down first; what a person shall see stays in a Maildir of ours."""

    stream: BinaryIO
    kept_in: Path
    name: str = field(default="standard input", init=False)
    shared: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.key = hashlib.sha256(self.name.encode()).hexdigest()[:32]
        unique = f"{time.time():.6f}.P{os.getpid()}.{socket.gethostname().replace('/', '_').replace(':', '_')}"
        self._file = self.kept_in / "tmp" / unique

    @contextmanager
    def opened(self, *, looking: bool) -> Iterator[None]:
        """Written down; gone again when nothing is left to do about it."""
        try:
            make_maildir(self.kept_in)
            self._sweep()
            with self._file.open("xb") as file:
                shutil.copyfileobj(self.stream, file)
        except OSError as error:
            raise self._trouble(error) from error
        try:
            yield
        finally:
            self._file.unlink(missing_ok=True)

    def batches(self, since: Since) -> Iterator[list[Mail]]:
        """The one mail."""
        with self._file.open("rb") as file:
            raw = file.read(MOST)
        if raw:
            yield [Mail("mail", raw, datetime.now(UTC))]

    def since(self, batch: Sequence[Mail]) -> Since:
        """It comes once."""
        return Since()

    def put(self, mails: Sequence[Mail], shelf: Shelf) -> None:
        """Keep what was not understood, and letters of people."""
        if not mails or shelf is Shelf.PROCESSED:
            return
        folder = self.kept_in / f".{shelf.value}" if shelf.value else self.kept_in
        try:
            make_maildir(folder)
            os.rename(self._file, folder / "new" / self._file.name)
        except OSError as error:
            raise self._trouble(error) from error

    def aside(self) -> int:
        """Whatever nobody has taken away yet."""
        return sum(count_files(self.kept_in / f".{Shelf.ASIDE.value}" / part) for part in ("new", "cur"))

    def _sweep(self) -> None:
        """Throw away what readers that died have left."""
        for left in self._file.parent.iterdir():
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < time.time() - GONE:
                    left.unlink()

    def _trouble(self, error: OSError) -> PlaceTrouble:
        return PlaceTrouble(f"A mail could not be kept in {self.kept_in}: {error.strerror}.")
