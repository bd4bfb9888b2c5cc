"""A worker that was frozen past its lease, and goes on, sends nothing that somebody else has claimed meanwhile."""

import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from campaigns.models import Chunk, Delivery
from tests.campaigns.faults.account import LONG, chance, settle_account, wait_until, waits
from tests.campaigns.faults.hands import Hand, hands
from tests.campaigns.faults.server import Plan
from tests.campaigns.ledger import HTML, TEXT, launched, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

NUMBERS = {"chunk": 20, "group": 5, "connections": 1, "lease": 4, "final_timeout": 2, "reply_timeout": 2}
FROZEN = 24 if LONG else 5
MEGABYTES = "<p>" + "Access to opportunity follows the zip code. " * 120_000 + "</p>"


@pytest.mark.parametrize("phase", ["data", "body", "message"])
def test_a_worker_frozen_before_the_dot_in_the_body_or_after_the_dot_sends_nothing_again(
    phase, serve, counted, tmp_path: Path
):
    """`resend` without a quiet time is the hardest: everything it had on the wire is claimed anew and sent."""
    count = 6 if phase == "body" else 40
    plan = Plan(hold=phase, hold_after=0 if phase == "body" else 7, go_on=str(tmp_path / "go on"))
    server = serve(plan, **NUMBERS, quiet=0)
    html = HTML + MEGABYTES if phase == "body" else HTML
    campaign = launched(count, html=html, text=TEXT)
    with hands(1) as [frozen]:
        wait_until(server.holding)
        frozen.tell(signal.SIGSTOP)
        server.release()
        with hands(1) as [other]:
            wait_until(lambda: states(campaign) == {"accepted": count})
            other.end()
        thawed = time.monotonic()
        frozen.tell(signal.SIGCONT)
        last = Hand()  # whatever the thawed one could still do, it does before it hears that it shall end
        wait_until(lambda: not Chunk.objects.filter(campaign=campaign, done=False).exists())
        frozen.end()
        last.end()
    account = settle_account(campaign, server)
    late = [one for one in server.dots() if one.at > thawed]
    counted(frozen_in=phase, sent_after_thawing=len(late), **account.table())
    assert late == []
    assert (account.lost, account.unsaid) == ([], [])
    assert account.doubled <= (1 if phase == "message" else 0)


def test_workers_frozen_at_random_moments_double_nothing_and_what_they_know_settles_their_messages(serve, counted):
    server = serve(Plan(delay=0.002), **NUMBERS)
    count = FROZEN * 40
    campaign = launched(count, policy="hold")
    moments = chance("frozen")
    with hands(0) as sleepers:
        sleepers += [Hand(lines=moments.randint(1, 3000), how=signal.SIGSTOP) for _one in range(FROZEN)]
        wait_until(lambda: all(hand.frozen() for hand in sleepers) or not waits(campaign))
        asleep = sum(hand.frozen() for hand in sleepers)
        with hands(1) as [other]:
            wait_until(lambda: not waits(campaign))
            other.end()
        uncertain = states(campaign).get("uncertain", 0)
        for hand in sleepers:
            hand.tell(signal.SIGCONT)
        wait_until(lambda: states(campaign) == {"accepted": count})
        for hand in sleepers:
            hand.end()
    account = settle_account(campaign, server)
    counted(recipients=count, frozen=asleep, uncertain_meanwhile=uncertain, **account.table())
    assert asleep
    assert uncertain <= asleep * NUMBERS["group"] * 3  # settled, sent and taken; what was answered is known meanwhile
    assert (account.lost, account.doubled, account.unsaid) == ([], 0, [])
    assert Counter(Delivery.objects.values_list("attempts", flat=True)).keys() == {1}
