"""The paperwork of sending: ranges are claimed, groups taken from them, outcomes kept, ranges given back."""

import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import Error, transaction

from campaigns.models import Campaign
from campaigns.sending.group import Handover, Terms
from campaigns.sending.leavers import Leavers
from campaigns.sending.ledger.breaker import note_results
from campaigns.sending.ledger.chunks import Claim, claim_chunk, hold, next_due, release, wake_around
from campaigns.sending.ledger.closing import close_addresses, finish_if_done
from campaigns.sending.ledger.intents import requeue_quiet, take_group
from campaigns.sending.ledger.outcomes import write_outcomes
from campaigns.sending.ledger.receipts import Journal
from campaigns.sending.rates.gate import Gate
from campaigns.sending.writing.editions import Edition, compile_edition
from crm.models import Organisation
from crm.transport import Verdict

UNHEARD = Claim(0, 0, 0, 0, 0)
"""A range of which nobody knows whether it is ours: the database went away while it was claimed."""


@dataclass(eq=False)
class Held:
    """A claimed range, and the groups of it that are on their way; `drained` once no more are taken from it.

    `recent` are the deliveries of the last groups of which it is known what became, `left` those nobody looked at yet.
    """

    claim: Claim
    left: int = 0
    open: list[Handover] = field(default_factory=list)
    drained: bool = False
    recent: deque[list[int]] = field(default_factory=lambda: deque(maxlen=2))

    def fitting(self, size: int) -> int:
        """Rather a fourth more at once than a small rest, which would wait for the mail server all alone."""
        parts = max(1, int(self.left / size + 0.75))
        return math.ceil(self.left / parts) if self.left > 0 else size


class Desk:
    """What a clerk does; everything here asks the database."""

    def __init__(
        self,
        receipts: Journal,
        leavers: Leavers,
        campaign_id: int | None,
        ends_at: Callable[[], float],
        gate: Gate | None = None,
    ) -> None:
        self.receipts = receipts
        self.leavers = leavers
        self.gate = gate or Gate()
        self.campaign_id = campaign_id
        self.ends_at = ends_at
        self.skipped: Counter[str] = Counter()
        self.current: Held | None = None
        self.held: list[Held] = []
        self.unsure: Error | None = None

    @property
    def campaign(self) -> int:
        """The campaign that is being sent."""
        return self.held[-1].claim.campaign

    def claim(self) -> bool:
        """Hold a range to take groups from; False when nothing is due."""
        return self._at_hand() is not None

    def _at_hand(self) -> Held | None:
        if self.gate.shut():
            return None
        if self.current is None:
            self.receipts.unsettled = True  # by them others learn that what we have is free, whatever they say
            try:
                claim = self._claim()
            except Error as error:
                self.unsure = error
                self.held.append(Held(UNHEARD))
                raise
            if claim:
                self.current = Held(claim, claim.last - claim.first + 1)
                self.held.append(self.current)
        return self.current

    @transaction.atomic
    def _claim(self) -> Claim | None:
        """A range, and what stayed uncertain in it for long enough is queued again while nobody else has it."""
        claim = claim_chunk(self.receipts.owner, self.campaign_id)
        if claim:
            requeue_quiet(claim)
        return claim

    def take(self, size: int) -> Handover | None:
        """The next group to send, of this range or the next one; None when nothing is due."""
        try:
            return self._take(size)
        except Error as error:
            self.unsure = error
            raise

    def _take(self, size: int) -> Handover | None:
        while held := self._at_hand():
            not_after, since = self.ends_at(), self.leavers.now
            group = take_group(held.claim, held.fitting(size), self.receipts, self.gate)
            held.left -= group.judged + group.held if group else 0
            if group and group.recipients:
                self.skipped["skipped"] += group.judged - len(group.recipients)
                campaign, editions = load_editions(held.claim.campaign)
                terms = Terms(held.claim.epoch, not_after, since)
                handover = Handover(terms, campaign, editions, group.recipients, self.receipts, self.leavers)
                handover.shares = self.gate.shares
                held.open.append(handover)
                return handover
            if group and (group.judged or group.held):
                self.skipped["skipped"] += group.judged
                continue
            if group and self.gate.wait:
                return None
            self._drained(held)  # everybody was written to, the lease ran out, or a person stopped the campaign
        return None

    def wait(self) -> float | None:
        """In how many seconds something may be taken after nothing was; None when nobody knows."""
        if self.gate.wait:
            return self.gate.wait
        return None if self.current else next_due(self.campaign_id)

    def settle(self, handover: Handover) -> None:
        """Keep what became of a group."""
        held = next(one for one in self.held if handover in one.open)
        lines = getattr(self.gate.transport, "most_lines", None)
        standing = note_results(handover.campaign.pk, handover.results, down=handover.down, lines=lines)
        with transaction.atomic():
            hold(held.claim)
            write_outcomes(handover.epoch, handover.results, blame=standing.line_stands)
            self.gate.put_off_unsent(handover.results)
        close_addresses([one.delivery for one in handover.results if one.outcome.verdict == Verdict.BOUNCED])
        self.gate.heard(handover.results, handover.recipients)
        held.open.remove(handover)
        held.recent.append([result.delivery for result in handover.results])
        self._give_back(held)

    def clear(self, rest: float) -> None:
        """Give everything back; groups that nobody sent are free again, their campaigns due in `rest` seconds.

        Not where the database went away while a group was taken: whether that was committed, only receipts can settle.
        """
        if self.unsure:
            raise self.unsure
        for held in list(self.held):
            for handover in list(held.open):
                handover.leave()
                self.settle(handover)
            held.drained = True
            self._give_back(held, rest)
        self.current = None

    def _drained(self, held: Held) -> None:
        held.drained = True
        self.current = None
        self._give_back(held)

    def _give_back(self, held: Held, rest: float = 0) -> None:
        if held.drained and not held.open and held in self.held:
            if not release(held.claim, rest=rest):  # who took it over may wait for what we have just said
                wake_around([delivery for group in held.recent for delivery in group])
            self.held.remove(held)
            finish_if_done(held.claim.campaign)


@lru_cache(maxsize=8)
def load_editions(campaign_id: int) -> tuple[Campaign, dict[str, Edition]]:
    """A launched campaign and its frozen editions by language; safe to keep, because neither changes any more."""
    campaign = Campaign.objects.select_related("topic").get(pk=campaign_id)
    organisation = Organisation.load()
    editions = [compile_edition(campaign, variant, organisation) for variant in campaign.variants.order_by("pk")]
    return campaign, {edition.language: edition for edition in editions}
