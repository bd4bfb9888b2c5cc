"""Folders on this machine: a Maildir that a mail server delivers into, and a plain folder of files."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from campaigns.bounces.places.place import BATCH, MOST, Mail, PlaceTrouble, Shelf, Since


def read_beginning(path: Path) -> tuple[bytes, datetime] | None:
    """The first `MOST` bytes of a file and when it came; None where there is no ordinary file (any more).

    Raises PermissionError where there is one that this user may not read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        raise
    except OSError:
        return None
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MOST), datetime.fromtimestamp(facts.st_mtime, UTC)
    finally:
        os.close(descriptor)


def in_batches(folder: Path, names: Sequence[str]) -> Iterator[list[Mail]]:
    """The files of these names, a few at a time; raises PlaceTrouble at the end where some may not be read."""
    refused = 0
    for start in range(0, len(names), BATCH):
        batch = []
        for name in names[start : start + BATCH]:
            try:
                read = read_beginning(folder / name)
            except PermissionError:
                refused += 1
            else:
                batch += [Mail(name, *read)] if read else []
        yield batch
    if refused:
        raise PlaceTrouble(f"{refused} of the mails in {folder} may not be read by this user.")


@dataclass
class Maildir:
    """Only what is new is read: whoever looks at a mail moves it to `cur`, we do so with letters of people."""

    path: Path
    shared: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.name = f"maildir://{self.path}"
        self.key = hashlib.sha256(self.name.encode()).hexdigest()[:32]

    @contextmanager
    def opened(self, *, looking: bool) -> Iterator[None]:
        """There is nothing to open; it says when there is no such folder."""
        with self._told():
            if not (self.path / "new").is_dir():
                raise PlaceTrouble(f"{self.name} is no Maildir: it has no folder “new”.")
            if not looking:
                for shelf in (Shelf.PROCESSED, Shelf.ASIDE):
                    make_maildir(self._folder(shelf))
        yield

    def batches(self, since: Since) -> Iterator[list[Mail]]:
        """By name, which begins with when it came."""
        with self._told():
            names = sorted(entry.name for entry in os.scandir(self.path / "new") if not entry.name.startswith("."))
            yield from in_batches(self.path / "new", names)

    def since(self, batch: Sequence[Mail]) -> Since:
        """The folder itself knows."""
        return Since()

    def put(self, mails: Sequence[Mail], shelf: Shelf) -> None:
        """Processed ones are seen, those set aside are new to whoever looks there."""
        with self._told():
            for mail in mails:
                base = str(mail.mark).partition(":")[0]
                target = {
                    Shelf.PROCESSED: self._folder(shelf) / "cur" / f"{base}:2,S",
                    Shelf.ASIDE: self._folder(shelf) / "new" / base,
                    Shelf.STAYS: self.path / "cur" / f"{base}:2,",
                }[shelf]
                target.parent.mkdir(exist_ok=True)
                move(self.path / "new" / str(mail.mark), target)

    def aside(self) -> int:
        """Whatever nobody has taken away yet."""
        return sum(count_files(self._folder(Shelf.ASIDE) / part) for part in ("new", "cur"))

    def _folder(self, shelf: Shelf) -> Path:
        return self.path / f".{shelf.value}" if shelf.value else self.path

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise PlaceTrouble(f"{self.name} cannot be used: {error.strerror}.") from error


@dataclass
class Folder:
    """A folder of mails, each a file of its own; letters of people stay where they are."""

    path: Path
    shared: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.name = str(self.path)
        self.key = hashlib.sha256(self.name.encode()).hexdigest()[:32]

    @contextmanager
    def opened(self, *, looking: bool) -> Iterator[None]:
        """There is nothing to open."""
        with self._told():
            if not looking:
                for shelf in (Shelf.PROCESSED, Shelf.ASIDE):
                    (self.path / shelf.value).mkdir(exist_ok=True)
        yield

    def batches(self, since: Since) -> Iterator[list[Mail]]:
        """By name."""
        with self._told():
            found = (entry for entry in os.scandir(self.path) if not entry.name.startswith("."))
            names = sorted(entry.name for entry in found if entry.is_file(follow_symlinks=False))
            yield from in_batches(self.path, names)

    def since(self, batch: Sequence[Mail]) -> Since:
        """The folder itself knows."""
        return Since()

    def put(self, mails: Sequence[Mail], shelf: Shelf) -> None:
        """Into the folder of that name."""
        with self._told():
            for mail in mails if shelf.value else ():
                move(self.path / str(mail.mark), self.path / shelf.value / str(mail.mark))

    def aside(self) -> int:
        """Whatever nobody has taken away yet."""
        return count_files(self.path / Shelf.ASIDE.value)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise PlaceTrouble(f"{self.name} cannot be used: {error.strerror}.") from error


def make_maildir(path: Path) -> None:
    """A Maildir, or a folder of one, for this user alone."""
    for part in ("tmp", "new", "cur"):
        (path / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.name.startswith("."):
        (path / "maildirfolder").touch(mode=0o600)


def move(source: Path, target: Path) -> None:
    """Move a mail without replacing another one; one that is gone already is where somebody wants it."""
    number, free = 1, target
    while free.exists():
        number += 1
        free = target.with_name(f"{number}.{target.name}")
    try:
        os.rename(source, free)
    except FileNotFoundError:
        if source.exists():
            raise


def count_files(path: Path) -> int:
    """How many mails lie in a folder; none where there is no folder."""
    try:
        return sum(1 for entry in os.scandir(path) if not entry.name.startswith("."))
    except FileNotFoundError:
        return 0
