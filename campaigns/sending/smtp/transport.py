"""The SMTP transport: routes to the mail servers of the settings, one or several."""

import time
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import chain

from campaigns.sending.limits import limits
from campaigns.sending.rates.advance import Advance
from campaigns.sending.rates.asking import Lane
from campaigns.sending.smtp.crew import Crew
from campaigns.sending.smtp.fleet import Fleet, nobody_left
from campaigns.sending.smtp.route import Route
from campaigns.sending.smtp.servers import BadServers, Server, servers
from campaigns.sending.smtp.session import Session
from crm.transport import Message, Outcome, TransportDown, TransportRefuses, Verdict

LATECOMERS = 0.25
"""Seconds the first connection waits for those with the other servers, so that weights hold from the start."""


class SmtpTransport:
    """Sends over pooled, reused SMTP connections."""

    def __init__(self, *given: Server) -> None:
        self.unreadable = ""
        try:
            found: Sequence[Server] = given or servers()
        except BadServers as why:
            found, self.unreadable = [], f"MAIL_SERVERS: {why}"
        self.routes = [Route(server, tells=len(found) > 1) for server in found]
        self.opener: ThreadPoolExecutor | None = None
        self._shares: MutableMapping[str, int] | None = None

    @property
    def rests_by_itself(self) -> bool:
        """Whether it lets a server rest while others go on, so that nobody else need count broken lines."""
        return len(self.routes) > 1

    @property
    def most_lines(self) -> int:
        """Most connections at once."""
        return sum(route.connections for route in self.routes)

    def lanes(self) -> list[Lane]:
        """The servers that may be used now, each with its rate and its part."""
        return [_lane(route) for route in self.routes if route.usable]

    def allot(self, shares: MutableMapping[str, int]) -> None:
        """What each lane may carry of what is sent next; counted down as it is taken."""
        self._shares = shares

    def open(self) -> None:
        """Make sure that a connection stands."""
        if self.unreadable:
            raise TransportRefuses(self.unreadable)
        if len(self.routes) == 1:
            (route,) = self.routes
            route.pool.give(route.take())
        elif not self._open_several():
            raise nobody_left(self.routes)

    def send(self, messages: Iterable[Message]) -> Iterator[tuple[Message, Outcome]]:
        """Send over as many sessions as are worth it, answering for each message as soon as it is known.

        What nobody allotted waits for nobody, and counts against the rates of the servers all the same.
        """
        shares, self._shares = self._shares, None
        if shares is None:
            yield from self._send_in_advance(messages)
        else:
            yield from self._send(messages, shares)

    def _send(self, messages: Iterable[Message], shares: MutableMapping[str, int]) -> Iterator[tuple[Message, Outcome]]:
        alone = len(self.routes) == 1
        crew = Crew(self.routes[0], messages) if alone else Fleet(self.routes, messages, shares)
        try:
            yield from crew.run()
        finally:
            crew.close()

    def _send_in_advance(self, messages: Iterable[Message]) -> Iterator[tuple[Message, Outcome]]:
        paced = [_lane(route) for route in self.routes if route.rate]
        if not paced:
            yield from self._send(messages, {})
            return
        advance = Advance(paced, others=any(route.usable and not route.rate for route in self.routes))
        coming = iter(messages)
        unanswered: dict[int, Message] = {}
        try:
            yield from self._send_and_pay(_noted(coming, unanswered), unanswered, advance)
            if unanswered:  # only a server that has used up its rate takes them
                advance.spare_nobody()
                rest = chain(list(unanswered.values()), coming)
                yield from self._send_and_pay(rest, unanswered, advance)
        finally:
            advance.pay()

    def _send_and_pay(
        self, messages: Iterable[Message], unanswered: dict[int, Message], advance: Advance
    ) -> Iterator[tuple[Message, Outcome]]:
        for message, outcome in self._send(messages, advance.shares):
            if len(self.routes) == 1 and outcome.verdict is not Verdict.UNSENT:
                advance.count(_lane(self.routes[0]).name)
            advance.pay()
            unanswered.pop(id(message), None)
            yield message, outcome

    def close(self) -> None:
        """Let go of every connection."""
        if self.opener:
            self.opener.shutdown(cancel_futures=True)
            self.opener = None
        for route in self.routes:
            route.pool.close()

    def _open_several(self) -> bool:
        """A connection with every server that is well, all at once; False when none stands.

        Who has been refused or did not answer is tried again before nobody is left, who asked for a rest is not.
        """
        asked = [one for one in self.routes if one.usable] or [one for one in self.routes if not one.asked_for_rest]
        standing = [self._keep(one, session) for one in asked if one.usable for session in one.pool.resting(1)]
        if len(standing) == len(asked):
            return bool(standing)
        if self.opener is None:
            self.opener = ThreadPoolExecutor(limits().openers, thread_name_prefix="smtp-opener")
        coming = {self.opener.submit(self._stand, route) for route in asked if route not in standing}
        return self._any(coming, stands=bool(standing))

    def _any(self, coming: "set[Future[bool]]", *, stands: bool) -> bool:
        """Whether one of them stands, all of them being given a moment to come."""
        until = time.monotonic() + LATECOMERS
        while coming:
            patience = max(0.0, until - time.monotonic()) if stands else None
            done, coming = wait(coming, patience, return_when=FIRST_COMPLETED)
            if not done:
                break
            stands = stands or any(future.result() for future in done)
        return stands

    def _stand(self, route: Route) -> bool:
        try:
            self._keep(route, route.take())
        except (TransportDown, TransportRefuses):
            return False
        return True

    def _keep(self, route: Route, session: Session) -> Route:
        route.pool.give(session)
        return route


def _noted(messages: Iterator[Message], unanswered: dict[int, Message]) -> Iterator[Message]:
    for message in messages:
        unanswered[id(message)] = message
        yield message


def _lane(route: Route) -> Lane:
    return Lane(f"server:{route.name}", route.rate, route.weight)
