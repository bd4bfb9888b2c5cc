"""The mailbox as a folder: one file a mail, one line a mail in an index that lists and searches quickly."""

import email
import email.policy
import itertools
import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

KEY = re.compile(r"^\d{20}-\d+-\d+$")


@dataclass(frozen=True)
class Line:
    """What the list shows of one mail."""

    key: str
    sender: str
    recipients: list[str]
    subject: str
    received: str
    size: int

    @property
    def when(self) -> datetime:
        """When it arrived."""
        return datetime.fromisoformat(self.received)


class NoSuchMail(LookupError):
    """The key names no mail of this mailbox."""


class MailFolder:
    """A Maildir-like folder: a mail is written under `tmp/` and renamed into `new/`, so it is there whole or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = folder / "new"
        self.tmp = folder / "tmp"
        self.index = folder / "index.jsonl"
        self._numbers = itertools.count()

    def prepare(self) -> None:
        """Make the folders, and the index anew where a killed server left it short."""
        for part in (self.folder, self.new, self.tmp, self.folder / "cur"):
            part.mkdir(parents=True, exist_ok=True)
        for half in self.tmp.iterdir():
            half.unlink()
        if len(self.lines()) != sum(1 for _ in self.new.iterdir()):
            self._index_anew()

    def keep(self, raw: bytes, sender: str, recipients: list[str]) -> str:
        """Keep one mail and return its key; the envelope is written on top as real servers do."""
        now = datetime.now(UTC)
        key = f"{int(now.timestamp() * 1_000_000):020d}-{os.getpid()}-{next(self._numbers)}"
        top = f"Return-Path: <{sender}>\r\n" + "".join(f"Delivered-To: {address}\r\n" for address in recipients)
        half = self.tmp / key
        half.write_bytes(top.encode() + raw)
        half.rename(self.new / key)
        self._append(Line(key, sender, recipients, _subject(raw), now.isoformat(), len(raw)))
        return key

    def lines(self) -> list[Line]:
        """Every mail, oldest first."""
        if not self.index.exists():
            return []
        with self.index.open(encoding="utf-8") as index:
            return [Line(**json.loads(text)) for text in index if text.endswith("\n")]

    def search(self, words: str) -> list[Line]:
        """Mails whose recipients or subject hold `words`, newest first."""
        wanted = words.casefold().strip()
        found = self.lines()[::-1]
        return [line for line in found if wanted in f"{' '.join(line.recipients)} {line.subject}".casefold()]

    def open(self, key: str) -> EmailMessage:
        """One mail in full; raises NoSuchMail."""
        path = self.new / key
        if not KEY.match(key) or not path.exists():
            raise NoSuchMail(key)
        return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    def _append(self, line: Line) -> None:
        with self.index.open("a", encoding="utf-8") as index:
            index.write(json.dumps(asdict(line)) + "\n")

    def _index_anew(self) -> None:
        self.index.unlink(missing_ok=True)
        for path in sorted(self.new.iterdir()):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            received = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
            recipients = [str(address) for address in mail.get_all("Delivered-To", [])]
            sender = str(mail.get("Return-Path", "")).strip("<>")
            self._append(
                Line(path.name, sender, recipients, _subject(path.read_bytes()), received, path.stat().st_size)
            )


def _subject(raw: bytes) -> str:
    """The subject as people read it; only the head of the mail is looked at."""
    head = raw[: raw.find(b"\r\n\r\n") + 2] if b"\r\n\r\n" in raw else raw
    return str(email.message_from_bytes(head, policy=email.policy.default).get("Subject", ""))
