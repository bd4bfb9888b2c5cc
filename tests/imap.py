"""A real IMAP server for tests (pymap): one account, in a process of its own that may be killed."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from imapclient import IMAPClient

from config.embedded.processes import free_port

USER, PASSWORD = "demouser", "demopass"
OF_THE_DEMO = ("Sent", "Trash")
"""Folders that pymap's account comes with; mails in "Trash" may only be looked at."""
SERVE = "import sys; from pymap.main import main; sys.exit(main())"


class ImapServer:
    """The server, and the account as whoever delivers into it and whoever reads it by hand see it."""

    def __init__(self, *, certificate: tuple[Path, Path] | None = None) -> None:
        self.host, self.port = "127.0.0.1", free_port()
        tls = ["--cert", str(certificate[0]), "--key", str(certificate[1])] if certificate else ["--no-tls"]
        where = ["--host", self.host, "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, *where, *tls, "dict", "--demo-data"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._await()
            if not certificate:
                self.empty()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """As it stands in BOUNCES_URL."""
        return f"imap://{USER}:{PASSWORD}@{self.host}:{self.port}/INBOX"

    def signed_in(self) -> IMAPClient:
        """A connection of our own."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=10)
        client.login(USER, PASSWORD)
        return client

    def deliver(self, mails: Sequence[bytes], folder: str = "INBOX") -> None:
        """Mails arrive, in this order."""
        with self.signed_in() as client:
            client.multiappend(folder, list(mails))

    def folders(self) -> dict[str, int]:
        """How many mails lie in each folder that has any."""
        with self.signed_in() as client:
            names = [name for _flags, _between, name in client.list_folders()]
            counts = {name: client.folder_status(name, ["MESSAGES"])[b"MESSAGES"] for name in names}
        return {name: count for name, count in counts.items() if count and name not in OF_THE_DEMO}

    def mails(self, folder: str) -> list[bytes]:
        """What lies there."""
        with self.signed_in() as client:
            client.select_folder(folder, readonly=True)
            return [said[b"BODY[]"] for _uid, said in sorted(client.fetch(client.search(), ["BODY.PEEK[]"]).items())]

    def flags(self) -> list[tuple[bytes, ...]]:
        """What is marked on the mails of the inbox."""
        with self.signed_in() as client:
            client.select_folder("INBOX", readonly=True)
            found = client.get_flags(client.search())
        return [tuple(flag for flag in found[uid] if flag != b"\\Recent") for uid in sorted(found)]

    def empty(self) -> None:
        """Nothing lies anywhere, and no folder of ours is there."""
        with self.signed_in() as client:
            for _flags, _between, name in client.list_folders():
                if name not in ("INBOX", *OF_THE_DEMO):
                    client.delete_folder(name)
            client.select_folder("INBOX")
            client.delete_messages(client.search())
            client.expunge()

    def stop(self) -> None:
        """Gone, at once."""
        self.process.kill()
        self.process.wait()

    def _await(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                IMAPClient(self.host, self.port, ssl=False, timeout=5).logout()
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return
