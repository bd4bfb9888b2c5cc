"""One group on its way: messages written lazily, handed over in order, every answer kept."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from django.utils import timezone

from campaigns.models import Campaign
from campaigns.sending.chunks import Claim
from campaigns.sending.editions import Edition
from campaigns.sending.intents import Recipient
from campaigns.sending.outcomes import Result
from campaigns.sending.persons import NoSuchAddress, merge_values, personal
from campaigns.sending.receipts import journal
from campaigns.sending.transport import Message, Outcome, Transport, TransportDown, Verdict

log = logging.getLogger(__name__)


class Handover:
    """Takes a group through a transport and knows, for each recipient, what can be said afterwards."""

    def __init__(
        self, claim: Claim, campaign: Campaign, editions: Mapping[str, Edition], recipients: Sequence[Recipient]
    ) -> None:
        self.claim = claim
        self.journal = journal()
        self.campaign = campaign
        self.editions = editions
        self.waiting = {one.delivery: one for one in recipients}
        self.begun: set[int] = set()
        self.results: list[Result] = []

    def run(self, transport: Transport, not_after: float) -> None:
        """Send what can be sent; afterwards `results` has one entry for every recipient."""
        try:
            for message, outcome in transport.send(self._messages(not_after)):
                self._note(message.delivery_id, outcome)
        except TransportDown as why:
            log.warning("Newsletter %s goes on later: %s", self.campaign.pk, why)
        finally:
            self._answer_for_the_rest()

    def _messages(self, not_after: float) -> Iterator[Message]:
        values = merge_values(list(self.waiting.values()))
        for recipient in list(self.waiting.values()):
            if time.monotonic() > not_after:
                return
            message = self._write(recipient, values.get(recipient.stakeholder, {}), not_after)
            if message:
                yield message

    def _write(self, recipient: Recipient, values: dict[str, str], not_after: float) -> Message | None:
        """The message for one person; one that cannot be written fails alone."""
        try:
            edition = self.editions.get(recipient.language) or next(iter(self.editions.values()))
            person = personal(self.campaign, recipient, values)
            data = edition.write(recipient.delivery, person)
        except NoSuchAddress:
            self._note(recipient.delivery, Outcome(Verdict.FAILED, "unwritable"))
            return None
        except Exception:
            log.exception("Delivery %s could not be written", recipient.delivery)
            self._note(recipient.delivery, Outcome(Verdict.FAILED, "unwritable"))
            return None
        leaving = partial(self._begin, recipient.delivery)
        return Message(recipient.delivery, edition.sender, person.address, data, not_after, True, leaving)

    def _begin(self, delivery: int) -> None:
        self.begun.add(delivery)
        self.journal.begin(self.claim.epoch, delivery)

    def _note(self, delivery: int, outcome: Outcome) -> None:
        recipient = self.waiting.pop(delivery, None)
        if recipient:
            self.journal.outcome(self.claim.epoch, delivery, outcome)
            self.results.append(Result(delivery, recipient.attempts, outcome, timezone.now()))

    def _answer_for_the_rest(self) -> None:
        """Only a message that left without an answer is uncertain; the others never left."""
        for delivery in list(self.waiting):
            known = Outcome(Verdict.UNCERTAIN, "transport_broke") if delivery in self.begun else Outcome(Verdict.UNSENT)
            self._note(delivery, known)
