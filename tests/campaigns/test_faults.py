"""Real workers and pumps are killed at moments of a clock; the other faults are in `faults/`."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import redis
from django.conf import settings as configured
from django.core.management import call_command

from campaigns.actions.bells import ring_workers
from campaigns.actions.watching import watch_sending
from campaigns.models import Campaign, Chunk, Delivery
from config.embedded.redis import redis_url
from tests.campaigns.ledger import launched, states, work
from tests.smtp import Mailbox
from tests.workers import WorkerProcess, database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

LONG = os.environ.get("FAULTS") == "long"
KILLS = int(os.environ.get("KILLS", 40 if LONG else 3))
RECIPIENTS = KILLS * (100 if LONG else 80)
WAITING = ["queued", "sending", "deferred"]


def wait_until(true: Callable[[], bool]) -> None:
    """Look again and again until it is true; two minutes are only there so that a broken engine does not hang us."""
    until = time.monotonic() + 120
    while not true():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


def settled(campaign: Campaign) -> bool:
    """Nothing of it waits any more (uncertain messages do not wait for a worker)."""
    return not Delivery.objects.filter(campaign=campaign, state__in=WAITING).exists()


class Pump:
    """`manage.py pump` in a process of its own, which may be killed."""

    def __init__(self, mailbox: Mailbox) -> None:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
            "REDIS_URL": "redis://127.0.0.1:9/0",
            "PYTHONWARNINGS": "ignore",
        }
        command = [sys.executable, "manage.py", "pump"]
        self.process = subprocess.Popen(
            command, env=environment, cwd=configured.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def end(self, how: signal.Signals) -> None:
        """Send it the signal and wait until it is gone."""
        self.process.send_signal(how)
        self.process.wait(20)


@pytest.fixture
def celery(mailbox: Mailbox, tmp_path, monkeypatch) -> Iterator[Callable[[], WorkerProcess]]:
    """Starts real workers that send small groups; all are stopped at the end."""
    monkeypatch.setenv("SENDING", json.dumps({"chunk": 20, "group": 5, "connections": 1}))
    with redis.Redis.from_url(redis_url()) as server:
        server.flushdb()
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        worker = WorkerProcess(tmp_path / f"worker{len(started)}.log", mail_port=mailbox.port, concurrency=1)
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()


def test_a_worker_killed_again_and_again_loses_nobody_and_writes_to_nobody_twice(mailbox, monkeypatch):
    monkeypatch.setenv("SENDING", json.dumps({"chunk": 50, "connections": 1}))
    chance = random.Random(2026)
    campaign = launched(RECIPIENTS, policy="hold")
    for kill in range(KILLS):
        goal = len(mailbox.received) + chance.randint(1, RECIPIENTS // KILLS // 2)
        pump = Pump(mailbox)
        wait_until(lambda goal=goal: len(mailbox.received) >= goal or settled(campaign))
        pump.end(signal.SIGKILL)
        assert kill == 0 or states(campaign).get("uncertain", 0) <= kill
    wait_until(lambda: bool(work(seconds=5)) and settled(campaign))
    counts, received = states(campaign), Counter(mailbox.recipients)
    assert settled(campaign)
    assert max(received.values()) == 1
    assert counts.get("uncertain", 0) <= KILLS
    unknown = set(Delivery.objects.filter(state="uncertain").values_list("address", flat=True))
    everybody = set(Delivery.objects.values_list("address", flat=True))
    assert everybody - set(received) <= unknown
    call_command("check_invariants")


def test_a_killed_celery_worker_is_followed_by_another_one(mailbox, celery):
    campaign = launched(120, policy="hold")
    mailbox.hold("message", after=20)
    first = celery()
    ring_workers(campaign.pk)
    wait_until(lambda: mailbox.holding)
    first.kill()
    mailbox.release()
    assert len(mailbox.received) < 25
    celery()
    watch_sending()
    wait_until(lambda: settled(campaign) and not Chunk.objects.filter(lease_until__isnull=False).exists())
    received = Counter(mailbox.recipients)
    assert max(received.values()) == 1
    assert states(campaign).get("uncertain", 0) <= 1
    assert len(received) >= 119
