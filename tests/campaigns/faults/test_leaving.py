"""Who leaves while a newsletter is on its way gets no mail whose final dot comes after their word was committed."""

import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from campaigns.models import Campaign, Delivery
from contacts.actions.consent import withdraw_consent
from contacts.models import Stakeholder
from tests.campaigns.faults.account import LONG, chance, settle_account, wait_until, waits
from tests.campaigns.faults.hands import Hand, hands
from tests.campaigns.faults.server import Plan
from tests.campaigns.ledger import launched, newsletter_topic

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

RECIPIENTS = 6_000 if LONG else 400
DELAY = 0.004
SENDERS, LEAVERS = 2, 3
BOUND = 0.25
"""Seconds the database may take to call out a leave to who is about to send, on a machine that other tests load."""


def leave_one_by_one(people: list[tuple[int, str]], log: Path, seed: int) -> None:
    """Withdraw in random order, at random moments, and note when each word was committed."""
    moments = random.Random(seed)
    moments.shuffle(people)
    topic = newsletter_topic()
    with log.open("a", buffering=1) as file:
        for pk, address in people:
            time.sleep(moments.uniform(0, 0.01))
            withdraw_consent(Stakeholder.objects.get(pk=pk), topic, source="test")
            file.write(f"{time.monotonic():.6f} {address}\n")


def leavers_of(campaign: Campaign, log: Path) -> list[Callable[[], None]]:
    """What each of three processes does: a third of every second person's leaving."""
    everybody = list(Delivery.objects.filter(campaign=campaign).order_by("pk").values_list("stakeholder_id", "address"))
    going = chance("leaving").sample(everybody, len(everybody) // 2)
    return [partial(leave_one_by_one, going[part::LEAVERS], log, part) for part in range(LEAVERS)]


def test_nobody_gets_a_mail_after_their_leave_was_committed(serve, counted, tmp_path: Path):
    server = serve(Plan(delay=DELAY), chunk=100, connections=2)
    campaign = launched(RECIPIENTS, policy="hold")
    log = tmp_path / "left"
    log.touch()
    works = leavers_of(campaign, log)
    with hands(SENDERS) as senders, hands(0) as leavers:
        wait_until(server.count)
        leavers += [Hand(work) for work in works]
        wait_until(lambda: not waits(campaign))
        for hand in leavers:
            wait_until(hand.gone)
            assert hand.status == 0, hand.ended_at
        for hand in senders:
            hand.end()
    left = {address: float(at) for at, address in (line.split() for line in log.read_text().splitlines())}
    late = [dot.at - left[dot.address] for dot in server.dots() if dot.at > left.get(dot.address, float("inf"))]
    account = settle_account(campaign, server)
    kept_back = Delivery.objects.filter(campaign=campaign, state="skipped", reason="left").count()
    counted(
        recipients=RECIPIENTS, left=len(left), kept_back=kept_back, sent_after_leaving=len(late),
        latest_ms=f"{max(late, default=0) * 1000:.1f}", bound_ms=BOUND * 1000, **account.table(),
    )  # fmt: skip
    assert kept_back
    assert max(late, default=0) < BOUND
    assert len(late) <= max(2, len(left) // 50)
    assert (account.lost, account.doubled, account.unsaid, account.uncertain) == ([], 0, [], 0)
