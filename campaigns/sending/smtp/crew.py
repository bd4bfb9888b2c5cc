"""A crew: several sessions with one mail server at once, each going on as soon as its line is ready.

Where the server answers quickly one session is enough, and where every answer takes long more of them are opened, one
after the other, as long as messages wait and nobody could do anything: how far the server is away costs little then.
"""

import select
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from campaigns.sending.limits import limits
from campaigns.sending.smtp.pool import Pool
from campaigns.sending.smtp.session import Session
from crm.transport import Message, Outcome, TransportDown, TransportRefuses

GLANCE = 0.05
"""Seconds between two looks at the clocks of all sessions."""


class Crew:
    """Takes messages to their outcomes; each is answered for as soon as it is known."""

    def __init__(self, pool: Pool, messages: Iterable[Message]) -> None:
        self.pool = pool
        self.messages = iter(messages)
        self.waiting: deque[Message] = deque()
        self.answers: deque[tuple[Message, Outcome]] = deque()
        self.refused: TransportRefuses | None = None
        self.down: TransportDown | None = None
        self.dry = False
        self.sessions: dict[int, Session] = {}
        self.touched: set[int] = set()
        self.resting: set[int] = set()
        self.writing: set[int] = set()
        self.watch = select.epoll()
        self.next_look = time.monotonic() + GLANCE
        self.waited, self.counted_from = 0.0, time.monotonic()
        self.opening: list[Future[Session]] = []
        self.opener: ThreadPoolExecutor | None = None

    # ── the work ─────────────────────────────────────────────────────────────
    def run(self) -> Iterator[tuple[Message, Outcome]]:
        """Send in order; raises TransportDown when no line is left to send on, TransportRefuses when we are refused."""
        self._join(self.pool.take())
        for session in self.pool.resting(limits().connections - 1):
            self._join(session)
        try:
            while True:
                self._put_to_work()
                while self.answers:
                    yield self.answers.popleft()
                if not self._busy():
                    break
                self._more()  # the next message is written while the server has the last one
                self._wait()
        except Exception:  # whatever broke us, what is known already is said
            yield from self.answers
            raise
        if self.refused:
            raise self.refused
        if self.waiting and self.down:
            raise self.down

    def close(self) -> None:
        """Give working sessions back to the pool; one in mid-message is hung up on."""
        for future in self.opening:
            future.add_done_callback(self._put_away)
        if self.opener:
            self.opener.shutdown(wait=False)
        for session in self.sessions.values():
            self._let_go(session)
        self.sessions.clear()
        self.watch.close()

    def _busy(self) -> bool:
        return len(self.sessions) > len(self.resting) or bool(
            self.opening and (self.waiting or not self.dry) and not self.refused
        )

    def _put_to_work(self) -> None:
        """Look after whoever did something, and whoever has nothing to do while messages wait."""
        while numbers := self.touched | (self.resting if not self.refused and self._more() else set()):
            self.touched = set()
            for number in numbers:
                self._occupy(number, self.sessions[number])
        if not self.sessions and not self.opening and not self.refused and self._more():
            self._replace()

    def _occupy(self, number: int, session: Session) -> None:
        """Give a session what it can do next, or let it go."""
        worn = session.idle and session.worn(time.monotonic())
        while session.idle and not worn and not self.refused:
            message = self._fitting(session)
            if message is None:
                break
            session.begin(message, self)
            worn = session.idle and session.worn(time.monotonic())
        if not session.alive or (worn and self._more()):
            self._leave(number, session)
            return
        (self.resting.add if session.idle else self.resting.discard)(number)
        if bool(session.line.unsent) != (number in self.writing):
            self._watch(number, writing=bool(session.line.unsent))

    def _replace(self) -> None:
        """Nobody is left, and there is more to send."""
        try:
            self._join(self.pool.take())
        except TransportDown as why:
            self.down = why
        except TransportRefuses as why:
            self.refused = why
        else:
            self._put_to_work()

    def _wait(self) -> None:
        """Until a line is ready, a session's patience ends or a new one stands."""
        began = time.monotonic()
        ready = self.watch.poll(limits().lonely if self.opening or self._more() else GLANCE)
        if self._mostly_waits(began, time.monotonic()) and self._could_use_another():
            self._open_another()
        for number, _event in ready:
            self.sessions[number].go_on()
            self.touched.add(number)
        if time.monotonic() >= self.next_look:
            self._look_at_the_clock()
        if self.opening:
            self._welcome()

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        self.next_look = now + GLANCE
        for number, session in self.sessions.items():
            if session.deadline <= now:
                session.go_on()  # the one that slept may have been we
                self.touched.add(number)
            if session.deadline <= now:
                session.expire()

    # ── messages ─────────────────────────────────────────────────────────────
    def next_message(self) -> Message | None:
        """The next one to send, None when there is none or nobody may send any more."""
        return self.waiting.popleft() if not self.refused and self._more() else None

    def _more(self) -> bool:
        """Whether there is a message nobody took yet."""
        if not self.waiting and not self.dry:
            message = next(self.messages, None)
            if message is None:
                self.dry = True
            else:
                self.waiting.append(message)
        return bool(self.waiting)

    def _fitting(self, session: Session) -> Message | None:
        """The next message this server can take; the others are answered here."""
        while message := self.next_message():
            outcome = session.misfit(message)
            if outcome is None:
                return message
            self.answers.append((message, outcome))
        return None

    # ── sessions ─────────────────────────────────────────────────────────────
    def _join(self, session: Session) -> None:
        number = session.line.sock.fileno()
        self.sessions[number] = session
        self.touched.add(number)
        self.watch.register(number, select.EPOLLIN)

    def _watch(self, number: int, *, writing: bool) -> None:
        (self.writing.add if writing else self.writing.discard)(number)
        self.watch.modify(number, select.EPOLLIN | (select.EPOLLOUT if writing else 0))

    def _leave(self, number: int, session: Session) -> None:
        del self.sessions[number]
        for some in (self.touched, self.resting, self.writing):
            some.discard(number)
        if session.alive:
            self.watch.unregister(number)
            session.close(politely=True)

    def _let_go(self, session: Session) -> None:
        if session.idle:
            self.pool.give(session)
        else:
            session.close()

    def _mostly_waits(self, began: float, now: float) -> bool:
        """Whether more than half of the last while, and that is at least `lonely`, went by without anything to do."""
        self.waited += now - began
        lonely, passed = limits().lonely, now - self.counted_from
        if passed < lonely:
            return False
        waits = self.waited > max(lonely, passed) / 2
        self.waited, self.counted_from = 0.0, now
        return waits

    def _could_use_another(self) -> bool:
        """Whether messages wait while every session does, too."""
        if self.refused or self.down or not self._more():
            return False
        return len(self.sessions) + len(self.opening) < limits().connections

    def _open_another(self) -> None:
        if self.opener is None:
            self.opener = ThreadPoolExecutor(limits().openers, thread_name_prefix="smtp-opener")
        self.opening.append(self.opener.submit(self.pool.take))

    def _welcome(self) -> None:
        for future in [future for future in self.opening if future.done()]:
            self.opening.remove(future)
            try:
                self._join(future.result())
            except TransportDown as why:
                self.down = why  # those that stand go on
            except TransportRefuses as why:
                self.refused = why

    def _put_away(self, future: "Future[Session]") -> None:
        """A session that stood up too late rests for the next group."""
        if not future.cancelled() and future.exception() is None:
            self.pool.give(future.result())
