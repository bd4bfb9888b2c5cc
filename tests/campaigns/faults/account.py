"""The account of a run: what the ledger says against what the mail server kept."""

import io
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from campaigns.models import Campaign, Chunk, Delivery
from tests.campaigns.faults.server import Server
from tests.campaigns.ledger import states

LONG = os.environ.get("FAULTS") == "long"
SEED = int(os.environ.get("SEED", "2026"))
WAITING = ["queued", "sending", "deferred"]
NEVER_BREAK = {
    "breaker_losses": 10**9,
    "breaker_bounces": 1.1,
    "connection_losses": 10**9,
    "connection_retry": 0.05,
    "poison_tries": 10**4,
    "slow_share": 2,
}
"""The breaker and rates are other tests'; here a campaign goes on, as fast as it may, whatever the mail server does."""


def chance(name: str) -> random.Random:
    """Chance that is the same in every run (SEED=… for another)."""
    return random.Random(f"{SEED} {name}")


def wait_until(true: Callable[[], object], *, patience: float = 600.0 if LONG else 120.0) -> float:
    """Look again and again until it is true; answers after how many seconds. The limit only ends a broken run."""
    began = time.monotonic()
    while not true():
        if time.monotonic() > began + patience:
            raise AssertionError("waited too long")
        time.sleep(0.02)
    return time.monotonic() - began


def waits(campaign: Campaign) -> bool:
    """Whether something of it still waits for a worker (uncertain messages that are held do not)."""
    return Delivery.objects.filter(campaign=campaign, state__in=WAITING).exists()


def make_due(campaign: Campaign) -> None:
    """Let the waiting be over for whatever was put off."""
    Delivery.objects.filter(campaign=campaign, state="deferred").update(next_attempt_at=timezone.now())
    Chunk.objects.filter(campaign=campaign, lease_until=None).update(due_at=None)


@dataclass(frozen=True)
class Account:
    """What a campaign came to."""

    states: dict[str, int]
    doubled: int
    lost: list[str]
    """Addresses that are settled as sent and never arrived, or that are neither sent, failed, skipped nor uncertain."""
    unsaid: list[str]
    """Addresses that arrived although the ledger says that they were not sent."""
    uncertain: int

    def table(self, **more: object) -> dict[str, object]:
        """As a line of a table."""
        return more | {"lost": len(self.lost), "doubled": self.doubled, "uncertain": self.uncertain}


def settle_account(campaign: Campaign, server: Server) -> Account:
    """Compare, and let the invariants speak."""
    received = server.received()
    ledger = dict(Delivery.objects.filter(campaign=campaign).values_list("address", "state"))
    open_ends = [address for address, state in ledger.items() if state in WAITING]
    never_came = [address for address, state in ledger.items() if state == "accepted" and not received[address]]
    unsaid = [address for address in received if ledger[address] not in ("accepted", "uncertain")]
    call_command("check_invariants", stdout=io.StringIO())
    found = states(campaign)
    return Account(
        found, sum(received.values()) - len(received), open_ends + never_came, unsaid, found.get("uncertain", 0)
    )


def uncertain_by_claim(campaign: Campaign) -> Counter[tuple[int, int]]:
    """How many messages are uncertain for each claim of a range: no claim outlives its worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT chunk.id, delivery.epoch, count(*) FROM campaigns_delivery AS delivery
               JOIN campaigns_chunk AS chunk ON delivery.id BETWEEN chunk.first_id AND chunk.last_id
               WHERE delivery.campaign_id = %s AND delivery.state = 'uncertain' GROUP BY 1, 2""",
            [campaign.pk],
        )
        return Counter({(chunk, epoch): count for chunk, epoch, count in cursor.fetchall()})
