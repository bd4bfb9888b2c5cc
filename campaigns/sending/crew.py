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
from campaigns.sending.pool import Pool
from campaigns.sending.session import Session
from crm.transport import Message, Outcome, TransportDown, TransportRefuses

GLANCE = 0.5
"""Seconds after which a crew that waits looks at its clocks at the latest."""


class Crew:
    """Takes messages to their outcomes; each is answered for as soon as it is known."""

    def __init__(self, pool: Pool, messages: Iterable[Message]) -> None:
        self.pool = pool
        self.messages = iter(messages)
        self.waiting: deque[Message] = deque()
        self.answers: deque[tuple[Message, Outcome]] = deque()
        self.sessions: dict[int, Session] = {}
        self.watch = select.epoll()
        self.watched: dict[int, int] = {}
        self.opening: list[Future[Session]] = []
        self.opener: ThreadPoolExecutor | None = None
        self.refused: TransportRefuses | None = None
        self.dry = False
        self.down: TransportDown | None = None

    # ── the work ─────────────────────────────────────────────────────────────
    def run(self) -> Iterator[tuple[Message, Outcome]]:
        """Send in order; raises TransportDown when no line is left to send on, TransportRefuses when we are refused."""
        self._join(self.pool.take())
        try:
            while True:
                self._put_to_work()
                while self.answers:
                    yield self.answers.popleft()
                if not self._busy():
                    break
                self._wait()
        except Exception:  # whatever broke us, what is known already is said
            for session in self.sessions.values():
                self._gather(session)
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
        return any(not session.idle for session in self.sessions.values()) or bool(
            self.opening and (self.waiting or not self.dry) and not self.refused
        )

    def _put_to_work(self) -> None:
        for number, session in list(self.sessions.items()):
            while session.idle and not self.refused and not session.worn(time.monotonic()):
                message = self._fitting(session)
                if message is None:
                    break
                session.begin(message, self._next)
                self._gather(session)
            if (session.idle and session.worn(time.monotonic()) and self._more()) or not session.alive:
                self._leave(number, session)
            else:
                self._watch(number, session)
        if not self.sessions and not self.opening and not self.refused and self._more():
            self._replace()

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
        patience = min((session.deadline for session in self.sessions.values()), default=float("inf"))
        most = max(0.0, min(GLANCE if not self.opening else 0.01, patience - time.monotonic()))
        patient = limits().lonely
        ready = self.watch.poll(min(most, patient) if self._could_use_another() else most)
        if not ready and self._could_use_another():
            self._open_another()
        for number, _event in ready:
            if session := self.sessions.get(number):
                session.go_on()
                self._gather(session)
        self._look_at_the_clock()
        self._welcome()

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        for session in list(self.sessions.values()):
            if session.deadline <= now:
                session.go_on()  # the one that slept may have been we
            if session.deadline <= now:
                session.expire()
            self._gather(session)

    # ── messages ─────────────────────────────────────────────────────────────
    def _more(self) -> bool:
        """Whether there is a message nobody took yet."""
        if not self.waiting and not self.dry:
            message = next(self.messages, None)
            if message is None:
                self.dry = True
            else:
                self.waiting.append(message)
        return bool(self.waiting)

    def _next(self) -> Message | None:
        return self.waiting.popleft() if not self.refused and self._more() else None

    def _fitting(self, session: Session) -> Message | None:
        """The next message this server can take; the others are answered here."""
        while message := self._next():
            outcome = session.misfit(message)
            if outcome is None:
                return message
            self.answers.append((message, outcome))
        return None

    def _gather(self, session: Session) -> None:
        self.answers.extend(session.answers)
        session.answers.clear()
        self.waiting.extendleft(session.returned)
        session.returned.clear()
        self.refused = self.refused or session.refused

    # ── sessions ─────────────────────────────────────────────────────────────
    def _join(self, session: Session) -> None:
        number = session.sock.fileno()
        self.sessions[number] = session
        self.watched[number] = select.EPOLLIN
        self.watch.register(number, select.EPOLLIN)

    def _watch(self, number: int, session: Session) -> None:
        wanted = select.EPOLLIN | (select.EPOLLOUT if session.wants_to_write else 0)
        if self.watched[number] != wanted:
            self.watched[number] = wanted
            self.watch.modify(number, wanted)

    def _leave(self, number: int, session: Session) -> None:
        del self.sessions[number]
        del self.watched[number]
        if session.alive:
            self.watch.unregister(number)
            session.close(politely=True)

    def _let_go(self, session: Session) -> None:
        if session.idle:
            self.pool.give(session)
        else:
            session.close()

    def _could_use_another(self) -> bool:
        """Whether messages wait while every session does, too."""
        if len(self.sessions) + len(self.opening) >= limits().connections or self.refused or self.down:
            return False
        return self._more()

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
