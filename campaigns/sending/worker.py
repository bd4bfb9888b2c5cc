"""The loop: claim a range, send it group by group, give it back; until nothing is left or time is up.

the clerk's thread    take group 2    keep what became of 1    take group 3    …
the wire              send group 1    send group 2             send group 3    …
"""

import gc
import logging
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from campaigns.sending.clerk import Clerk, clerk
from campaigns.sending.desk import Desk
from campaigns.sending.group import Handover
from campaigns.sending.leavers import listening
from campaigns.sending.ledger.breaker import note_results
from campaigns.sending.ledger.closing import pause_for
from campaigns.sending.ledger.receipts import forget_journal, journal
from campaigns.sending.ledger.recovery import recover
from campaigns.sending.limits import limits
from campaigns.sending.rates.gate import Gate
from campaigns.sending.stopping import stopping
from crm.transport import Transport, TransportDown, TransportRefuses, current_transport

log = logging.getLogger(__name__)


@dataclass
class Pace:
    """How many messages the mail server takes in the time one group may last, at least as many as it wants at once."""

    least: int = 1
    size: int = 10

    def learn(self, messages: int, seconds: float) -> None:
        """Choose the next group's size by how long the last one took."""
        fitting = int(messages / max(seconds, 1e-6) * limits().group_seconds)
        self.size = min(limits().group, max(self.least, min(fitting, self.size * 4)))


@dataclass
class Round:
    """What one turn of work came to; `spent` when it was over before the work was."""

    counts: Counter = field(default_factory=Counter)
    spent: bool = False


def work(campaign_id: int | None = None, *, seconds: float | None = None, transport: Transport | None = None) -> Round:
    """Send what is due, of one campaign or of all, for at most `seconds` (else the limit `turn`)."""
    worker = Worker(transport or current_transport(), campaign_id, limits().turn if seconds is None else seconds)
    recover()
    with _undisturbed():
        while worker.leg():
            pass
    return worker.round


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the collector of circles from looking at the whole house for every few messages: a tenth of the time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(20_000, before[1], before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Worker:
    """One process's turn at the wire."""

    def __init__(self, transport: Transport, campaign_id: int | None, seconds: float) -> None:
        self.transport = transport
        self.campaign_id = campaign_id
        self.until = time.monotonic() + seconds
        least = getattr(transport, "at_once", 1)
        self.pace = Pace(least, max(10, min(least, limits().group)))
        self.round = Round()
        self.gate = Gate(transport)
        self.bide = limits().bide
        self.losses = 0
        self.rest = 0.0

    def leg(self) -> bool:
        """Send until nothing is due, time is up, the mail server needs a rest or there are many receipts.

        Then everything is given back and the receipts begin anew. True when there may be more to send.
        """
        receipts = journal()
        with listening() as leavers:
            desk = Desk(receipts, leavers, self.campaign_id, _lease_ends, self.gate)
            try:
                with clerk() as writer:
                    try:
                        goes_on = self._send_groups(desk, writer)
                    finally:
                        writer.submit(desk.clear, self.rest).result()
                        self.round.counts.update(desk.skipped)
            except BaseException:
                forget_journal(unless_settled=not desk.held)  # receipts outlive us until there is a database to tell
                raise
        receipts.settled()
        return goes_on

    def _send_groups(self, desk: Desk, writer: Clerk) -> bool:
        """Group after group, each taken while the one before is on its way."""
        if self._late() or not writer.submit(desk.claim).result() or not self._ready(desk, writer):
            return False
        coming: Future[Handover | None] = writer.submit(desk.take, self.pace.size)
        kept: Future[None] | None = None
        while True:
            handover = coming.result()
            if handover is None and kept:  # what has just become of the last ones may leave something to do
                kept.result()
                kept, coming = None, writer.submit(desk.take, self.pace.size)
                continue
            if handover is None and self._stays(writer.submit(desk.wait).result()):
                coming = writer.submit(desk.take, self.pace.size)
                continue
            if handover is None or self._late():
                return False
            if desk.leavers.deaf or desk.receipts.size > limits().receipts:
                return True
            coming = writer.submit(desk.take, self.pace.size)
            try:
                self._send(handover)
            except TransportRefuses as why:
                writer.submit(pause_for, handover.campaign.pk, str(why)).result()
                return True
            finally:
                if kept:
                    kept.result()
                kept = writer.submit(desk.settle, handover)
            if self.rest:
                kept.result()
                return False

    def _ready(self, desk: Desk, writer: Clerk) -> bool:
        """Whether there is a mail server to send to; nothing is on its way before that is known."""
        try:
            self.transport.open()
        except TransportDown as why:
            log.warning("Newsletter %s waits: %s", desk.campaign, why)
            writer.submit(note_results, desk.campaign, (), down=True).result()
            self.rest = limits().connection_retry
        except TransportRefuses as why:
            writer.submit(pause_for, desk.campaign, str(why)).result()
        else:
            return True
        return False

    def _send(self, handover: Handover) -> None:
        started = time.monotonic()
        try:
            handover.run(self.transport)
        finally:
            self.round.counts.update(result.outcome.verdict.value for result in handover.results)
        self.pace.learn(len(handover.results), time.monotonic() - started)
        counted = not getattr(self.transport, "rests_by_itself", False)
        lost = counted and any(result.outcome.lost for result in handover.results)
        self.losses = self.losses + 1 if lost else 0
        if handover.down or self.losses >= limits().connection_losses:
            self.losses = 0
            self.rest = limits().connection_retry

    def _stays(self, wait: float | None) -> bool:
        """Wait in place where somebody's turn comes in a moment; where it comes soon, ring again for it."""
        if wait is None or wait > limits().turn:
            return False
        self.bide -= wait
        if self.bide < 0 or time.monotonic() + wait > self.until:
            self.round.spent = True
            return False
        time.sleep(wait)
        return True

    def _late(self) -> bool:
        """Whether this turn is over, or we were told to stop."""
        self.round.spent = stopping() or time.monotonic() > self.until
        return self.round.spent


def _lease_ends() -> float:
    """When a message of a group that is taken now must not leave any more."""
    return time.monotonic() + limits().lease - limits().final_timeout
