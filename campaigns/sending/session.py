"""One SMTP connection that carries many messages, and is exact about what it knows when the line breaks.

    MAIL RCPT DATA →                                   ← 250 250 354
    body, dot (and MAIL RCPT DATA of the next one) →   ← 250, 250 250 354

Lost before the final dot went out: not sent. Lost after it, without a reply: uncertain.

Nothing here waits: a session writes what the line takes and reads what has come, and whoever looks after many
sessions (crew.py) says when. Each session has at most one message of which it is not known whether it arrived.
"""

import re
import select
import smtplib
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from campaigns.sending.limits import limits
from crm.replies import judge
from crm.transport import Message, Outcome, TransportRefuses, Verdict

DOT = b".\r\n"
CLOSING = 421
ENVELOPE = ("MAIL", "RCPT", "DATA")
WELCOME = {"MAIL": (250,), "RCPT": (250, 251), "DATA": (354,)}
UNSPEAKABLE = re.compile(r"[\r\n\0<> ]").search
"""What would mean something else in the middle of a conversation."""
LONGEST_REPLY = 64 * 1024
BUSY = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""The line takes or has nothing at this moment."""

NextMessage = Callable[[], Message | None]
"""Where a session gets the message after the one it has."""


class LineLost(Exception):
    """The connection broke or fell silent; the text says when."""


class Session:
    """An open, signed-in connection; `alive` turns False for good when the line is lost.

    `begin(message)`, then `go_on()` whenever the line is ready; what became of messages gathers in `answers`, and
    messages that were taken and never begun in `returned`. A server that refuses us, whoever the recipient is, leaves
    its words in `refused`.
    """

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self.smtp = smtp
        self.server = str(smtp._host)  # type: ignore[attr-defined]  # smtplib keeps it for TLS
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
        self.answers: deque[tuple[Message, Outcome]] = deque()
        self.returned: deque[Message] = deque()
        self.refused: TransportRefuses | None = None
        self.deadline = float("inf")
        self.next_message: NextMessage = _no_more
        self._message: Message | None = None
        self._following: Message | None = None
        self._refusal: tuple[str, int, str] | None = None
        self._awaited: deque[str] = deque()
        self._commands: deque[tuple[str, bytes]] = deque()
        self._out = memoryview(b"")
        self._then: Callable[[], None] | None = None
        self._dotted = False
        self._read = b""
        self._lines: list[bytes] = []

    # ── its life ─────────────────────────────────────────────────────────────
    def fit(self) -> bool:
        """Whether the connection may carry more: young, little used and still there."""
        now = time.monotonic()
        if not self.alive or self.worn(now):
            return False
        if now - self.used_at < limits().idle_seconds:
            return not self._spoke_up()
        try:
            self.sock.settimeout(limits().reply_timeout)
            return self.smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def worn(self, now: float) -> bool:
        """Whether it carried enough, or stood open long enough, to be replaced."""
        return self.messages >= limits().connection_messages or now - self.opened_at > limits().connection_seconds

    def close(self, *, politely: bool = False) -> None:
        """Hang up; a server that is gone already is no error."""
        self.alive = False
        self.deadline = float("inf")
        try:
            if politely:
                self.sock.settimeout(1)
                self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            return
        finally:
            self.smtp.close()

    @property
    def idle(self) -> bool:
        """Whether it may begin with another message."""
        return self.alive and self._message is None and not self._awaited and not self._out

    @property
    def wants_to_write(self) -> bool:
        """Whether something waits for the line to take it."""
        return bool(self._out)

    # ── from outside ─────────────────────────────────────────────────────────
    def misfit(self, message: Message) -> Outcome | None:
        """Why this server cannot take this message at all, or None."""
        if UNSPEAKABLE(message.recipient):
            return Outcome(Verdict.FAILED, "not an e-mail address")
        if not message.recipient.isascii() and not self.smtputf8:
            return Outcome(Verdict.FAILED, "the mail server takes no addresses with letters outside ASCII")
        if self.max_size and len(message.data) > self.max_size:
            return Outcome(Verdict.FAILED, f"larger than the mail server takes ({self.max_size} bytes)")
        return None

    def begin(self, message: Message, next_message: NextMessage) -> None:
        """Hand over this message, and then whatever `next_message` gives."""
        self.next_message = next_message
        self.sock.setblocking(False)
        self._guarded(lambda: self._announce(message))

    def go_on(self) -> None:
        """The line is ready: write what waits, read what came."""
        self._guarded(self._work)

    def expire(self) -> None:
        """The deadline passed: the server fell silent, or takes nothing any more."""
        if self._out and not self._awaited:
            self._guarded(lambda: self._lose("the mail server took nothing any more"))
        else:
            what = self._awaited[0] if self._awaited else "nothing"
            self._guarded(lambda: self._lose(f"no reply after {_after(what)} (TimeoutError)"))

    # ── the conversation ─────────────────────────────────────────────────────
    def _work(self) -> None:
        if self._out:
            self._flush()
        self._receive()

    def _announce(self, message: Message) -> None:
        """Say who writes to whom."""
        self._take(message)
        commands = deque(zip(ENVELOPE, self._envelope(message), strict=True))
        if self.pipelines:
            self._awaited.extend(ENVELOPE)
            self._write(b"".join(line for _step, line in commands))
        else:
            self._commands = commands
            self._next_command()

    def _take(self, message: Message) -> None:
        self._message, self._refusal, self._dotted = message, None, False
        self.messages += 1

    def _envelope(self, message: Message) -> tuple[bytes, bytes, bytes]:
        option = "" if message.recipient.isascii() else " SMTPUTF8"
        mail = f"MAIL FROM:<{message.sender}>{option}\r\n".encode()
        return mail, f"RCPT TO:<{message.recipient}>\r\n".encode(), b"DATA\r\n"

    def _next_command(self) -> None:
        step, line = self._commands.popleft()
        self._awaited.append(step)
        self._write(line)

    def _heard(self, code: int, words: list[bytes]) -> None:
        """One reply of the server, to what was asked longest ago."""
        if not self._awaited:
            raise LineLost(f"the server spoke without being asked ({code})")
        step = self._awaited.popleft()
        if step == "BODY":
            self._answer(judge(code, _text(words)), closing=code == CLOSING)
        elif code == CLOSING:
            raise LineLost(f"{code} {_text(words)}")
        elif step in WELCOME:
            self._heard_about_envelope(step, code, words)

    def _heard_about_envelope(self, step: str, code: int, words: list[bytes]) -> None:
        if code not in WELCOME[step] and self._refusal is None:
            self._refusal = (step, code, _text(words))
            self._commands.clear()
        if self._commands:
            self._next_command()
        elif step == "DATA" and self._refusal is None:
            self._hand_over()
        elif step == "DATA" or not self._awaited:
            self._start_over(open_data=step == "DATA" and code == 354)

    def _start_over(self, *, open_data: bool) -> None:
        """Take the refusal as the answer, and make the line ready for another message."""
        step, code, text = self._refusal or ("", 0, "")
        if step == "MAIL" and code >= 500:
            self.refused = TransportRefuses(f"{code} {text}"[:200])
            self._message = None
            self.close(politely=False)
            return
        self._settle(judge(code, text))
        self._awaited.extend(["EMPTY", "RSET"] if open_data else ["RSET"])
        self._write((DOT if open_data else b"") + b"RSET\r\n")

    # ── body ─────────────────────────────────────────────────────────────────
    def _hand_over(self) -> None:
        """Write the body; the dot that makes it count comes once all of it has left."""
        message = self._current()
        self._then = self._finish
        self._write(message.data if message.wire_safe else _stuffed(message.data), more=True)

    def _finish(self) -> None:
        """Write the dot, and who the next message is for."""
        message = self._current()
        if self._spoke_up():
            raise LineLost("the server spoke or hung up in the middle of a message")
        if message.expired():
            self._settle(Outcome(Verdict.UNSENT))
            self.close()
            return
        following = None if self.worn(time.monotonic()) or not self.pipelines else self._fitting()
        ahead = b"".join(self._envelope(following)) if following else b""
        message.leaving()
        self._following, self._dotted = following, True
        self._awaited.append("BODY")
        if following:
            self._awaited.extend(ENVELOPE)
        self._write(DOT + ahead)

    def _fitting(self) -> Message | None:
        """The next message that this server can take; the others are answered here."""
        while message := self.next_message():
            outcome = self.misfit(message)
            if outcome is None:
                return message
            self.answers.append((message, outcome))
        return None

    def _answer(self, outcome: Outcome, *, closing: bool) -> None:
        """What the server says to a whole message; then the one that was announced behind it is the current one."""
        self._settle(outcome)
        following, self._following = self._following, None
        if closing:
            if following:
                self.returned.append(following)
            self._awaited.clear()
            self.close()
        elif following:
            self._take(following)

    def _settle(self, outcome: Outcome) -> None:
        if outcome.verdict is not Verdict.ACCEPTED:
            outcome = replace(outcome, source=self.server)
        self.answers.append((self._current(), outcome))
        self._message = None
        self.used_at = time.monotonic()

    def _current(self) -> Message:
        if self._message is None:
            raise LineLost("the server answered about a message that was not sent")
        return self._message

    # ── the line ─────────────────────────────────────────────────────────────
    def _write(self, data: bytes, *, more: bool = False) -> None:
        self._out = memoryview(data)
        self._flush(more=more)

    def _flush(self, *, more: bool = False) -> None:
        """Write as much as the line takes; once all has left, go on with what comes then."""
        flags = getattr(socket, "MSG_MORE", 0) if more and not self.encrypted else 0
        try:
            while self._out:
                sent = self.sock.send(self._out) if self.encrypted else self.sock.send(self._out, flags)
                self._out = self._out[sent:]
        except BUSY:
            self._wait()
            return
        except OSError as error:
            # Of a dot that did not leave this machine, the server knows nothing.
            self._dotted = self._dotted and self._left_the_dot()
            raise LineLost(f"connection lost while writing ({type(error).__name__})") from error
        then, self._then = self._then, None
        if then:
            then()
        else:
            self._wait()

    def _left_the_dot(self) -> bool:
        """Whether the dot itself went out, when what follows it did not."""
        whole = len(DOT) + (sum(map(len, self._envelope(self._following))) if self._following else 0)
        return whole - len(self._out) >= len(DOT)

    def _receive(self) -> None:
        while self.alive:
            try:
                data = self.sock.recv(65536)
            except BUSY:
                return
            except OSError as error:
                raise LineLost(f"no reply after {self._asked()} ({type(error).__name__})") from error
            if not data:
                raise LineLost(f"no reply after {self._asked()} (the server hung up)")
            self._parse(data)
            if not self.encrypted and len(data) < 65536:
                return

    def _parse(self, data: bytes) -> None:
        """Cut what came into replies; a reply of several lines is one."""
        *lines, self._read = (self._read + data).split(b"\n")
        if len(self._read) + sum(map(len, self._lines)) > LONGEST_REPLY:
            raise LineLost("no end of a reply")
        for line in lines:
            if not line[:3].isdigit():
                raise LineLost(f"no readable reply after {self._asked()}")
            self._lines.append(line[4:].strip())
            if line[3:4] != b"-":
                words, self._lines = self._lines, []
                self._heard(int(line[:3]), words)
                if not self.alive:
                    return
        self._wait()

    def _spoke_up(self) -> bool:
        """Whether a server hung up, or spoke, where it has nothing to say."""
        if self.encrypted:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))

    def _wait(self) -> None:
        """How long the server may be silent now."""
        if not self._awaited and not self._out:
            self.deadline = float("inf")
            return
        final = self._awaited and self._awaited[0] in ("BODY", "EMPTY") and not self._out
        self.deadline = time.monotonic() + (limits().final_timeout if final else limits().reply_timeout)

    def _asked(self) -> str:
        return _after(self._awaited[0]) if self._awaited else "nothing"

    def _guarded(self, step: Callable[[], None]) -> None:
        """Do a step; a lost line answers for the messages it had."""
        try:
            step()
        except LineLost as why:
            self._lost(str(why))

    def _lose(self, why: str) -> None:
        raise LineLost(why)

    def _lost(self, why: str) -> None:
        self.close()
        if self._message:
            verdict = Verdict.UNCERTAIN if self._dotted else Verdict.DEFERRED
            self._settle(Outcome(verdict, why, lost=True))
        if self._following:
            self.returned.append(self._following)
            self._following = None
        self._awaited.clear()
        self._out = memoryview(b"")


def _text(words: list[bytes]) -> str:
    return b"\n".join(words).decode("utf-8", "replace")


def _no_more() -> Message | None:
    return None


def _after(step: str) -> str:
    return {"BODY": "the whole message", "EMPTY": "an empty message"}.get(step, step)


def _stuffed(data: bytes) -> bytes:
    """The body as SMTP wants it: leading dots doubled, ending in a line end."""
    if b"\n." in data:
        data = data.replace(b"\n.", b"\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data if data.endswith(b"\r\n") else data + b"\r\n"
