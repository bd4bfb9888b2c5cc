"""PostgreSQL is killed with all of its children in mid-send, again and again, and started on the data it left."""

import pytest

from campaigns.models import Campaign
from tests.campaigns.faults.account import LONG, chance, settle_account, wait_until, waits
from tests.campaigns.faults.hands import hands
from tests.campaigns.faults.house import crash, own_postgres, until_it_answers
from tests.campaigns.faults.server import Plan
from tests.campaigns.ledger import launched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

CRASHES = 20 if LONG else 3
PER_CRASH = 400 if LONG else 80


@pytest.fixture
def postgres(transactional_db, _fresh_engine):
    """A server that may be killed; its commits wait for the disk, as they do at home."""
    with own_postgres() as keeper:
        yield keeper


def test_a_database_that_crashes_in_mid_send_loses_and_doubles_nothing(postgres, serve, counted):
    recipients = CRASHES * PER_CRASH
    server = serve(Plan(delay=0.004 if LONG else 0.02), chunk=100, group=20, connections=2)
    campaign = launched(recipients, policy="hold")
    moments = chance("crashed")
    crashes, recovery = 0, []
    with hands(2) as workers:
        while crashes < CRASHES and server.count() < recipients - 10:
            goal = server.count() + moments.randint(1, PER_CRASH)
            wait_until(lambda goal=goal: server.count() >= min(goal, recipients - 5))
            crash(postgres)
            crashes += 1
            recovery.append(until_it_answers(postgres))
        wait_until(lambda: not waits(campaign))
        for hand in workers:
            assert not hand.gone(), hand.words
            hand.end()
    account = settle_account(campaign, server)
    counted(recipients=recipients, crashes=crashes, longest_recovery_s=f"{max(recovery):.1f}", **account.table())
    assert crashes == CRASHES
    assert Campaign.objects.get().state == "sent"
    assert account.states == {"accepted": recipients}
    assert (account.lost, account.doubled, account.uncertain) == ([], 0, 0)
