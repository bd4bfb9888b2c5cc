"""A real SMTP server for tests: it keeps what it receives and misbehaves exactly as it is told."""

import asyncio
import email
import email.policy
import ssl
from collections import defaultdict, deque
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, syntax

PHASES = ("connect", "ehlo", "mail", "rcpt", "data", "message")
"""Where it can misbehave; `data` is before the 354, `message` after the final dot."""


@dataclass(frozen=True)
class Received:
    """One accepted mail: the envelope, the bytes and the parsed message, and how it came in."""

    sender: str
    recipients: list[str]
    raw: bytes
    message: EmailMessage
    encrypted: bool = False
    signed_in: bool = False

    @property
    def text(self) -> str:
        """The plain-text part."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""

    @property
    def html(self) -> str:
        """The HTML part."""
        part = self.message.get_body(("html",))
        return part.get_content() if part else ""


@dataclass
class Mailbox:
    """What arrived, and what the server shall do next.

    `mailbox.reply("rcpt", "451 4.3.0 Later")`, `mailbox.hang("message")`, `mailbox.drop("data", after=3)`;
    `mailbox.hold("message", after=20)` waits there, `holding` says that it does, `release()` lets it go on.
    """

    host: str = "127.0.0.1"
    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    holding: bool = False
    _script: dict[str, deque[tuple[str, Any]]] = field(default_factory=lambda: defaultdict(deque))
    _always: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def reply(self, phase: str, line: str, *, times: int = 1, after: int = 0, only_to: str = "") -> None:
        """Answer `line` at `phase`, `times` times (0: for ever), after letting `after` pass."""
        self._plan(phase, ("reply", line), times, after, only_to)

    def hang(self, phase: str, *, seconds: float = 3600, times: int = 1, after: int = 0) -> None:
        """Say nothing for `seconds` at `phase`."""
        self._plan(phase, ("hang", seconds), times, after)

    def hold(self, phase: str, *, after: int = 0) -> None:
        """Keep everybody waiting at `phase`, after letting `after` pass, until `release`."""
        self._plan(phase, ("hold", None), 1, after)

    def release(self) -> None:
        """Go on."""
        self.holding = False

    def drop(self, phase: str, *, times: int = 1, after: int = 0, only_to: str = "") -> None:
        """Cut the connection at `phase`; at `message` the mail has been kept already, as real servers may."""
        self._plan(phase, ("drop", None), times, after, only_to)

    def behave(self) -> None:
        """Forget every instruction."""
        self._script.clear()
        self._always.clear()

    def clear(self) -> None:
        """Forget every mail."""
        self.received.clear()

    def to(self, address: str) -> list[Received]:
        """The mails one address received."""
        return [mail for mail in self.received if address in mail.recipients]

    @property
    def recipients(self) -> list[str]:
        """Every address that received something, once a mail, in order of arrival."""
        return [address for mail in self.received for address in mail.recipients]

    async def wait(self) -> None:
        """What a held line does."""
        self.holding = True
        while self.holding:
            await asyncio.sleep(0.01)

    def _plan(self, phase: str, step: tuple[str, Any], times: int, after: int, only_to: str = "") -> None:
        if phase not in PHASES:
            raise ValueError(f"“{phase}” is no phase of SMTP here; choose one of {', '.join(PHASES)}.")
        key = f"{phase} {only_to}".strip()
        self._script[key].extend([("pass", None)] * after)
        if times:
            self._script[key].extend([step] * times)
        else:
            self._always[key] = step

    def next_step(self, phase: str, address: str = "") -> tuple[str, Any]:
        """What to do now at `phase`, for `address` where the phase has one."""
        for key in (f"{phase} {address}".strip(), phase):
            if self._script[key]:
                return self._script[key].popleft()
            if key in self._always:
                return self._always[key]
        return "pass", None


class ScriptedSMTP(SMTP):
    """aiosmtpd's server with the instructions looked up at every phase; it offers PIPELINING."""

    def __init__(self, mailbox: Mailbox, **kwargs: Any) -> None:
        self.mailbox = mailbox
        super().__init__(mailbox_handler(mailbox), **{"enable_SMTPUTF8": True} | kwargs)

    @property
    def over_tls(self) -> bool:
        """Whether the line is encrypted by now."""
        return self.transport is not None and self.transport.get_extra_info("sslcontext") is not None

    async def obey(self, phase: str, address: str = "") -> bool:
        """Follow the instruction for `phase`; True when the normal answer must not be given."""
        what, how = self.mailbox.next_step(phase, address)
        if what == "reply":
            await self.push(how)
        elif what == "hang":
            await asyncio.sleep(how)
            return False
        elif what == "hold":
            await self.mailbox.wait()
        elif what == "drop" and self.transport is not None:
            self.transport.close()
        return what in ("reply", "drop")

    async def _handle_client(self) -> None:
        self.mailbox.connections += 1
        if await self.obey("connect"):
            if self.transport is not None:
                self.transport.close()
            return
        await super()._handle_client()

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:
        """EHLO."""
        if not await self.obey("ehlo"):
            await super().smtp_EHLO(hostname)

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:
        """MAIL FROM."""
        if not await self.obey("mail"):
            await super().smtp_MAIL(arg)

    @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:
        """RCPT TO."""
        address = (arg or "").partition("<")[2].partition(">")[0]
        if not await self.obey("rcpt", address):
            await super().smtp_RCPT(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """DATA, before the mail is asked for."""
        if not await self.obey("data"):
            await super().smtp_DATA(arg)


def mailbox_handler(mailbox: Mailbox) -> Any:
    """What aiosmtpd calls when a mail is complete."""

    class Handler:
        async def handle_EHLO(  # aiosmtpd's name
            self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
        ) -> list[str]:
            session.host_name = hostname
            return [*responses[:-1], "250-PIPELINING", responses[-1]]

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            what, how = mailbox.next_step("message")
            if what == "reply":
                return how
            if what == "hang":
                await asyncio.sleep(how)
            if what == "hold":
                await mailbox.wait()
            message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
            mailbox.received.append(
                Received(
                    envelope.mail_from,
                    list(envelope.rcpt_tos),
                    envelope.original_content,
                    message,
                    encrypted=server.over_tls,
                    signed_in=bool(session.authenticated),
                )
            )
            if what == "drop":
                server.transport.close()
            return "250 2.0.0 Kept"

    return Handler()


class MailboxServer(Controller):
    """Runs the scripted server in a thread on a free port.

    `tls` encrypts from the first byte; other options are aiosmtpd's own (`tls_context` offers STARTTLS).
    """

    def __init__(self, mailbox: Mailbox, *, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.mailbox = mailbox
        self.options = options
        self.lines: list[ScriptedSMTP] = []
        super().__init__(None, hostname=mailbox.host, port=0, ready_timeout=10, ssl_context=tls)

    def factory(self) -> SMTP:
        """One protocol for each connection."""
        line = ScriptedSMTP(self.mailbox, hostname="mailbox.test", **self.options)
        self.lines.append(line)
        return line

    def stop(self, no_assert: bool = False) -> None:
        """Hang up on everybody, so that no half-closed line outlives the server."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(10)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        for line in self.lines:
            if line.transport is not None:
                cast(asyncio.WriteTransport, line.transport).abort()
        await asyncio.sleep(0)

    def _trigger_server(self) -> None:
        server = cast(asyncio.Server, self.server)
        self.mailbox.port = self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()
