"""One group on its way: messages written lazily, handed over in order, every answer kept."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from campaigns.models import Campaign
from campaigns.sending.leavers import Leavers
from campaigns.sending.ledger.intents import Recipient
from campaigns.sending.ledger.outcomes import Result
from campaigns.sending.ledger.receipts import Journal, ReceiptsUnwritable
from campaigns.sending.writing.editions import Edition
from campaigns.sending.writing.headers import NoSuchAddress
from campaigns.sending.writing.persons import personal
from crm.returns import NEWSLETTER, return_address
from crm.transport import Message, Outcome, Transport, TransportDown, TransportRefuses, Verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which a group may leave: the epoch of its claim, when that ends, and the last call its intents knew."""

    epoch: int
    not_after: float = float("inf")
    since: int = 0


class Handover:
    """Takes a group through a transport and knows, for each recipient, what can be said afterwards."""

    def __init__(
        self,
        terms: Terms,
        campaign: Campaign,
        editions: Mapping[str, Edition],
        recipients: Sequence[Recipient],
        journal: Journal,
        leavers: Leavers,
    ) -> None:
        self.epoch, self.not_after, self.since = terms.epoch, terms.not_after, terms.since
        self.journal = journal
        self.leavers = leavers
        self.campaign = campaign
        self.editions = editions
        self.recipients = recipients
        self.shares: dict[str, int] = {}
        self.waiting = {one.delivery: one for one in recipients}
        self.begun: set[int] = set()
        self.taken: dict[int, Message] = {}
        self.results: list[Result] = []
        self.down = False
        self.letters = False

    def run(self, transport: Transport) -> None:
        """Send what can be sent; afterwards `results` has one entry for every recipient."""
        self.letters = getattr(transport, "letters", False)
        try:
            while broke := self._through(transport, self._messages()):
                self._find_culprit(transport, broke)
        except TransportDown as why:
            self.down = True
            log.warning("Newsletter %s goes on later: %s", self.campaign.pk, why)
        finally:
            self.leave()

    def _through(self, transport: Transport, messages: Iterator[Message]) -> Exception | None:
        """Send, noting every answer; answers with the error under which the transport itself broke, if it did."""
        if allot := getattr(transport, "allot", None):
            allot(self.shares)
        answers = iter(transport.send(messages))
        while True:
            try:
                answer = next(answers, None)
            except (TransportDown, TransportRefuses, ReceiptsUnwritable):
                raise
            except Exception as broke:
                return broke
            if answer is None:
                return None
            self._note(answer[0].delivery_id, answer[1])

    def _find_culprit(self, transport: Transport, broke: Exception) -> None:
        """Send what the transport had in hand when it broke one by one, so that whichever breaks it does so alone."""
        suspects = list(self.taken.values())
        if not suspects:
            raise broke
        log.error("Sending newsletter %s broke off", self.campaign.pk, exc_info=broke)
        self._answer_for_begun(suspects)
        for message in suspects:
            if message.delivery_id not in self.waiting:
                continue
            if self._through(transport, iter([message])):
                log.error("Delivery %s breaks the transport", message.delivery_id)
                self._answer_for_begun([message])
                self._note(message.delivery_id, Outcome(Verdict.DEFERRED, "breaks_sending", lost=True))

    def _answer_for_begun(self, messages: Sequence[Message]) -> None:
        """Of a message that left when the transport broke, nobody knows whether it arrived."""
        for message in messages:
            if message.delivery_id in self.begun:
                self._note(message.delivery_id, Outcome(Verdict.UNCERTAIN, "transport_broke", lost=True))

    def leave(self) -> None:
        """Answer for whoever is still waiting: only a message that left without an answer is uncertain."""
        for delivery in list(self.waiting):
            known = Outcome(Verdict.UNCERTAIN, "transport_broke") if delivery in self.begun else Outcome(Verdict.UNSENT)
            self._note(delivery, known)

    def _messages(self) -> Iterator[Message]:
        for recipient in list(self.waiting.values()):
            if time.monotonic() > self.not_after:
                return
            if self.leavers.known(recipient.stakeholder, recipient.fingerprint, self.since):
                self._note(recipient.delivery, Outcome(Verdict.UNSENT))
                continue
            message = self._write(recipient)
            if message:
                self.taken[message.delivery_id] = message
                yield message

    def _write(self, recipient: Recipient) -> Message | None:
        """The message for one person; one that cannot be written fails alone."""
        try:
            edition = self.editions.get(recipient.language) or next(iter(self.editions.values()))
            person = personal(self.campaign, recipient, edition.uses)
            letter = edition.letter(recipient.delivery, person) if self.letters else None
            data = b"" if letter else edition.write(recipient.delivery, person)
        except NoSuchAddress:
            self._note(recipient.delivery, Outcome(Verdict.FAILED, "unwritable"))
            return None
        except Exception:
            log.exception("Delivery %s could not be written", recipient.delivery)
            self._note(recipient.delivery, Outcome(Verdict.FAILED, "unwritable"))
            return None
        leaving = partial(self._begin, recipient)
        sender = return_address(NEWSLETTER, recipient.delivery) or edition.sender
        return Message(
            recipient.delivery, sender, person.address, data, self.not_after, True, leaving, letter, self._note
        )

    def _begin(self, recipient: Recipient) -> bool:
        """Whether it may leave; whoever left meanwhile is asked about again, and then skipped with the reason."""
        if self.leavers.forbid(recipient.stakeholder, recipient.fingerprint, self.since):
            return False
        self.journal.begin(self.epoch, recipient.delivery)
        self.begun.add(recipient.delivery)
        return True

    def _note(self, delivery: int, outcome: Outcome) -> None:
        """Keep an answer; one that was heard already says nothing new."""
        recipient = self.waiting.pop(delivery, None)
        self.taken.pop(delivery, None)
        if recipient:
            self.journal.outcome(self.epoch, delivery, outcome)
            self.results.append(Result(delivery, recipient.attempts, outcome, datetime.now(UTC)))
