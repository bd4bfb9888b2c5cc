"""News of providers: a million events in batches of 100, five times each and shuffled, against once and in order.

python -m benchmarks.webhooks [--events 1000000] [--http 20000]

SendGrid's batches, each really signed (ECDSA), go through the real view by requests of Django's `RequestFactory`; after
every 25 of them the same process works the inbox off. All commits are durable. Writing and signing the batches is what
SendGrid does, and is not counted. A part goes over HTTP to gunicorn instead, while this process works the inbox off. In
the end the states of all messages, addresses and suppressions must be the same as after every event was told once and
in order.
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import django

BATCH, TIMES, PER_SECOND = 100, 5, 500
"""Events in a request; how often each is told; what must be reached, received and worked off."""
WORKED_OFF_EVERY = 25
"""Batches after which the inbox is worked off."""
STORY = (
    ("delivered", 0.955),
    ("deferred", 0.06),
    ("bounce", 0.02),
    ("soft", 0.01),
    ("spamreport", 0.0005),
    ("unsubscribe", 0.002),
    ("processed", 0.95),
)
"""What is told of a message, and of what part of them."""
SAID: dict[str, dict[str, str]] = {
    "delivered": {"event": "delivered", "response": "250 2.0.0 OK 1700000000 gsmtp"},
    "deferred": {"event": "deferred", "response": "450 4.2.1 try again later", "attempt": "1"},
    "bounce": {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 no such user"},
    "soft": {"event": "bounce", "type": "bounce", "status": "5.2.2", "reason": "552 5.2.2 mailbox full"},
    "spamreport": {"event": "spamreport"},
    "unsubscribe": {"event": "unsubscribe"},
    "processed": {"event": "processed"},
}
KINDS = list(SAID)

STATES = {
    "messages": "SELECT id || state FROM campaigns_delivery ORDER BY id",
    "addresses": "SELECT id || status FROM contacts_contactpoint ORDER BY id",
    "suppressions": "SELECT address || reason FROM contacts_suppression ORDER BY address",
}
BEFORE = """
TRUNCATE campaigns_providerevent, campaigns_attempt, campaigns_softbounce, campaigns_tally CASCADE;
TRUNCATE contacts_suppression CASCADE;
UPDATE campaigns_delivery SET state = 'accepted', reason = '', provider_id = '', sent_at = intent_at
    WHERE state <> 'accepted' OR reason <> '';
UPDATE contacts_contactpoint SET status = 'valid' WHERE status <> 'valid';
"""


@dataclass
class Took:
    """Seconds of the door, of working the inbox off, and of the slowest answers; how often something was told."""

    told: int = 0
    door: float = 0.0
    work: float = 0.0
    slowest: float = 0.0

    @property
    def rate(self) -> float:
        """Events told in a second, received and worked off."""
        return self.told / (self.door + self.work)


class Teller:
    """SendGrid: knows what happened, writes and signs."""

    def __init__(self, events: int) -> None:
        self.happened = array("Q", self._happen(events))
        self.campaign = self.first = self.person = 0

    def _happen(self, events: int) -> Iterator[int]:
        """Each event as one number: whose message, and what."""
        chance, person, told = random.Random(7), 0, 0
        while told < events:
            for place, (_kind, part) in enumerate(STORY):
                if chance.random() < part and told < events:
                    told += 1
                    yield person * 8 + place
            person += 1

    @property
    def people(self) -> int:
        """Of how many messages something is told."""
        return self.happened[-1] // 8 + 1

    def write(self, events: "array[int]") -> bytes:
        """A batch of these, as SendGrid writes it."""
        return json.dumps([self._event(number) for number in events]).encode()

    def _event(self, number: int) -> dict[str, object]:
        person, place = divmod(number, 8)
        kind = STORY[place][0]
        return {
            "email": f"p{self.person + person}@example.org",
            "timestamp": 1_700_000_000 + place,
            "anymail_id": f"sg-{person}",
            "sg_event_id": hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest(),
            "sg_message_id": f"{person}.filter0001.1.2.0",
            "smtp-id": f"<{person}@example.org>",
            "delivery": str(self.first + person),
            "campaign": str(self.campaign),
            **SAID[kind],
        }


def audience(people: int) -> tuple[int, int, int]:
    """A newsletter that was sent to that many people: its number, that of its first message and its first person."""
    from django.db import connection

    from benchmarks.ledger import FILL
    from campaigns.models import Campaign, Delivery
    from campaigns.sending.ledger.chunks import make_chunks
    from tests.campaigns.ledger import newsletter_topic

    campaign = Campaign.objects.create(name="Bench", topic=newsletter_topic(), subject="News", state="sent")
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"people": people, "topic": campaign.topic_id})
        cursor.execute(
            """INSERT INTO campaigns_delivery (campaign_id, stakeholder_id, address, fingerprint, language, state,
                   reason, attempts, epoch, provider_id, intent_at, sent_at)
               SELECT %s, stakeholder_id, normalized, fingerprint, 'en', 'accepted', '', 1, 1, '',
                   to_timestamp(1699999999), to_timestamp(1699999999)
               FROM contacts_contactpoint ORDER BY id""",
            [campaign.pk],
        )
    make_chunks(campaign.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    first = Delivery.objects.order_by("pk").values_list("pk", "stakeholder").first()
    assert first is not None
    return campaign.pk, first[0], first[1] or 0


def batches(told: "array[int]") -> Iterator["array[int]"]:
    """A hundred at a time."""
    for place in range(0, len(told), BATCH):
        yield told[place : place + BATCH]


def play(teller: Teller, told: "array[int]", *, progress: bool = False) -> Took:
    """Tell all of this through the view and work it off."""
    from django.test import RequestFactory

    from campaigns.actions.inbox import take_in_news
    from campaigns.views.webhooks import told as door
    from tests.campaigns.providers.sendgrid import sendgrid_signature

    took, factory, began = Took(told=len(told)), RequestFactory(), time.monotonic()
    for number, batch in enumerate(batches(told), 1):
        body = teller.write(batch)
        headers = sendgrid_signature(body)
        request = factory.post("/webhooks/sendgrid/", body, content_type="application/json", headers=headers)
        started = time.perf_counter()
        answer = door(request, "sendgrid")
        seconds = time.perf_counter() - started
        assert answer.status_code == 200, answer.status_code
        took.door += seconds
        took.slowest = max(took.slowest, seconds)
        if number % WORKED_OFF_EVERY == 0:
            took.work += _work_off(take_in_news)
        if progress and number % 1000 == 0:
            rate = number * BATCH / (time.monotonic() - began)
            print(f"  {number * BATCH:,} told, {rate:,.0f}/s with writing and signing", flush=True)
    took.work += _work_off(take_in_news)
    return took


def _work_off(take_in_news: Callable[..., bool]) -> float:
    started = time.perf_counter()
    while take_in_news(seconds=600):
        pass
    return time.perf_counter() - started


def end() -> dict[str, str]:
    """The states of everything, each as a hash."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for what, query in STATES.items():
            cursor.execute(f"SELECT md5(string_agg(said, '')) FROM ({query}) AS rows (said)")  # noqa: S608
            found[what] = cursor.fetchone()[0]
        cursor.execute("SELECT state, count(*) FROM campaigns_delivery GROUP BY 1 ORDER BY 2 DESC")
        print("  " + ", ".join(f"{count:,} {state}" for state, count in cursor.fetchall()))
        cursor.execute("SELECT count(*) FROM campaigns_providerevent WHERE state <> 'done'")
        assert cursor.fetchone()[0] == 0
    return found


def start_anew() -> None:
    """Everything as it was before anything was told."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BEFORE)
        cursor.execute("VACUUM ANALYZE")


# ── Over HTTP ────────────────────────────────────────────────────────────────
@contextmanager
def web_server() -> Iterator[str]:
    """Gunicorn as `make run` starts it; gives the address of the door."""
    from config.embedded.processes import free_port
    from config.embedded.redis import redis_url
    from tests.campaigns.providers.keys import anymail_settings
    from tests.workers import database_url

    key = "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY"
    port = free_port()
    there = os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url(),
        "WEBHOOK_PROVIDERS": "sendgrid",
        key: anymail_settings()[key],
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command += ["--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]
    process = subprocess.Popen(command, env=there)
    address = f"http://127.0.0.1:{port}/webhooks/sendgrid/"
    try:
        for _try in range(300):
            with suppress(OSError):
                urllib.request.urlopen(address, timeout=5).close()
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def over_http(teller: Teller, told: "array[int]") -> tuple[float, float]:
    """Events that were received and worked off in a second, and the seconds of the slowest answer."""
    from django.db import connection

    from campaigns.actions.inbox import take_in_news
    from tests.campaigns.providers.sendgrid import sendgrid_signature

    ready = [(body, sendgrid_signature(body)) for body in map(teller.write, batches(told))]
    with web_server() as address, ThreadPoolExecutor(4) as posters:

        def post(one: tuple[bytes, dict[str, str]]) -> float:
            body, headers = one
            request = urllib.request.Request(address, body, {"Content-Type": "application/json", **headers})  # noqa: S310
            started = time.perf_counter()
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                assert answer.status == 200
            return time.perf_counter() - started

        began = time.perf_counter()
        posted = [posters.submit(post, one) for one in ready]
        while not all(one.done() for one in posted):
            take_in_news(seconds=1)
        slowest = max(one.result() for one in posted)
        take_in_news(seconds=600)
        rate = len(told) / (time.perf_counter() - began)
    connection.close()
    return rate, slowest


def measure(events: int, http: int) -> bool:
    """Measure everything and print it; True when all of it holds."""
    teller = Teller(events)
    teller.campaign, teller.first, teller.person = audience(teller.people)
    start_anew()
    once = play(teller, teller.happened)
    print(f"{events:,} events about {teller.people:,} messages, once and in order: {once.rate:,.0f}/s")
    expected = end()
    start_anew()
    often = teller.happened * TIMES
    random.Random(8).shuffle(often)
    took = play(teller, often, progress=True)
    same = end() == expected
    print(f"told {TIMES} times and shuffled, received         {took.told / took.door:9,.0f} events/s")
    print(f"  worked off (each once)                 {events / took.work:9,.0f} events/s")
    print(f"  received and worked off                {took.rate:9,.0f} events/s, {took.rate / TIMES:,.0f} new ones")
    print(f"  slowest answer for a batch of {BATCH}      {took.slowest * 1000:9,.0f} ms")
    print(f"  ends like once and in order            {'yes' if same else 'NO':>9}")
    start_anew()
    some = often[: http // BATCH * BATCH]
    rate, slowest = over_http(teller, some)
    print(
        f"{len(some):,} of them over HTTP, worked off meanwhile {rate:9,.0f} events/s, slowest {slowest * 1000:,.0f} ms"
    )
    return same and took.rate / TIMES >= PER_SECOND and rate >= PER_SECOND


def main() -> int:
    """Measure on a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--http", type=int, default=20_000)
    wanted = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.bench"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    from tests.campaigns.providers.keys import anymail_settings

    settings.WEBHOOK_PROVIDERS, settings.ANYMAIL = ["sendgrid"], anymail_settings() | {"WEBHOOK_SECRET": ""}
    from config.embedded.redis import client, redis_url

    databases = setup_databases(verbosity=0, interactive=False)
    redis_url()  # so that bells are really rung, though nobody hears them here
    try:
        holds = measure(wanted.events, wanted.http)
        with client() as server:
            server.delete("default")
    finally:
        teardown_databases(databases, verbosity=0)
    print("holds" if holds else "DOES NOT HOLD")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
