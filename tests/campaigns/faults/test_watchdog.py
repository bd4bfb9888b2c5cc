"""Nobody sends any more: the clock notices, people are told wherever they look, and the word is gone when it is over.

A real clock rings a real worker that watches, over a broker of their own; the worker that sends is killed.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings as configured
from django.urls import reverse

from config.health.pulse import pulse_key
from tests.campaigns.faults.account import LONG, settle_account, wait_until, waits
from tests.campaigns.faults.server import Plan
from tests.campaigns.ledger import launched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

RECIPIENTS, DELAY = (6_000, 0.02) if LONG else (120, 0.02)
NUMBERS: dict[str, float] = {"chunk": 20, "group": 5, "connections": 1, "turn": 1}
QUICK: dict[str, float] = {"idle": 2}
"""In the short form a minute without anybody is two seconds; the clock ticks every second instead of every twenty."""
APP = "config" if LONG else "tests.campaigns.faults.clockwork"
SAID = "Nobody is sending: the workers are not running."


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], None]]:
    """Starts the real clock."""
    going: list[subprocess.Popen[bytes]] = []

    def start(environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "celery", "-A", APP, "beat", "-s", str(tmp_path / "clock"), "--pidfile", ""]
        going.append(subprocess.Popen(command, env=environment, cwd=configured.ROOT, stderr=subprocess.DEVNULL))

    yield start
    for one in going:
        one.kill()
        one.wait(10)


def test_a_standstill_is_said_everywhere_and_taken_back_when_somebody_sends_again(
    broker, worker, clock, serve, client, client_of, staff, settings, counted
):
    server = serve(Plan(delay=DELAY), **NUMBERS, **({} if LONG else QUICK))
    settings.REDIS_URL = broker.url
    campaign = launched(RECIPIENTS, policy="hold")
    desk = client_of(staff)

    def told() -> dict[str, bool]:
        """Where it is said now."""
        return {
            "progress page": SAID in desk.get(reverse("campaigns:numbers", args=[campaign.pk])).content.decode(),
            "dashboard": "Newsletters stand still" in desk.get("/admin/").content.decode(),
            "health": client.get("/healthz").json()["sending"].startswith(f"Degraded: newsletter {campaign.pk} waits"),
        }

    watcher, sender = worker("default", wait=False), worker("sending", wait=False)
    clock(watcher._environment())
    wait_until(lambda: server.count() > 10)
    assert set(told().values()) == {False}
    sender.kill()
    if not LONG:
        with redis.Redis.from_url(broker.url) as bells:
            bells.delete(pulse_key("sending"))  # as if the twenty seconds had passed in which its last sign fades
    noticed = wait_until(lambda: set(told().values()) == {True})
    logged = wait_until(lambda: f"Newsletter {campaign.pk} stands still for" in watcher.said())
    assert "example.org" not in watcher.said()
    arrived = server.count()
    worker("sending", wait=False)
    resumed = wait_until(lambda: server.count() > arrived)
    wait_until(lambda: set(told().values()) == {False})
    wait_until(lambda: not waits(campaign))
    account = settle_account(campaign, server)
    counted(
        noticed_after_s=f"{noticed:.1f}", logged_after_s=f"{noticed + logged:.1f}", resumed_after_s=f"{resumed:.1f}",
        **account.table(),
    )  # fmt: skip
    assert (account.lost, account.doubled) == ([], 0)
    assert account.uncertain <= 1
