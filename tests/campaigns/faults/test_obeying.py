"""Several workers share a newsletter, and obey within five seconds: pause, go on, cancel, and being told to stop."""

import signal
import time
from collections.abc import Callable

import pytest
import redis

from campaigns.actions.bells import ring_workers
from campaigns.actions.control import cancel_campaign, pause_campaign, resume_campaign
from campaigns.models import Campaign
from config.embedded.redis import redis_url
from tests.campaigns.faults.account import LONG, settle_account, wait_until, waits
from tests.campaigns.faults.hands import Hand, hands
from tests.campaigns.faults.server import Plan, Server
from tests.campaigns.ledger import launched, states
from tests.workers import WorkerProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

AT_ONCE = 5.0
MANY = 60_000
"""More than are sent before the test is over."""


@pytest.mark.parametrize("count", [2, 4])
def test_workers_that_send_one_newsletter_at_the_same_time_meet_nowhere(count, serve, counted):
    recipients = 8_000 if LONG else 600
    server = serve(Plan(delay=0.001), chunk=50, connections=2)
    campaign = launched(recipients, policy="hold")
    with hands(count) as workers:
        wait_until(lambda: Campaign.objects.get().state == "sent")
        for hand in workers:
            hand.end()
    account = settle_account(campaign, server)
    counted(workers=count, recipients=recipients, **account.table())
    assert account.states == {"accepted": recipients}
    assert (account.lost, account.doubled) == ([], 0)


def silence_after(act: Callable[[], object], server: Server) -> float:
    """Do it, and answer how many seconds later the last message came."""
    act()
    said = time.monotonic()
    time.sleep(AT_ONCE + 1 if LONG else 1.5)
    return max(server.dots()[-1].at - said, 0.0)


def test_pause_go_on_and_cancel_are_obeyed_under_load(serve, counted, staff):
    server = serve(Plan(delay=0.002), chunk=1000)
    campaign = launched(MANY if LONG else 6_000, policy="hold")
    with hands(2) as workers:
        wait_until(lambda: server.count() > 50)
        paused = silence_after(lambda: pause_campaign(campaign, by=staff), server)
        before, said = server.count(), time.monotonic()
        resume_campaign(campaign, by=staff)
        wait_until(lambda: server.count() > before)
        resumed = time.monotonic() - said
        cancelled = silence_after(lambda: cancel_campaign(campaign, by=staff), server)
        for hand in workers:
            hand.end()
    account = settle_account(campaign, server)
    counted(paused_s=f"{paused:.2f}", resumed_s=f"{resumed:.2f}", cancelled_s=f"{cancelled:.2f}", **account.table())
    assert max(paused, resumed, cancelled) < AT_ONCE
    assert account.states.keys() == {"accepted", "skipped"}
    assert (account.lost, account.doubled, account.unsaid, account.uncertain) == ([], 0, [], 0)


def test_a_pump_that_is_told_to_stop_does_so_at_once_and_knows_everything(serve, counted):
    server = serve(Plan(delay=0.01), connections=5)
    campaign = launched(4_000 if LONG else 1_000, policy="hold")
    took = []
    for number in (signal.SIGTERM, signal.SIGINT):
        before = server.count()
        with hands(2) as workers:
            wait_until(lambda before=before: server.count() > before + 50)
            took += [hand.end(number) for hand in workers]
            assert [hand.status for hand in workers] == [0, 0]
        assert states(campaign).keys() == {"accepted", "queued"}
    account = settle_account(campaign, server)
    counted(seconds_to_stop=f"{max(took):.2f}", bound=AT_ONCE, uncertain=account.uncertain, doubled=account.doubled)
    assert waits(campaign)
    assert max(took) < AT_ONCE
    assert (account.doubled, account.unsaid, account.uncertain) == (0, [], 0)


def ring_until(true: Callable[[], object], campaign: Campaign) -> None:
    """Ring every two seconds, as a clock would, until it is true: a single bell may be lost."""
    rung = 0.0

    def heard() -> object:
        nonlocal rung
        if time.monotonic() > rung + 2:
            ring_workers(campaign.pk)
            rung = time.monotonic()
        return true()

    wait_until(heard)


def test_a_celery_worker_that_is_told_to_stop_does_so_at_once_and_knows_everything(
    serve, counted, environment, tmp_path, settings
):
    """Its children are told by the byte of memory they share: nobody waits for the end of a turn."""
    server = serve(Plan(delay=0.02), connections=2, turn=60)
    campaign = launched(600, policy="hold")
    with redis.Redis.from_url(redis_url()) as broker:
        broker.flushdb()
    worker = WorkerProcess(tmp_path / "worker.log", mail_port=server.port, environment=environment())
    worker.start()
    try:
        ring_until(lambda: server.count() > 50, campaign)
        said = time.monotonic()
        by_itself = worker.stop()
        took = time.monotonic() - said
    finally:
        worker.kill()
    counted(seconds_to_stop=f"{took:.2f}", bound=AT_ONCE, states=states(campaign))
    assert states(campaign).keys() == {"accepted", "queued"}
    assert by_itself
    if LONG:
        assert took < AT_ONCE  # Celery itself takes its time where other tests run
    last = Hand()
    wait_until(lambda: not waits(campaign))
    last.end()
    account = settle_account(campaign, server)
    assert (account.lost, account.doubled, account.uncertain) == ([], 0, 0)
