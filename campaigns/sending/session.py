"""One SMTP connection that carries many messages, and is exact about what it knows when the line breaks.

    MAIL RCPT DATA →                                   ← 250 250 354
    body, dot (and MAIL RCPT DATA of the next one) →   ← 250, 250 250 354

Lost before the final dot went out: not sent. Lost after it, without a reply: uncertain.
"""

import select
import smtplib
import socket
import ssl
import time
from collections.abc import Iterable, Iterator

from campaigns.sending.limits import limits
from campaigns.sending.replies import judge
from campaigns.sending.transport import Message, Outcome, TransportRefuses, Verdict

DOT = b".\r\n"
CLOSING = 421
STEPS = (("MAIL", 250), ("RCPT", 250), ("DATA", 354))


class LineLost(Exception):
    """The connection broke or fell silent; the text says when."""


class Session:
    """An open, signed-in connection; `alive` turns False for good when the line is lost."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self.smtp = smtp
        self.sock: socket.socket = smtp.sock  # type: ignore[assignment]
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.encrypted = isinstance(self.sock, ssl.SSLSocket)
        self.opened_at = self.used_at = time.monotonic()
        self.messages = 0
        self.alive = True
        self.pipelines = smtp.has_extn("pipelining")
        self.smtputf8 = smtp.has_extn("smtputf8")
        size = smtp.esmtp_features.get("size", "")
        self.max_size = int(size) if size.isdigit() else 0

    def fit(self) -> bool:
        """Whether the connection may carry more: young, little used and still there."""
        now = time.monotonic()
        if self.messages >= limits().connection_messages or now - self.opened_at > limits().connection_seconds:
            return False
        if now - self.used_at < limits().idle_seconds:
            return self.alive
        try:
            return self.alive and self.smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def close(self, *, politely: bool = False) -> None:
        """Hang up; a server that is gone already is no error."""
        self.alive = False
        try:
            if politely:
                self.sock.settimeout(1)
                self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            return
        finally:
            self.smtp.close()

    def deliver(self, messages: Iterable[Message]) -> Iterator[tuple[Message, Outcome]]:
        """Send in order, answering for every message taken; stops early when the line is lost."""
        queue = iter(messages)
        current, announced = next(queue, None), False
        while current is not None and self.alive:
            following = None
            outcome = self._misfit(current) or self._announce(current, announced)
            announced = False
            if outcome is None:
                following = next(queue, None)
                announced = self.pipelines and following is not None and self._misfit(following) is None
                outcome = self._hand_over(current, following if announced else None)
            self.messages += 1
            self.used_at = time.monotonic()
            yield current, outcome
            current = following or (next(queue, None) if self.alive else None)
        if current is not None:
            yield current, Outcome(Verdict.UNSENT)

    # ── before the wire ──────────────────────────────────────────────────────
    def _misfit(self, message: Message) -> Outcome | None:
        """Why this server cannot take this message at all, or None."""
        if any(letter in message.recipient for letter in "\r\n\0<> "):
            return Outcome(Verdict.FAILED, "not an e-mail address")
        if not message.recipient.isascii() and not self.smtputf8:
            return Outcome(Verdict.FAILED, "the mail server takes no addresses with letters outside ASCII")
        if self.max_size and len(message.data) > self.max_size:
            return Outcome(Verdict.FAILED, f"larger than the mail server takes ({self.max_size} bytes)")
        return None

    def _envelope(self, message: Message) -> tuple[bytes, ...]:
        option = "" if message.recipient.isascii() else " SMTPUTF8"
        mail = f"MAIL FROM:<{message.sender}>{option}\r\n".encode()
        return mail, f"RCPT TO:<{message.recipient}>\r\n".encode(), b"DATA\r\n"

    # ── envelope ─────────────────────────────────────────────────────────────
    def _announce(self, message: Message, announced: bool) -> Outcome | None:
        """Say who writes to whom; None is the server's go-ahead."""
        try:
            refusal, open_data = self._ask(message, announced)
            if refusal is None:
                return None
            self._start_over(open_data)
        except LineLost as why:
            self.close()
            return Outcome(Verdict.DEFERRED, str(why), lost=True)
        step, code, text = refusal
        if step == "MAIL" and code >= 500:
            self.close(politely=True)
            raise TransportRefuses(f"{code} {text}"[:200])
        return judge(code, text)

    def _ask(self, message: Message, announced: bool) -> tuple[tuple[str, int, str] | None, bool]:
        """The first refusal, if any, and whether the server waits for a body all the same."""
        lines = self._envelope(message)
        if self.pipelines and not announced:
            self._write(b"".join(lines))
        refusal: tuple[str, int, str] | None = None
        code = 0
        for (step, wanted), line in zip(STEPS, lines, strict=True):
            if not self.pipelines:
                self._write(line)
            code, text = self._reply(limits().reply_timeout, step)
            if code == CLOSING:
                raise LineLost(f"{code} {text}")
            welcome = code == wanted or (step == "RCPT" and code == 251)
            if not welcome and refusal is None:
                refusal = (step, code, text)
                if not self.pipelines:
                    break
        return refusal, code == 354

    def _start_over(self, open_data: bool) -> None:
        if open_data:
            self._write(DOT)
            self._reply(limits().final_timeout, "empty message")
        self._write(b"RSET\r\n")
        self._reply(limits().reply_timeout, "RSET")

    # ── body ─────────────────────────────────────────────────────────────────
    def _hand_over(self, message: Message, following: Message | None) -> Outcome:
        """Write the body, then the dot that makes it count, then wait for the server's word."""
        try:
            self._write(message.data if message.wire_safe else _stuffed(message.data), more=True)
            self._check_line()
        except LineLost as why:
            self.close()
            return Outcome(Verdict.DEFERRED, str(why), lost=True)
        if message.expired():
            self.close()
            return Outcome(Verdict.UNSENT)
        message.leaving()
        ahead = b"".join(self._envelope(following)) if following else b""
        try:
            dotted = self._finish(DOT + ahead)
            if not dotted:
                raise LineLost("before the end of the message")
            code, text = self._reply(limits().final_timeout, "the whole message")
        except LineLost as why:
            self.close()
            return Outcome(Verdict.UNCERTAIN if dotted else Verdict.DEFERRED, str(why), lost=True)
        if code == CLOSING:
            self.close()
        return judge(code, text)

    def _finish(self, data: bytes) -> bool:
        """Write the dot and what follows; False when the dot itself did not leave this machine."""
        gone = 0
        try:
            while gone < len(data):
                gone += self.sock.send(data[gone:])
        except OSError:
            return gone >= len(DOT)
        return True

    # ── the line ─────────────────────────────────────────────────────────────
    def _write(self, data: bytes, *, more: bool = False) -> None:
        try:
            self.sock.settimeout(limits().reply_timeout)
            flags = getattr(socket, "MSG_MORE", 0) if more and not self.encrypted else 0
            self.sock.sendall(data, flags)
        except OSError as error:
            raise LineLost(f"connection lost while writing ({type(error).__name__})") from error

    def _check_line(self) -> None:
        """Notice a server that hung up in mid-message, before the dot makes it count."""
        if self.encrypted:
            return
        poll = select.poll()
        poll.register(self.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        if poll.poll(0):
            raise LineLost("the server spoke or hung up in the middle of a message")

    def _reply(self, timeout: float, after: str) -> tuple[int, str]:
        try:
            self.sock.settimeout(timeout)
            code, text = self.smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise LineLost(f"no reply after {after} ({type(error).__name__})") from error
        if code == -1:
            raise LineLost(f"no readable reply after {after}")
        return code, text.decode("utf-8", "replace")


def _stuffed(data: bytes) -> bytes:
    """The body as SMTP wants it: leading dots doubled, ending in a line end."""
    if b"\n." in data:
        data = data.replace(b"\n.", b"\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data if data.endswith(b"\r\n") else data + b"\r\n"
