"""The broker is emptied, killed and gone, and delivers everything three times: it only rings, so nothing follows."""

import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.conf import settings as configured
from kombu.exceptions import OperationalError

from campaigns.models import Campaign
from crm.actions.outbox import queue_mail
from crm.models import OutboxMail
from tests.campaigns.faults.account import LONG, settle_account, wait_until, waits
from tests.campaigns.faults.hands import Hand
from tests.campaigns.faults.house import Broker
from tests.campaigns.faults.server import Plan, Server
from tests.campaigns.ledger import launched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

WORKERS = 2 if LONG else 1
RECIPIENTS, DELAY = (16_000, 0.004) if LONG else (500, 0.01)
FLUSHES, PAUSE = (8, 5.0) if LONG else (4, 0.5)
AWAY = 20.0 if LONG else 1.0
RESUMES = 60.0
NUMBERS = {"chunk": 20, "group": 10, "connections": 1, "turn": 2 if LONG else 0.5}


@contextmanager
def clock(broker: Broker, environment: dict[str, str], folder: Path) -> Iterator[None]:
    """What rings for whatever waits: the real clock in the long form (every 20 seconds), a quick one in the short."""
    if LONG:
        command = [sys.executable, "-m", "celery", "-A", "config", "beat", "-s", str(folder / "clock"), "--pidfile", ""]
        with subprocess.Popen(command, env=environment, cwd=configured.ROOT, stderr=subprocess.DEVNULL) as beat:
            yield
            beat.kill()
        return
    over = threading.Event()
    quick = Celery(broker=broker.url, set_as_current=False)
    quick.conf.broker_transport_options = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}

    def tick() -> None:
        while not over.wait(0.5):
            try:
                quick.send_task("campaigns.tasks.watch", queue="sending", retry=False)
            except (OperationalError, OSError):
                continue

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(20)
        quick.close()


def quiet(server: Server, *, seconds: float = 1.5) -> None:
    """Wait until nothing has arrived for a while."""
    wait_until(lambda: time.monotonic() - server.dots()[-1].at > seconds)


def test_a_broker_emptied_killed_back_and_gone_loses_and_doubles_nothing(
    broker, worker, serve, counted, settings, tmp_path
):
    server = serve(Plan(delay=DELAY), **NUMBERS)
    campaign = launched(RECIPIENTS, policy="hold")
    for _one in range(WORKERS):
        told = worker()._environment()
    with clock(broker, told, tmp_path):
        wait_until(server.count)
        for _time in range(FLUSHES):
            time.sleep(PAUSE)
            broker.forget()
        broker.die()
        quiet(server)
        time.sleep(AWAY)
        before = server.count()
        broker.come_back()
        resumed = wait_until(lambda: server.count() > before)
        broker.die()
    quiet(server)
    by_workers = server.count()
    settings.REDIS_URL = broker.url
    pump = Hand()  # nobody answers there: neither a bell nor a rate is heard
    wait_until(lambda: Campaign.objects.get().state == "sent")
    pump.end()
    account = settle_account(campaign, server)
    counted(
        recipients=RECIPIENTS, flushes=FLUSHES, resumed_after_s=f"{resumed:.1f}", bound=RESUMES,
        left_to_the_pump=RECIPIENTS - by_workers, **account.table(),
    )  # fmt: skip
    assert 0 < by_workers < RECIPIENTS
    assert resumed < RESUMES
    assert account.states == {"accepted": RECIPIENTS}
    assert (account.lost, account.doubled) == ([], 0)


def three_times(broker: Broker, over: threading.Event) -> None:
    """Take every message of the broker and deliver it thrice, under a number of its own each time."""
    with redis.Redis.from_url(broker.url) as server:
        while not over.is_set():
            found = server.brpop(["default", "sending", "imports"], timeout=1)
            if found:
                message = json.loads(found[1])
                for _time in range(3):
                    message["properties"]["delivery_tag"] = str(uuid.uuid4())
                    server.lpush("thrice", json.dumps(message))


def test_every_message_of_the_broker_delivered_three_times_sends_nothing_twice(
    broker, worker, serve, counted, tmp_path, settings
):
    recipients, singles = (4_000, 200) if LONG else (200, 10)
    server = serve(Plan(delay=0.003), **NUMBERS)
    campaign = launched(recipients, policy="hold")
    for number in range(singles):
        queue_mail(purpose="test", to=f"single{number}@example.org", subject="Hello", text="Hello")
    for _one in range(2):
        told = worker("thrice")._environment()
    over = threading.Event()
    postman = threading.Thread(target=three_times, args=[broker, over])
    postman.start()
    try:
        with clock(broker, told, tmp_path):
            ring = Celery(broker=broker.url, set_as_current=False)
            for task, queue, words in (
                ("crm.tasks.send_outbox", "default", []),
                ("campaigns.tasks.send_chunks", "sending", [campaign.pk]),
            ):
                ring.send_task(task, words, queue=queue)
            ring.close()
            wait_until(lambda: not waits(campaign) and OutboxMail.objects.filter(state="sent").count() == singles)
    finally:
        over.set()
        postman.join(10)
    received = server.received()
    alone = {address: received.pop(address) for address in list(received) if address.startswith("single")}
    counted(recipients=recipients, doubled=sum(received.values()) - len(received), singles=len(alone))
    assert set(received.values()) == {1}
    assert len(received) == recipients
    assert sorted(alone.values()) == [1] * singles
