"""Recovery: what workers that are gone left behind is settled, by their receipts where there are any."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import connection
from django.utils import timezone

from campaigns.models import Delivery
from campaigns.sending.clerk import hold_nothing_in_sleep
from campaigns.sending.ledger.breaker import note_recovered
from campaigns.sending.ledger.chunks import expire_leases, wake_around
from campaigns.sending.ledger.closing import close_addresses
from campaigns.sending.ledger.outcomes import Result, write_each
from campaigns.sending.ledger.receipts import Known, Said, orphans, receipts_of
from crm.transport import Outcome

OPEN = (Delivery.State.SENDING, Delivery.State.UNCERTAIN)
"""States in which what a worker knew says something new."""
LEASE_IS_OVER = """
UPDATE campaigns_chunk SET lease_until = now() - interval '1 second'
WHERE owner = %s AND NOT done AND lease_until > now()
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
        write_each(_results(known, [said for said in known.verdicts() if said[0] in known.outcomes]))


def _settle(known: Known) -> None:
    results = _results(known, known.verdicts())
    write_each(results)
    wake_around(list(known.epochs))  # of some the database was told, and their range not
    close_addresses(known.bounced())
    note_recovered([result for _epoch, result in results])
    with connection.cursor() as cursor:
        cursor.execute(LEASE_IS_OVER, [known.owner])


def _results(known: Known, verdicts: Iterable[Said]) -> list[tuple[int, Result]]:
    """What is to be said of messages that are open; nearly all of a long file was told to the database long ago."""
    theirs = Delivery.objects.filter(pk__in=known.epochs, state__in=OPEN)
    attempts = dict(theirs.values_list("pk", "attempts"))
    return [
        (epoch, Result(delivery, attempts[delivery], _from(known.owner, outcome), at or timezone.now()))
        for delivery, epoch, outcome, at in verdicts
        if delivery in attempts
    ]


def _from(owner: str, outcome: Outcome) -> Outcome:
    """What a worker knew, under its name."""
    return replace(outcome, source=owner)
