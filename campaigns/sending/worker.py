"""The loop: claim a range, send it group by group, give it back; until nothing is left or time is up."""

import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from campaigns.models import Campaign
from campaigns.sending.chunks import Claim, claim_chunk, release, wake_around
from campaigns.sending.closing import act_on, finish_if_done, pause_for
from campaigns.sending.editions import Edition, compile_edition
from campaigns.sending.group import Handover
from campaigns.sending.intents import requeue_quiet, take_group
from campaigns.sending.limits import limits
from campaigns.sending.outcomes import write_outcomes
from campaigns.sending.receipts import journal
from campaigns.sending.recovery import recover
from campaigns.sending.transport import Transport, TransportDown, TransportRefuses, current_transport
from crm.models import Organisation

log = logging.getLogger(__name__)


@dataclass
class Pace:
    """How many messages the mail server takes in the time one group may last."""

    size: int = 10

    def learn(self, messages: int, seconds: float) -> None:
        """Choose the next group's size by how long the last one took."""
        fitting = int(messages / max(seconds, 1e-6) * limits().group_seconds)
        self.size = max(1, min(limits().group, fitting, self.size * 4))


@dataclass
class Round:
    """What one turn of work came to; `spent` when time ran out before the work did."""

    counts: Counter = field(default_factory=Counter)
    spent: bool = False

    def add(self, verdicts: Mapping[str, int]) -> None:
        """Count what one group came to."""
        self.counts.update(verdicts)


def work(campaign_id: int | None = None, *, seconds: float | None = None, transport: Transport | None = None) -> Round:
    """Send what is due, of one campaign or of all, for at most `seconds` (else the limit `turn`)."""
    worker = Worker(transport or current_transport(), limits().turn if seconds is None else seconds)
    recover()
    while not worker.late():
        claim = claim_chunk(campaign_id)
        if claim is None:
            break
        if not worker.send_chunk(claim):
            break
    return worker.round


class Worker:
    """One process's turn at the wire."""

    def __init__(self, transport: Transport, seconds: float) -> None:
        self.transport = transport
        self.until = time.monotonic() + seconds
        self.pace = Pace()
        self.round = Round()
        self.losses = 0
        self.last: list[int] = []

    def late(self) -> bool:
        """Whether this turn is over."""
        self.round.spent = time.monotonic() > self.until
        return self.round.spent

    def send_chunk(self, claim: Claim) -> bool:
        """Send one claimed range; False when the mail server needs a rest."""
        rest = 0.0
        try:
            self.transport.open()
            requeue_quiet(claim)
            rest = self._send_groups(claim)
        except TransportDown as why:
            log.warning("Newsletter %s waits: %s", claim.campaign, why)
            rest = limits().connection_retry
        except TransportRefuses as why:
            pause_for(claim.campaign, str(why))
        finally:
            release(claim, rest=rest)
        finish_if_done(claim.campaign)
        return rest == 0

    def _send_groups(self, claim: Claim) -> float:
        """Group after group; the answer is how long the mail server should rest."""
        campaign, editions = load_editions(claim.campaign)
        while not self.late():
            not_after = time.monotonic() + limits().lease - limits().final_timeout
            group = take_group(claim, self.pace.size)
            if group is None:
                wake_around(self.last)
                return 0
            if not group.judged:
                return 0
            self.round.add({"skipped": group.judged - len(group.recipients)})
            if group.recipients:
                self._send(claim, Handover(claim, campaign, editions, group.recipients), not_after)
            if self.losses >= limits().connection_losses:
                self.losses = 0
                return limits().connection_retry
        return 0

    def _send(self, claim: Claim, handover: Handover, not_after: float) -> None:
        started = time.monotonic()
        try:
            handover.run(self.transport, not_after)
        finally:
            write_outcomes(claim.epoch, handover.results)
            journal().settled()
            self.last = [result.delivery for result in handover.results]
            act_on(handover.results)
        verdicts = Counter(result.outcome.verdict.value for result in handover.results)
        self.round.add(verdicts)
        self.pace.learn(len(handover.results), time.monotonic() - started)
        lost = any(result.outcome.lost for result in handover.results)
        self.losses = self.losses + 1 if lost else 0


@lru_cache(maxsize=8)
def load_editions(campaign_id: int) -> tuple[Campaign, dict[str, Edition]]:
    """A launched campaign and its frozen editions by language; safe to keep, because neither changes any more."""
    campaign = Campaign.objects.select_related("topic").get(pk=campaign_id)
    organisation = Organisation.load()
    editions = [compile_edition(campaign, variant, organisation) for variant in campaign.variants.order_by("pk")]
    return campaign, {edition.language: edition for edition in editions}
