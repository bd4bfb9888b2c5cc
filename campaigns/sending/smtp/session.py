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
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from campaigns.sending.limits import limits
from campaigns.sending.smtp.line import Line, LineLost
from crm.replies import judge
from crm.transport import Message, Outcome, TransportRefuses, Verdict

if TYPE_CHECKING:
    from campaigns.sending.smtp.route import Route

DOT = b".\r\n"
CLOSING = 421
ENVELOPE = ("MAIL", "RCPT", "DATA")
WELCOME = {"MAIL": (250,), "RCPT": (250, 251), "DATA": (354,)}
UNSPEAKABLE = re.compile(r"[\r\n\0<> ]").search
"""What would mean something else in the middle of a conversation."""


class Errands(Protocol):
    """Where a session gets its messages and leaves what it knows."""

    answers: deque[tuple[Message, Outcome]]

    def next_message(self, session: "Session") -> Message | None:
        """The next one that this server can take, None when there is none for it at the moment."""

    def give_back(self, session: "Session", message: Message) -> None:
        """It was announced at most, and never begun: another session may have it."""

    def refuses(self, session: "Session", message: Message, why: TransportRefuses) -> None:
        """The server refuses us, whoever the recipient is; it said so when this message was announced."""

    def wants_rest(self, session: "Session", words: str) -> None:
        """The server hangs up and asks to be left alone for a while."""

    def lost(self, session: "Session", why: str, *, silent: bool) -> None:
        """The line broke, or nothing came over it any more."""


class Session:
    """An open, signed-in connection; `alive` turns False for good when the line is lost.

    `begin(message)`, then `go_on()` whenever the line is ready, or `expire()` when the `deadline` passed; `errands` is
    who looks after it, known before anything is begun.
    """

    def __init__(self, smtp: smtplib.SMTP, route: "Route", *, most: int = 0) -> None:
        self.smtp = smtp
        self.route = route
        self.most = most
        self.line = Line(smtp.sock)  # type: ignore[arg-type]
        self.opened_at = self.used_at = time.monotonic()
        self.messages = 0
        self.alive = True
        self.pipelines = smtp.has_extn("pipelining")
        self.smtputf8 = smtp.has_extn("smtputf8")
        size = smtp.esmtp_features.get("size", "")
        self.max_size = int(size) if size.isdigit() else 0
        self.deadline = float("inf")
        self.errands: Errands
        self._message: Message | None = None
        self._following: Message | None = None
        self._refusal: tuple[str, int, str] | None = None
        self._awaited: deque[str] = deque()
        self._commands: deque[tuple[str, bytes]] = deque()
        self._handed_over = False
        self._after_dot = 0

    # ── its life ─────────────────────────────────────────────────────────────
    def fit(self) -> bool:
        """Whether the connection may carry more: young, little used and still there."""
        now = time.monotonic()
        if not self.alive or self.worn(now):
            return False
        if now - self.used_at < limits().idle_seconds:
            return not self._spoke_up()
        try:
            self.line.sock.settimeout(limits().reply_timeout)
            return self.smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def worn(self, now: float) -> bool:
        """Whether it carried enough, or stood open long enough, to be replaced."""
        most = self.most or limits().connection_messages
        return self.messages >= most or now - self.opened_at > limits().connection_seconds

    def close(self, *, politely: bool = False) -> None:
        """Hang up; a server that is gone already is no error."""
        self.alive = False
        self.deadline = float("inf")
        try:
            if politely:
                self.line.sock.settimeout(1)
                self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            return
        finally:
            self.smtp.close()

    @property
    def idle(self) -> bool:
        """Whether it may begin with another message."""
        return self.alive and self._message is None and not self._awaited and not self.line.unsent

    def _spoke_up(self) -> bool:
        """Whether a server hung up, or spoke, where it has nothing to say."""
        if self.line.encrypted:
            return False
        poll = select.poll()
        poll.register(self.line.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))

    # ── from outside ─────────────────────────────────────────────────────────
    def misfit(self, message: Message) -> Outcome | None:
        """Why this server cannot take this message at all, or None."""
        return misfit(message, smtputf8=self.smtputf8, max_size=self.max_size)

    def begin(self, message: Message) -> None:
        """Hand over this message, and then whatever the errands have."""
        self.line.sock.setblocking(False)
        self._guarded(lambda: self._announce(message))

    def go_on(self) -> None:
        """The line is ready: write what waits, read what came."""
        self._guarded(self._work)

    def expire(self) -> None:
        """The deadline passed: the server fell silent, or takes nothing any more."""
        if self.line.unsent and not self._dotted:
            self._lost("the mail server took nothing any more", silent=True)
        else:
            self._lost(f"no reply after {self._asked()} (TimeoutError)", silent=True)

    def _guarded(self, step: Callable[[], None]) -> None:
        """Do a step; a lost line answers for the messages it had."""
        try:
            step()
        except LineLost as why:
            silent = self._awaited and not self.line.unsent
            self._lost(f"no reply after {self._asked()} ({why})" if silent else f"connection lost ({why})")

    def _lost(self, why: str, *, silent: bool = False) -> None:
        self.close()
        self.errands.lost(self, why, silent=silent)
        if self._message:
            verdict = Verdict.UNCERTAIN if self._dotted else Verdict.DEFERRED
            self._settle(Outcome(verdict, why, lost=True))
        self._return_following()
        self._awaited.clear()
        self.line.unsent = memoryview(b"")

    # ── the conversation ─────────────────────────────────────────────────────
    def _work(self) -> None:
        before = len(self.line.unsent)
        if before:
            if not self._dotted and self._message and self._message.expired():
                self._take_back()
                return
            self.line.flush()
        moved = len(self.line.unsent) < before
        for code, words in self.line.replies():
            moved = True
            self._heard(code, words)
            if not self.alive:
                return
        if moved:
            self._wait()

    def _announce(self, message: Message) -> None:
        """Say who writes to whom."""
        self._take(message)
        if self.pipelines:
            self._awaited.extend(ENVELOPE)
            self.line.write(_envelope(message))
        else:
            self._commands.extend(zip(ENVELOPE, _envelope(message).splitlines(keepends=True), strict=True))
            self._next_command()
        self._wait()

    def _take(self, message: Message) -> None:
        self._message, self._refusal, self._handed_over = message, None, False
        self.messages += 1

    def _next_command(self) -> None:
        step, line = self._commands.popleft()
        self._awaited.append(step)
        self.line.write(line)

    def _heard(self, code: int, words: list[bytes]) -> None:
        """One reply of the server, to what was asked longest ago."""
        if not self._awaited:
            raise LineLost(f"the server spoke without being asked ({code})")
        if self._awaited[0] == "BODY" and not self._dotted:
            raise LineLost("the server spoke in the middle of a message")
        step = self._awaited.popleft()
        if step == "BODY":
            self._answer(judge(code, _text(words)), closing=code == CLOSING)
        elif code == CLOSING:
            self.errands.wants_rest(self, f"{code} {_text(words)}")
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
            message, self._message = self._current(), None
            self.close(politely=False)
            self.errands.refuses(self, message, TransportRefuses(f"{code} {text}"[:200]))
            return
        self._settle(judge(code, text))
        self._awaited.extend(["EMPTY", "RSET"] if open_data else ["RSET"])
        self.line.write((DOT if open_data else b"") + b"RSET\r\n")

    # ── body ─────────────────────────────────────────────────────────────────
    def _hand_over(self) -> None:
        """Write the body, the dot that makes it count, and who the next message is for."""
        message = self._current()
        if self.line.hung_up():
            raise LineLost("the server spoke or hung up where a message was to begin")
        if message.expired() or not message.leaving():
            self._take_back()
            return
        following = None if self.worn(time.monotonic()) or not self.pipelines else self.errands.next_message(self)
        ahead = _envelope(following) if following else b""
        self._following, self._after_dot, self._handed_over = following, len(ahead), True
        self._awaited.append("BODY")
        if following:
            self._awaited.extend(ENVELOPE)
        self.line.write(message.data if message.wire_safe else _stuffed(message.data), DOT + ahead)

    @property
    def _dotted(self) -> bool:
        """Whether the dot left this machine; of one that did not, the server knows nothing."""
        return self._handed_over and len(self.line.unsent) <= self._after_dot

    def _take_back(self) -> None:
        """Never send this message after all; a body that was begun can only be broken off by hanging up."""
        self._settle(Outcome(Verdict.UNSENT))
        self._return_following()
        self._awaited.clear()
        self.line.unsent = memoryview(b"")
        self.close()

    def _answer(self, outcome: Outcome, *, closing: bool) -> None:
        """What the server says to a whole message; then the one that was announced behind it is the current one."""
        self._settle(outcome)
        if closing:
            self.errands.wants_rest(self, outcome.reply)
            self._return_following()
            self._awaited.clear()
            self.close()
        elif self._following:
            self._take(self._following)
            self._following = None

    def _return_following(self) -> None:
        if self._following:
            self.errands.give_back(self, self._following)
            self._following = None

    def _settle(self, outcome: Outcome) -> None:
        if outcome.verdict is not Verdict.ACCEPTED:
            outcome = replace(outcome, source=self.route.name)
        message = self._current()
        message.heard(message.delivery_id, outcome)  # before the next one leaves, which may be in the same breath
        self.errands.answers.append((message, outcome))
        self._message = None
        self.used_at = time.monotonic()

    def _current(self) -> Message:
        if self._message is None:
            raise LineLost("the server answered about a message that was not sent")
        return self._message

    # ── patience ─────────────────────────────────────────────────────────────
    def _wait(self) -> None:
        """How long the server may be silent now."""
        if not self._awaited and not self.line.unsent:
            self.deadline = float("inf")
            return
        final = self._awaited and self._awaited[0] in ("BODY", "EMPTY") and not self.line.unsent
        self.deadline = time.monotonic() + (limits().final_timeout if final else limits().reply_timeout)

    def _asked(self) -> str:
        step = self._awaited[0] if self._awaited else "nothing"
        return {"BODY": "the whole message", "EMPTY": "an empty message"}.get(step, step)


def misfit(message: Message, *, smtputf8: bool, max_size: int) -> Outcome | None:
    """Why a server that can do this much cannot take this message at all, or None."""
    if UNSPEAKABLE(message.recipient):
        return Outcome(Verdict.FAILED, "not an e-mail address")
    if not smtputf8 and not message.recipient.isascii():
        return Outcome(Verdict.FAILED, "the mail server takes no addresses with letters outside ASCII")
    if max_size and len(message.data) > max_size:
        return Outcome(Verdict.FAILED, f"larger than the mail server takes ({max_size} bytes)")
    return None


def _envelope(message: Message) -> bytes:
    """Who writes to whom, in three lines."""
    option = "" if message.recipient.isascii() else " SMTPUTF8"
    return f"MAIL FROM:<{message.sender}>{option}\r\nRCPT TO:<{message.recipient}>\r\nDATA\r\n".encode()


def _text(words: list[bytes]) -> str:
    return b"\n".join(words).decode("utf-8", "replace")


def _stuffed(data: bytes) -> bytes:
    """The body as SMTP wants it: leading dots doubled, ending in a line end."""
    if b"\n." in data:
        data = data.replace(b"\n.", b"\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data if data.endswith(b"\r\n") else data + b"\r\n"
