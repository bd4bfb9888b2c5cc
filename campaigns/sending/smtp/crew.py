"""A crew: several sessions with one mail server at once, each going on as soon as its line is ready.

It begins with one, and more are opened, one after the other, as long as messages wait and nobody could do anything:
how far the server is away costs little then. Where it is close, several sessions go on in one breath, and neither side
has to be woken for every message.
Several servers are a fleet (fleet.py).
"""

import select
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from campaigns.sending.limits import limits
from campaigns.sending.smtp.route import Route
from campaigns.sending.smtp.session import Session
from crm.transport import Message, Outcome, TransportDown, TransportRefuses

GLANCE = 0.05
"""Seconds between two looks at the clocks of all sessions."""
IDLE = 1 / 100
"""Part of the time that may go by without anything to do before one more session is worth opening."""


class Crew:
    """Takes messages to their outcomes; each is answered for as soon as it is known."""

    def __init__(self, route: Route, messages: Iterable[Message]) -> None:
        self.route = route
        self.messages = iter(messages)
        self.waiting: deque[Message] = deque()
        self.answers: deque[tuple[Message, Outcome]] = deque()
        self.refused: TransportRefuses | None = None
        self.down: TransportDown | None = None
        self.dry = self.stopped = False
        self.losses = 0
        self.sessions: dict[int, Session] = {}
        self.touched: set[int] = set()
        self.resting: set[int] = set()
        self.writing: set[int] = set()
        self.watch = select.epoll()
        self.next_look = time.monotonic() + GLANCE
        self.waited, self.counted_from = 0.0, time.monotonic()
        self.opening: list[tuple[Future[Session], Route]] = []
        self.opener: ThreadPoolExecutor | None = None

    # ── the work ─────────────────────────────────────────────────────────────
    def run(self) -> Iterator[tuple[Message, Outcome]]:
        """Send in order; raises TransportDown when no line is left to send on, TransportRefuses when we are refused."""
        self._gather()
        try:
            while True:
                self._put_to_work()
                while self.answers:
                    answer = self.answers.popleft()
                    if not answer[1].lost:
                        self.losses = 0
                    yield answer
                if not self._busy():
                    break
                self._stock_up(len(self.sessions))  # written while the server has the last ones: then all go on at once
                self._wait()
        except Exception:  # whatever broke us, what is known already is said
            yield from self.answers
            raise
        self._say_why_stopped()

    def close(self) -> None:
        """Give working sessions back to the pool; one in mid-message is hung up on."""
        for future, route in self.opening:
            future.add_done_callback(partial(_put_away, route))
        if self.opener:
            self.opener.shutdown(wait=False)
        for session in self.sessions.values():
            self._let_go(session)
        self.sessions.clear()
        self.watch.close()

    def _busy(self) -> bool:
        return len(self.sessions) > len(self.resting) or bool(
            self.opening and (self.waiting or not self.dry) and not self.stopped
        )

    def _gather(self) -> None:
        """Everybody who rests, and somebody at least."""
        self._join(self.route.take())
        for session in self.route.pool.resting(self.route.connections - 1):
            self._join(session)

    def _say_why_stopped(self) -> None:
        if self.refused:
            raise self.refused
        if self.down and self._more():
            raise self.down

    def _put_to_work(self) -> None:
        """Look after whoever did something, and whoever has nothing to do while messages wait."""
        while numbers := self.touched | self._callable():
            self.touched = set()
            for number in numbers:
                self._occupy(number, self.sessions[number])
        self._replace()

    def _callable(self) -> set[int]:
        """Who has nothing to do although a message waits for them."""
        return self.resting if not self.stopped and self._more() else set()

    def _occupy(self, number: int, session: Session) -> None:
        """Give a session what it can do next, or let it go."""
        worn = session.idle and session.worn(time.monotonic())
        while session.idle and not worn:
            message = self.next_message(session)
            if message is None:
                break
            session.begin(message)
            worn = session.idle and session.worn(time.monotonic())
        if not session.alive or (worn and self._more()):
            self._leave(number, session)
            return
        (self.resting.add if session.idle else self.resting.discard)(number)
        if bool(session.line.unsent) != (number in self.writing):
            self._watch(number, writing=bool(session.line.unsent))

    def _replace(self) -> None:
        """See to it that somebody is there when there is more to send."""
        if self.sessions or self.opening or self.stopped or not self._more():
            return
        try:
            self._join(self.route.take())
        except TransportDown as why:
            self.down, self.stopped = why, True
        except TransportRefuses as why:
            self.refused, self.stopped = why, True
        else:
            self._put_to_work()

    def _wait(self) -> None:
        """Until a line is ready, a session's patience ends or a new one stands."""
        began = time.monotonic()
        ready = self.watch.poll(limits().lonely if self.opening or self._more() else GLANCE)
        if self._stood_idle(began, time.monotonic()) and (route := self._could_use_another()):
            self._open(route)
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

    # ── what sessions ask and tell ───────────────────────────────────────────
    def next_message(self, session: Session) -> Message | None:
        """The next one that this server can take, None when there is none; the others are answered here."""
        while not self.stopped and self._more():
            message = self.waiting.popleft()
            outcome = session.misfit(message)
            if outcome is None:
                return message
            self.answers.append((message, outcome))
        return None

    def give_back(self, session: Session, message: Message) -> None:
        """It was announced at most, and never begun: whoever is next has it."""
        self.waiting.appendleft(message)

    def refuses(self, session: Session, message: Message, why: TransportRefuses) -> None:
        """Nobody may send any more."""
        self.refused, self.stopped = self.refused or why, True

    def wants_rest(self, session: Session, words: str) -> None:
        """Nothing new is begun, here and by whoever comes next; what is on its way may end well."""
        self.route.rest(f"the mail server wants a rest ({words})", asked=True)
        self.down, self.stopped = TransportDown(self.route.trouble), True

    def lost(self, session: Session, why: str, *, silent: bool) -> None:
        """Another line is tried, until so many in a row broke that a message more would only be in doubt, too."""
        self.losses += 1
        if self.losses >= limits().breaker_losses:
            self.down, self.stopped = TransportDown(why), True

    def _more(self) -> bool:
        """Whether there is a message nobody took yet."""
        if not self.waiting:
            self._stock_up(1)
        return bool(self.waiting)

    def _stock_up(self, messages: int) -> None:
        """Have so many messages written, as far as there are any."""
        while len(self.waiting) < messages and not self.dry:
            message = next(self.messages, None)
            if message is None:
                self.dry = True
            else:
                self.waiting.append(message)

    # ── sessions ─────────────────────────────────────────────────────────────
    def _join(self, session: Session) -> None:
        number = session.line.sock.fileno()
        session.errands = self
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
            session.route.pool.give(session)
        else:
            session.close()

    def _stood_idle(self, began: float, now: float) -> bool:
        """Whether some of the last while, and that is at least `lonely`, went by without anything to do."""
        self.waited += now - began
        lonely, passed = limits().lonely, now - self.counted_from
        if passed < lonely:
            return False
        waits = self.waited > max(lonely, passed) * IDLE
        self.waited, self.counted_from = 0.0, now
        return waits

    def _could_use_another(self) -> Route | None:
        """Where one more would be of use: messages wait while every session does, too."""
        if self.stopped or self.down or self.route.full or not self._more():
            return None
        return self.route if len(self.sessions) + len(self.opening) < self.route.connections else None

    def _open(self, route: Route) -> None:
        if self.opener is None:
            self.opener = ThreadPoolExecutor(limits().openers, thread_name_prefix="smtp-opener")
        self.opening.append((self.opener.submit(route.another), route))

    def _welcome(self) -> None:
        for future, route in [pair for pair in self.opening if pair[0].done()]:
            self.opening.remove((future, route))
            try:
                self._join(future.result())
            except (TransportDown, TransportRefuses) as why:
                self._not_opened(route, why)

    def _not_opened(self, route: Route, why: TransportDown | TransportRefuses) -> None:
        if isinstance(why, TransportRefuses):
            self.refused, self.stopped = why, True
            return
        self.down = why  # those that stand go on
        route.no_more()


def _put_away(route: Route, future: "Future[Session]") -> None:
    """A session that stood up too late rests for the next group."""
    if not future.cancelled() and future.exception() is None:
        route.pool.give(future.result())
