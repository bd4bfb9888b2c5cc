"""Recovery: what workers that are gone left behind is settled, by their receipts where there are any."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Delivery
from campaigns.sending.clerk import hold_nothing_in_sleep
from campaigns.sending.ledger.breaker import note_results
from campaigns.sending.ledger.chunks import expire_leases, wake_around
from campaigns.sending.ledger.closing import close_addresses
from campaigns.sending.ledger.counting import uncount
from campaigns.sending.ledger.outcomes import Result, write_each
from campaigns.sending.ledger.receipts import Known, Said, orphans, receipts_of
from crm.transport import Outcome, Verdict

State = Delivery.State
OPEN = (State.SENDING, State.UNCERTAIN)
"""States in which what a worker knew says something new."""
LEASE_IS_OVER = """
WITH held AS (
    SELECT id FROM campaigns_chunk WHERE owner = %s AND NOT done AND lease_until > now() ORDER BY id FOR NO KEY UPDATE
)
UPDATE campaigns_chunk AS chunk SET lease_until = now() - interval '1 second' FROM held WHERE chunk.id = held.id
"""


def recover() -> int:
    """Settle by receipts, then free every range whose worker vanished; answers how many ranges."""
    hold_nothing_in_sleep()
    for known in orphans():
        _settle(known)
    return expire_leases(_settle_answers)


def _settle_answers(owner: str) -> None:
    """Of a worker that stands still, or whose file is on another machine, only what it heard is taken as known.

    It may go on at any moment, so what it has not begun with is uncertain, not free.
    """
    if known := receipts_of(owner):
        _write(known, [said for said in known.verdicts() if said[0] in known.outcomes])


def _settle(known: Known) -> None:
    written = _write(known, known.verdicts())
    wake_around(list(known.epochs))  # of some the database was told, and their range not
    close_addresses(known.bounced())
    for campaign_id, results in written.items():
        note_results(campaign_id, results)
    with connection.cursor() as cursor:
        cursor.execute(LEASE_IS_OVER, [known.owner])


def _write(known: Known, verdicts: Iterable[Said]) -> dict[int, list[Result]]:
    """Keep what is to be said of messages that are open; answers with it by campaign.

    One newsletter after the other, each with its ranges held: so nobody who has messages of one person waits for us
    while we wait for them.
    """
    news = _results(known, verdicts)
    for campaign_id in sorted(news):
        with transaction.atomic():
            uncount(result.delivery for _epoch, result in news[campaign_id])
            write_each(news[campaign_id])
    return {campaign_id: [result for _epoch, result in news[campaign_id]] for campaign_id in sorted(news)}


def _results(known: Known, verdicts: Iterable[Said]) -> dict[int, list[tuple[int, Result]]]:
    """What says something new of open messages; nearly all of a long file was told to the database long ago."""
    theirs = Delivery.objects.filter(pk__in=known.epochs, state__in=OPEN)
    rows = {one.pk: one for one in theirs.only("campaign_id", "attempts", "state", "reason")}
    found: dict[int, list[tuple[int, Result]]] = defaultdict(list)
    for delivery, epoch, outcome, at in verdicts:
        row = rows.get(delivery)
        if row and not _is_known(row, outcome):
            result = Result(delivery, row.attempts, _from(known.owner, outcome), at or timezone.now())
            found[row.campaign_id].append((epoch, result))
    return found


def _is_known(row: Delivery, outcome: Outcome) -> bool:
    """Whether it was noted already that nobody knows whether this one arrived."""
    return outcome.verdict == Verdict.UNCERTAIN == row.state and row.reason == outcome.reply


def _from(owner: str, outcome: Outcome) -> Outcome:
    """What a worker knew, under its name."""
    return replace(outcome, source=owner)
