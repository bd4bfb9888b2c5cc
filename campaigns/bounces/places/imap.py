"""A mailbox on an IMAP server: reports are moved into folders beside it, letters of people stay untouched."""

import hashlib
import imaplib
import logging
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from campaigns.bounces.places.place import BATCH, MOST, Mail, PlaceTrouble, Shelf, Since

log = logging.getLogger(__name__)

PATIENCE = SocketTimeout(connect=10, read=30)
"""Seconds until a server that does not answer is given up."""
PART = f"BODY.PEEK[]<0.{MOST}>"

Security = Literal["tls", "starttls", "none"]


@dataclass
class ImapMailbox:
    """One folder of an account; read by the numbers that the server gives mails (UID, UIDVALIDITY)."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    security: Security = "tls"
    shared: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        scheme = {"tls": "imaps", "starttls": "imap+tls", "none": "imap"}[self.security]
        self.name = f"{scheme}://{self.host}/{self.folder}"
        said = f"{scheme}://{self.user}@{self.host}:{self.port}/{self.folder}"
        self.key = hashlib.sha256(said.encode()).hexdigest()[:32]

    @contextmanager
    def opened(self, *, looking: bool) -> Iterator[None]:
        """Signed in, with the folder selected and, unless somebody only looks, room for what is put away."""
        with self._told("does not answer"):
            client = self._connect()
        try:
            with self._told("refuses the sign-in"):
                client.login(self.user, self.password)
            with self._told(f"has no folder “{self.folder}”"):
                selected = client.select_folder(self.folder, readonly=looking)
            self.validity = int(selected.get(b"UIDVALIDITY", 0))
            self._client = client
            with self._told("answers oddly"):
                self._prefix = self._before_folders()
            if not looking:
                self._make_folders()
            yield
        finally:
            _leave(client)

    def batches(self, since: Since) -> Iterator[list[Mail]]:
        """Mails behind the last number that is known; all of them where the server numbers them anew."""
        first = since.upto + 1 if since.validity == self.validity else 1
        with self._told("answers oddly"):
            found = sorted(uid for uid in self._client.search(["UID", f"{first}:*", "UNDELETED"]) if uid >= first)
        for start in range(0, len(found), BATCH):
            with self._told("answers oddly"):
                batch = self._fetched(found[start : start + BATCH])
            yield batch

    def _fetched(self, uids: Sequence[int]) -> list[Mail]:
        """The mails of these numbers; one that the server cannot hand out comes without words, and so stays there."""
        try:
            said = self._client.fetch(uids, [PART, "INTERNALDATE"])
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            if len(uids) > 1:
                return [mail for uid in uids for mail in self._fetched([uid])]
            log.warning("%s cannot hand out a mail; it stays there, and nobody has read it", self.name)
            return [Mail(uids[0], b"", datetime.now(UTC))]
        return [
            Mail(uid, parts[b"BODY[]<0>"], parts.get(b"INTERNALDATE") or datetime.now(UTC))
            for uid, parts in sorted(said.items())
            if parts.get(b"BODY[]<0>") is not None
        ]

    def since(self, batch: Sequence[Mail]) -> Since:
        """Up to the highest number of the batch."""
        return Since(self.validity, max(int(mail.mark) for mail in batch))

    def put(self, mails: Sequence[Mail], shelf: Shelf) -> None:
        """Move them; where the server cannot, copy and mark the first one as deleted."""
        if not mails or shelf is Shelf.STAYS:
            return
        uids = [int(mail.mark) for mail in mails]
        with self._told("did not let a mail be put away"):
            if self._client.has_capability("MOVE"):
                self._client.move(uids, self._named(shelf))
                return
            self._client.copy(uids, self._named(shelf))
            self._client.delete_messages(uids, silent=True)
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge(uids)

    def aside(self) -> int:
        """What the server says of the folder."""
        with self._told("answers oddly"):
            return int(self._client.folder_status(self._named(Shelf.ASIDE), ["MESSAGES"])[b"MESSAGES"])

    def _connect(self) -> IMAPClient:
        context = ssl.create_default_context()
        tls = self.security == "tls"
        client = IMAPClient(self.host, self.port, ssl=tls, ssl_context=context if tls else None, timeout=PATIENCE)
        client.normalise_times = False
        if self.security == "starttls":
            try:
                client.starttls(context)
            except Exception:
                _leave(client)
                raise
        return client

    def _before_folders(self) -> str:
        """What the names of the account's own folders begin with, such as "INBOX."."""
        if not self._client.has_capability("NAMESPACE"):
            return ""
        personal = self._client.namespace().personal
        return personal[0][0] if personal else ""

    def _named(self, shelf: Shelf) -> str:
        return f"{self._prefix}{shelf.value}"

    def _make_folders(self) -> None:
        for shelf in (Shelf.PROCESSED, Shelf.ASIDE):
            with self._told(f"has no folder “{shelf.value}” and does not let one be made"):
                if not self._client.folder_exists(self._named(shelf)):
                    self._client.create_folder(self._named(shelf))

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Say in one sentence what went wrong; never in the server's words, which may repeat what it was told."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise PlaceTrouble(f"{self.name} cannot prove its name: {error.verify_message}.") from error
        except TimeoutError as error:
            raise PlaceTrouble(f"{self.name} does not answer.") from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise PlaceTrouble(f"{self.name} does not answer ({why}).") from error
        except LoginError as error:
            raise PlaceTrouble(f"{self.name} refuses the sign-in.") from error
        except imaplib.IMAP4.readonly as error:
            raise PlaceTrouble(f"{self.name} may only be looked at, so nothing can be put away.") from error
        except imaplib.IMAP4.abort as error:
            raise PlaceTrouble(f"{self.name} ended the conversation.") from error
        except (imaplib.IMAP4.error, ValueError, LookupError, TypeError, AttributeError) as error:
            raise PlaceTrouble(f"{self.name} {what} ({type(error).__name__}).") from error


def _leave(client: IMAPClient) -> None:
    """Say goodbye, or hang up where nobody listens any more."""
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error):
        with suppress(OSError):
            client.shutdown()
