"""One of two mail servers dies in mid-campaign, in a process of its own: nobody is lost, nobody gets it twice."""

import json
import threading
import time

import pytest

from campaigns.models import Chunk, Delivery
from campaigns.sending.worker import work
from config.embedded.redis import client as redis_client
from tests.campaigns.faults.server import Plan, mail_server
from tests.campaigns.ledger import launched, states
from tests.campaigns.test_send import make_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

MESSAGES = 600


def test_a_mail_server_that_dies_loses_nobody_and_the_other_sends_the_rest(tmp_path, settings, counted):
    with redis_client() as redis:
        redis.flushdb()
    with mail_server(tmp_path, Plan(delay=0.002)) as dying, mail_server(tmp_path, Plan(delay=0.002)) as other:
        settings.MAIL_SERVERS = json.dumps([{"url": f"smtp://127.0.0.1:{one.port}"} for one in (dying, other)])
        settings.SENDING = {"connections": 3, "chunk": 200, "group": 50}
        campaign = launched(MESSAGES, policy="hold")
        killer = threading.Thread(target=_kill_after, args=(dying, MESSAGES // 6))
        killer.start()
        for _turn in range(3):
            Chunk.objects.filter(done=False).update(due_at=None)
            make_due(campaign)
            work()
        killer.join()
        found, received = states(campaign), dying.received() + other.received()
        counted(**found, dying=dying.count(), other=other.count())
    assert found["accepted"] + found.get("uncertain", 0) == MESSAGES
    assert found.get("uncertain", 0) <= 3
    doubtful = set(Delivery.objects.filter(state="uncertain").values_list("address", flat=True))
    assert set(received) | doubtful == set(Delivery.objects.values_list("address", flat=True))
    assert max(received.values()) == 1


def _kill_after(server, messages: int) -> None:
    """End it without a word once it has so many."""
    until = time.monotonic() + 30
    while server.count() < messages and time.monotonic() < until:
        time.sleep(0.002)
    server.process.kill()
