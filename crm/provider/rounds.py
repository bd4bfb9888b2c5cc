"""One call of `send`: parcels are made, posted and answered for, and what each answer means for the others.

A request is taken or refused as a whole. What is refused is halved until whoever is at fault stands alone; what may
have arrived is uncertain, unless the provider knows a message again: then it is posted again at once under its key.
"""

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import Protocol

from anymail.exceptions import AnymailInvalidAddress
from anymail.utils import parse_single_address
from django.utils.translation import gettext as _

from crm.patience import patience
from crm.provider.answers import Answer, Kind, outcome_of
from crm.provider.known import Provider
from crm.transport import Message, Outcome, TransportDown, TransportRefuses, Verdict

log = logging.getLogger(__name__)

TROUBLES = 12
"""Requests in a row with which the provider had trouble, before nobody's letter is to blame: more than it takes to
halve the largest batch down to one."""
REFUSALS = 20
"""Letters refused alone and in a row, before it is not them but us who are refused: so many may fail for nothing, and
a person has them tried again."""
SILENCES = 3
"""Requests in a row that were never answered, before the provider is left alone for a while."""
AGAIN = 2
"""How often an unanswered message is posted again at once, where the provider knows it again."""

Answered = tuple[Message, Outcome]


@dataclass(slots=True)
class Mood:
    """How the provider has fared lately: requests in a row that went this way, over all groups, until one is taken."""

    slowed: int = 0
    troubles: int = 0
    refusals: int = 0
    silences: int = 0


@dataclass(slots=True)
class Parcel:
    """Messages that travel in one request; `begun` once they may have left, `again` counts repeated posts."""

    messages: Sequence[Message]
    begun: bool = False
    again: int = 0


class Poster(Protocol):
    """Whoever posts parcels, and remembers how the provider is doing."""

    name: str
    provider: Provider
    batch: int
    width: int
    mood: Mood

    def post(self, parcel: Parcel) -> "Future[Answer]":
        """Hand a parcel to a thread."""

    def go_slower(self) -> None:
        """Fewer requests at once."""

    def go_on(self) -> None:
        """One more at once."""


class Round:
    """One call of `send`: parcels are made, posted and answered for."""

    def __init__(self, transport: Poster, messages: Iterable[Message]) -> None:
        self.transport = transport
        self.messages = iter(messages)
        self.dry = False
        self.gathering: dict[int, list[Message]] = {}
        self.ready: deque[Parcel] = deque()
        self.flying: dict[Future[Answer], Parcel] = {}
        self.answers: deque[Answered] = deque()
        self.why: TransportDown | TransportRefuses | None = None
        self.not_before = 0.0
        self.blamed: list[tuple[Parcel, Outcome]] = []

    def run(self) -> Iterator[Answered]:
        """Until nothing is left; raises TransportDown or TransportRefuses when it makes no sense to go on."""
        try:
            while True:
                self._fill()
                while self.answers:
                    yield self.answers.popleft()
                if not self.flying:
                    break
                done, _rest = wait(self.flying, return_when=FIRST_COMPLETED)
                for future in done:
                    parcel = self.flying.pop(future)
                    self._hear(parcel, future.result())
        except Exception:  # whatever broke us, what is known already is said
            yield from self.answers
            raise
        self._blame()
        yield from self.answers
        if self.why:
            raise self.why

    # ── parcels ──────────────────────────────────────────────────────────────
    def _fill(self) -> None:
        """Put as many parcels on their way as may be; when we must stop, answer for those that will not go."""
        while not self.why and len(self.flying) < self.transport.width and (parcel := self._next()):
            if len(self.flying) == 0:
                self._wait_as_asked()
            if not parcel.begun:
                parcel.messages = [message for message in parcel.messages if self._leaves(message)]
                parcel.begun = True
            if parcel.messages and not self._too_late(parcel):
                self.flying[self.transport.post(parcel)] = parcel
        if self.why:
            while self.ready:
                self._give_up(self.ready.popleft())

    def _wait_as_asked(self) -> None:
        """The provider wished for some rest."""
        time.sleep(max(0.0, self.not_before - time.monotonic()))

    def _leaves(self, message: Message) -> bool:
        """Whether it may go out: our claim holds, and nobody left meanwhile."""
        if not message.expired() and message.leaving():
            return True
        self.answers.append((message, Outcome(Verdict.UNSENT)))
        return False

    def _too_late(self, parcel: Parcel) -> bool:
        """Whether somebody else may be sending these by now."""
        late = any(message.expired() for message in parcel.messages)
        if late:
            self._give_up(parcel)
        return late

    def _next(self) -> Parcel | None:
        if self.ready:
            if self.not_before > time.monotonic() and self.flying:
                return None
            return self.ready.popleft()
        while not self.dry:
            message = next(self.messages, None)
            if message is None:
                self.dry = True
                break
            full = self._gather(message)
            if full:
                return Parcel(full)
        if self.gathering:
            return Parcel(self.gathering.pop(next(iter(self.gathering))))
        return None

    def _gather(self, message: Message) -> list[Message] | None:
        """Put a message with those of its stencil; answers with them when they are enough for a request."""
        if message.letter is None or not _addressable(message.recipient):
            self.answers.append((message, Outcome(Verdict.FAILED, "unwritable")))
            return None
        together = self.gathering.setdefault(id(message.letter.stencil), [])
        together.append(message)
        if len(together) < self.transport.batch:
            return None
        return self.gathering.pop(id(message.letter.stencil))

    # ── answers ──────────────────────────────────────────────────────────────
    def _hear(self, parcel: Parcel, answer: Answer) -> None:
        """What follows from an answer."""
        if answer.kind in (Kind.TAKEN, Kind.HAD_IT):
            self._taken(parcel, answer)
        elif answer.kind is Kind.UNKNOWN:
            self._unknown(parcel, answer)
        elif self.why:  # it was on its way when we had to stop
            self._give_up(parcel)
        elif answer.kind is Kind.SLOWER:
            self._slower(parcel, answer)
        elif answer.kind is Kind.REFUSES:
            self._stop(parcel, TransportRefuses(_said(answer)))
        elif answer.kind is Kind.DOWN:
            self._stop(parcel, TransportDown(answer.words))
        else:
            self._refused(parcel, answer)

    def _taken(self, parcel: Parcel, answer: Answer) -> None:
        self.transport.go_on()
        self.transport.mood = Mood()
        self._blame()
        if answer.kind is Kind.HAD_IT:
            self._answer(parcel, Outcome(Verdict.ACCEPTED, answer.words))
            return
        by_address = {address.lower(): status for address, status in answer.recipients.items()}
        alone = next(iter(by_address.values())) if len(parcel.messages) == len(by_address) == 1 else None
        for message in parcel.messages:
            self.answers.append(
                (message, outcome_of(by_address.get(message.recipient.lower(), alone), self.transport.name))
            )

    def _slower(self, parcel: Parcel, answer: Answer) -> None:
        """Nothing was taken: wait as long as was asked and post it again, or leave it for later."""
        self.transport.mood.slowed += 1
        self.transport.go_slower()
        rest = answer.wait or min(2.0 ** (self.transport.mood.slowed - 1), patience().slower)
        if rest > patience().slower or self.transport.mood.slowed > TROUBLES:
            self._stop(parcel, TransportDown(f"the provider asks to go slower: {answer.words}"))
            return
        self.not_before = max(self.not_before, time.monotonic() + rest)
        self.ready.appendleft(parcel)

    def _refused(self, parcel: Parcel, answer: Answer) -> None:
        """Nothing was taken: halve it until one stands alone, which is to blame as soon as another one is taken."""
        mood, trouble = self.transport.mood, answer.kind is Kind.TROUBLE
        mood.troubles = mood.troubles + 1 if trouble else 0
        mood.refusals += not trouble and len(parcel.messages) == 1
        if mood.troubles >= TROUBLES:
            self._stop(parcel, TransportDown(answer.words))
        elif mood.refusals >= REFUSALS:
            self._stop(parcel, TransportRefuses(_said(answer)))
        elif len(parcel.messages) > 1:
            middle = len(parcel.messages) // 2
            for half in (parcel.messages[middle:], parcel.messages[:middle]):
                self.ready.appendleft(Parcel(half, begun=True))
        else:
            self.blamed.append((parcel, Outcome(Verdict.DEFERRED if trouble else Verdict.FAILED, answer.words)))

    def _blame(self) -> None:
        """Those who were refused alone were so on their own account: the provider takes others."""
        for parcel, outcome in self.blamed:
            self._answer(parcel, outcome)
        self.blamed.clear()

    def _unknown(self, parcel: Parcel, answer: Answer) -> None:
        """It may have arrived: post it again where that is safe, else nobody knows."""
        self.transport.mood.silences += 1
        if self.transport.provider.key and parcel.again < AGAIN and not self.why:
            parcel.again += 1
            self.ready.append(parcel)
            return
        self._answer(parcel, Outcome(Verdict.UNCERTAIN, answer.words, lost=len(parcel.messages) == 1))
        if self.transport.mood.silences >= SILENCES:
            self.transport.mood = Mood()
            self.why = self.why or TransportDown(answer.words)

    def _stop(self, parcel: Parcel, why: TransportDown | TransportRefuses) -> None:
        """Nothing of this parcel was taken, and nothing more is posted in this round; nobody is to blame."""
        self._give_up(parcel)
        for blamed, _outcome in self.blamed:
            self._give_up(blamed)
        self.blamed.clear()
        log.warning("The provider takes nothing: %s", why)
        self.transport.mood = Mood()
        self.why = why

    def _give_up(self, parcel: Parcel) -> None:
        self._answer(parcel, _left(parcel))

    def _answer(self, parcel: Parcel, outcome: Outcome) -> None:
        said = replace(outcome, source=self.transport.name)
        self.answers.extend((message, said) for message in parcel.messages)


def _left(parcel: Parcel) -> Outcome:
    """What is known of a parcel that is not posted any more: of an earlier post without an answer, nothing."""
    return Outcome(Verdict.UNCERTAIN, "provider_silent") if parcel.again else Outcome(Verdict.UNSENT)


def _said(answer: Answer) -> str:
    """For a person: the provider's words in a sentence."""
    return _("The mail provider refuses us: %(words)s") % {"words": answer.words}


def _addressable(recipient: str) -> bool:
    """Whether the address can be written in a request at all."""
    try:
        return parse_single_address(recipient).addr_spec == recipient
    except AnymailInvalidAddress:
        return False
