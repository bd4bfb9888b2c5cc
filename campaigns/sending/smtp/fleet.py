"""A fleet: a crew over several mail servers. Weights say how messages are shared among those that stand.

whose part is smallest so far is next; nobody is more than a few messages ahead of one who could go on
one that is down, silent or wants a rest gets nothing for a while, one that refuses us is left out
what one server cannot take (size, letters outside ASCII) goes to another that can
"""

import time
from collections import Counter, deque
from collections.abc import Iterable, MutableMapping, Sequence

from django.utils.translation import gettext as _

from campaigns.sending.limits import limits
from campaigns.sending.smtp.connecting import WantsRest
from campaigns.sending.smtp.crew import Crew
from campaigns.sending.smtp.route import Route
from campaigns.sending.smtp.session import UNSPEAKABLE, Session
from crm.transport import Message, Outcome, TransportDown, TransportRefuses, Verdict

LEAD = 8
"""Messages a server may have beyond its part: enough to work without a pause, too few to be seen."""
CATCH_UP = 100
"""Messages a server may be behind when a group begins; what it missed beyond that, while it was away, is forgiven."""
WATCHED = 0.25
"""Seconds for which it is watched whether the others wait for one server …"""
HELD_UP = 15 / 16
"""… and the part of them they may: one that is slower does not keep up with its weight at all."""


class Fleet(Crew):
    """Takes messages to their outcomes over several routes.

    `shares` is how many messages each lane may carry; it holds for servers with a rate, and is counted down here.
    """

    def __init__(
        self, routes: Sequence[Route], messages: Iterable[Message], shares: MutableMapping[str, int] | None = None
    ) -> None:
        super().__init__(routes[0], messages)
        self.routes = routes
        self.shares = shares
        self.lines: Counter[Route] = Counter()
        self.kept: dict[Route, deque[Message]] = {route: deque() for route in routes}
        self.held_up, self.watched_from = 0.0, time.monotonic()
        top = max(route.taken for route in routes)
        for route in routes:
            route.taken = max(route.taken, top - CATCH_UP / route.weight)

    # ── whose turn it is ─────────────────────────────────────────────────────
    def next_message(self, session: Session) -> Message | None:
        """The next one for this server; what it cannot take goes to another."""
        route = session.route
        while self._may_take(route):
            message = (self.kept[route] or self.waiting).popleft()
            if session.misfit(message) is None:
                self._count(route, 1)
                return message
            self._pass_on(route, message)
        return None

    def _may_take(self, route: Route) -> bool:
        if not route.usable or not self._left(route):
            return False
        if self.kept[route]:
            return True
        if not self._more():
            return False
        lead, now = route.taken - LEAD / route.weight, time.monotonic()
        return all(
            lead <= other.taken
            for other in self.routes
            if other is not route and self.lines[other] and other.late_until < now and self._can_go_on(other)
        )

    def _can_go_on(self, route: Route) -> bool:
        return route.usable and self._left(route)

    def _left(self, route: Route) -> bool:
        """Whether its rate leaves it anything."""
        return not route.rate or self.shares is None or self.shares.get(f"server:{route.name}", 0) > 0

    def _count(self, route: Route, messages: int) -> None:
        route.taken += messages / route.weight
        if route.rate and self.shares is not None:
            self.shares[f"server:{route.name}"] = self.shares.get(f"server:{route.name}", 0) - messages

    def give_back(self, session: Session, message: Message) -> None:
        """It was announced at most, and never begun: whoever is next has it."""
        self._count(session.route, -1)
        self.waiting.appendleft(message)

    # ── what not every server takes ──────────────────────────────────────────
    def _pass_on(self, route: Route, message: Message) -> None:
        able = [one for one in self.routes if one is not route and one.could_take(message)]
        here = [one for one in able if one.usable and (self.lines[one] or self._on_its_way(one) or self._opened(one))]
        if here:
            self.kept[min(here, key=lambda one: one.taken)].append(message)
        elif able and not UNSPEAKABLE(message.recipient):
            names = ", ".join(one.name for one in able)
            self._answer(message, Verdict.DEFERRED, f"waits for a mail server that takes it ({names})")
        else:
            self._answer(message, Verdict.FAILED, self._why_none(message))

    def _opened(self, route: Route) -> bool:
        self._open(route)
        return True

    def _answer(self, message: Message, verdict: Verdict, why: str) -> None:
        self.answers.append((message, Outcome(verdict, why)))

    def _why_none(self, message: Message) -> str:
        if UNSPEAKABLE(message.recipient):
            return "not an e-mail address"
        if not message.recipient.isascii() and not any(route.smtputf8 for route in self.routes):
            return "none of the mail servers takes addresses with letters outside ASCII"
        largest = max(route.max_size for route in self.routes)
        return f"larger than any of the mail servers takes it ({largest} bytes)"

    def _release(self, route: Route) -> None:
        """What was kept for a server that is gone is looked at anew."""
        while self.kept[route]:
            self.waiting.appendleft(self.kept[route].pop())

    # ── who is there ─────────────────────────────────────────────────────────
    def _gather(self) -> None:
        for route in self.routes:
            for session in route.pool.resting(route.connections) if route.usable else ():
                self._join(session)

    def _join(self, session: Session) -> None:
        super()._join(session)
        self.lines[session.route] += 1

    def _leave(self, number: int, session: Session) -> None:
        super()._leave(number, session)
        self.lines[session.route] -= 1
        if not self.lines[session.route] and not self._on_its_way(session.route):
            self._release(session.route)

    def _on_its_way(self, route: Route) -> int:
        return sum(1 for _future, one in self.opening if one is route)

    def _busy(self) -> bool:
        return super()._busy() or bool(self.opening and any(self.kept.values()))

    def _callable(self) -> set[int]:
        ready = [route for route in self.routes if self._may_take(route)] if self.resting else ()
        return {number for number in self.resting if self.sessions[number].route in ready} if ready else set()

    def _replace(self) -> None:
        """Each server that is well has a line, as long as there is something for it."""
        for route in self.routes:
            if not self.lines[route] and route.usable and not self._on_its_way(route):
                if not (self.kept[route] or (self._left(route) and self._more())):
                    continue
                self._open(route)

    def _could_use_another(self) -> Route | None:
        idle = {self.sessions[number].route for number in self.resting}
        for route in sorted(self.routes, key=lambda one: one.taken):
            there = self.lines[route] + self._on_its_way(route)
            if route not in idle and not route.full and there < route.connections and self._may_take(route):
                return route
        return None

    def _stood_idle(self, began: float, now: float) -> bool:
        if self.resting and self._more():
            self.held_up += now - began
        if now - self.watched_from > WATCHED:
            if self.held_up > (now - self.watched_from) * HELD_UP:
                self._leave_behind(now)
            self.held_up, self.watched_from = 0.0, now
        return super()._stood_idle(began, now)

    def _leave_behind(self, now: float) -> None:
        """The others wait for one server all the time: for a while it takes what it can, and they the rest."""
        there = [one for one in self.routes if self.lines[one] and self._can_go_on(one) and one.late_until < now]
        if len(there) > 1:
            min(there, key=lambda one: one.taken).late_until = now + limits().connection_retry

    # ── trouble ──────────────────────────────────────────────────────────────
    def refuses(self, session: Session, message: Message, why: TransportRefuses) -> None:
        """This server is left out; another may have the message."""
        self.give_back(session, message)
        session.route.refuse(why)
        self._release(session.route)

    def wants_rest(self, session: Session, words: str) -> None:
        """This server gets nothing for a while."""
        session.route.rest(f"the mail server wants a rest ({words})", asked=True)
        self._release(session.route)

    def lost(self, session: Session, why: str, *, silent: bool) -> None:
        """A line broke: how often that may be is counted for each server."""
        session.route.lost(session, why, silent=silent)
        if session.route.resting:
            self._release(session.route)

    def _not_opened(self, route: Route, why: TransportDown | TransportRefuses) -> None:
        if isinstance(why, TransportRefuses):
            route.refuse(why)
        elif not route.usable:
            pass  # that is known
        elif self.lines[route]:
            route.no_more()  # those that stand go on
        else:
            route.rest(str(why), asked=isinstance(why, WantsRest))
        if not self.lines[route] or route.left_out:
            self._release(route)

    def _say_why_stopped(self) -> None:
        """Nothing is said where somebody stands, who has only used up what its rate leaves it."""
        if self._more() and not any(route.usable for route in self.routes):
            raise nobody_left(self.routes)


def nobody_left(routes: Sequence[Route]) -> TransportDown | TransportRefuses:
    """Why none of several servers can be sent to; it is for a person to mend only where each of them refuses us."""
    whys = "; ".join(f"{route.name}: {route.trouble}" for route in routes if route.trouble)
    if all(route.left_out for route in routes):
        return TransportRefuses(_("No mail server takes our mail. %(whys)s") % {"whys": whys})
    return TransportDown(whys or "no connection to any mail server")
