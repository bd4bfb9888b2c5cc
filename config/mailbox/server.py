"""The mailbox's SMTP server: accepts everything, as quickly as mails can be written down."""

import asyncio
import signal
from typing import Any

from aiosmtpd.smtp import SMTP

from config.mailbox.store import MailFolder

BIGGEST = 33_554_432


class Keeping:
    """What aiosmtpd calls; pipelining is offered because real servers offer it."""

    def __init__(self, folder: MailFolder) -> None:
        self.folder = folder

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Greet, and offer PIPELINING beside what aiosmtpd offers."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep the mail before saying so."""
        key = self.folder.keep(envelope.original_content, envelope.mail_from or "", list(envelope.rcpt_tos))
        return f"250 2.0.0 Kept as {key}"


async def serve(folder: MailFolder, port: int) -> None:
    """Listen on 127.0.0.1 until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    handler = Keeping(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="mailbox.local", enable_SMTPUTF8=True, data_size_limit=BIGGEST, loop=loop),
        "127.0.0.1",
        port,
    )
    await done.wait()
    server.close()
