"""GET /metrics: figures for a monitoring system, for nobody else, at a cost that does not grow with the house."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from campaigns.models import BounceMailbox, Campaign, Chunk, Delivery
from campaigns.sending.ledger.chunks import claim_chunk
from crm.metrics import METRICS, gauge
from crm.models import Job, OutboxMail
from tests.campaigns.ledger import launched, work

TOKEN = {"Authorization": "Bearer token-of-the-tests"}
ASK = """
import django, json, sys
django.setup()
from django.test import Client
answers = [Client(SERVER_NAME="127.0.0.1").get("/metrics", headers=json.loads(one)) for one in sys.argv[1:]]
print(json.dumps([answer.status_code for answer in answers]))
"""


def scraped(client) -> dict[str, dict[tuple[str, ...], float]]:
    """Every figure by its name and the values of its labels, read as Prometheus reads it."""
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        assert family.documentation, family.name
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


class TestTheDoor:
    def test_without_the_token_nobody_is_let_in(self, db, client, manager, client_of):
        for answer in (client.get("/metrics"), client_of(manager).get("/metrics")):
            assert answer.status_code == 401
            assert answer["WWW-Authenticate"].startswith("Bearer")
        for wrong in ("Bearer wrong", "Basic token-of-the-tests", "token-of-the-tests", "Bearer ", "Bearer é"):
            assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401

    def test_the_token_opens(self, db, client):
        assert client.get("/metrics", headers=TOKEN).status_code == 200
        assert client.post("/metrics", headers=TOKEN).status_code == 405

    def test_without_a_token_only_this_machine_may_read_and_past_no_proxy(self, db, client, settings):
        settings.METRICS_TOKEN = ""
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 403
        assert client.get("/metrics", REMOTE_ADDR="172.17.0.1").status_code == 403
        assert client.get("/metrics", REMOTE_ADDR="").status_code == 403
        for header in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"):
            assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 200

    def test_it_is_closed_in_production_where_no_token_was_set(self, db):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "SECRET_KEY": "s" * 60,
            "FINGERPRINT_KEY": "f",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            "ALLOWED_HOSTS": "example.org",
            "PUBLIC_URL": "https://example.org",
        }
        environment.pop("METRICS_TOKEN", None)
        proxied = json.dumps({"X-Forwarded-Proto": "https"})
        done = subprocess.run(
            [sys.executable, "-c", ASK, proxied],
            env=environment,
            cwd=configured.ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == [403]


@pytest.mark.django_db(transaction=True)
class TestSending:
    def test_it_says_how_far_newsletters_are(self, impatient, client):
        campaign = launched(25)
        impatient.reply("rcpt", "451 Later", only_to="p1@example.org")
        work()
        found, key = scraped(client), str(campaign.pk)
        assert found["alliance_campaigns"][("sending",)] == 1
        assert found["alliance_campaign_deliveries"] == {(key, "accepted"): 24, (key, "deferred"): 1}
        assert found["alliance_campaign_accepted_total"] == {(key,): 24}
        assert found["alliance_accepted_per_minute"] == {(): 24}
        assert found["alliance_ranges_claimable"] == {(): 0}

    def test_it_says_what_waits_and_for_how_long(self, impatient, client):
        campaign = launched(25)
        past = timezone.now() - timedelta(seconds=100)
        Chunk.objects.update(touched_at=past)
        Campaign.objects.update(updated_at=past - timedelta(seconds=50))
        found = scraped(client)
        assert found["alliance_ranges_claimable"] == {(): 3}
        assert found["alliance_oldest_claimable_range_seconds"][()] == pytest.approx(100, abs=5)
        assert found["alliance_campaign_idle_seconds"][(str(campaign.pk),)] == pytest.approx(100, abs=5)
        assert found["alliance_leases_open"] == {(): 0}
        claim_chunk("me")
        found = scraped(client)
        assert found["alliance_leases_open"] == {(): 1}
        assert found["alliance_ranges_claimable"] == {(): 2}
        assert found["alliance_oldest_claimable_range_seconds"][()] == pytest.approx(100, abs=5)
        assert found["alliance_campaign_idle_seconds"][(str(campaign.pk),)] == 0

    def test_it_says_how_many_are_uncertain_and_since_when(self, impatient, client):
        launched(25, policy="hold")
        impatient.drop("message", times=2)
        work()
        first = Delivery.objects.filter(state="uncertain").first()
        Delivery.objects.filter(pk=first.pk).update(intent_at=timezone.now() - timedelta(minutes=10))
        for _counted in range(2):
            found = scraped(client)
            assert found["alliance_uncertain_deliveries"] == {(): 2}
            assert found["alliance_oldest_uncertain_seconds"][()] == pytest.approx(600, abs=5)
            Chunk.objects.update(counted=False)

    def test_nobody_is_named(self, mailbox, client):
        launched(3)
        work()
        said = client.get("/metrics", headers=TOKEN).content.decode()
        assert "@" not in said
        assert "Person" not in said
        assert "Test" not in said

    def test_the_same_questions_in_a_large_house(self, impatient, client, query_count):
        launched(5)
        with query_count("metrics"):
            scraped(client)
        launched(60)
        work()
        with query_count("metrics"):
            scraped(client)


class TestTheHouse:
    def test_it_says_what_the_outbox_holds(self, db, client):
        hour_ago, said = timezone.now() - timedelta(hours=1), {"purpose": "x", "to": "a@example.org", "subject": "x"}
        waiting = OutboxMail.objects.create(**said)
        OutboxMail.objects.filter(pk=waiting.pk).update(created_at=hour_ago)
        OutboxMail.objects.create(**said, next_attempt_at=timezone.now() + timedelta(hours=1))
        OutboxMail.objects.create(**said, state="sending", lease_until=timezone.now() + timedelta(hours=1))
        OutboxMail.objects.create(**said, state="sent")
        found = scraped(client)
        assert found["alliance_outbox_mails"] == {("waiting",): 2, ("due",): 1, ("sending",): 1}
        assert found["alliance_outbox_oldest_due_seconds"][()] == pytest.approx(3600, abs=5)

    def test_it_says_what_long_work_is_silent(self, db, client):
        now = timezone.now()
        Job.objects.create(kind="x", label="x", state="running", heartbeat_at=now)
        Job.objects.create(kind="x", label="x", state="running", heartbeat_at=now - timedelta(minutes=5))
        found = scraped(client)
        assert found["alliance_jobs_running"] == {(): 2}
        assert found["alliance_jobs_silent"] == {(): 1}
        assert found["alliance_imports"][("committing",)] == 0
        assert found["alliance_database_size_bytes"][()] > 1_000_000

    def test_a_part_that_breaks_is_named_and_silences_no_other(self, db, client, monkeypatch):
        def broken():
            yield gauge("alliance_half", "Half of it.", 1)
            Campaign.objects.extra(where=["no_such_column = 1"]).count()

        monkeypatch.setitem(METRICS._entries, "broken", broken)
        found = scraped(client)
        assert found["alliance_scrape_failed"][("broken",)] == 1
        assert found["alliance_scrape_failed"][("sending",)] == 0
        assert "alliance_half" not in found
        assert "alliance_redis_up" in found

    @pytest.mark.fault
    def test_it_says_who_listens(self, celery_worker_process, client):
        found = scraped(client)
        assert found["alliance_redis_up"] == {(): 1}
        assert found["alliance_workers"] == {("default",): 1, ("sending",): 1, ("imports",): 1}
        assert found["alliance_queue_bells"][("sending",)] == 0

    def test_without_redis_the_rest_is_told(self, db, client, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        found = scraped(client)
        assert found["alliance_redis_up"] == {(): 0}
        assert "alliance_workers" not in found
        assert "alliance_outbox_mails" in found


def test_it_says_whether_mail_that_came_back_is_read(db, client):
    assert scraped(client)["alliance_bounces_read_timestamp_seconds"] == {(): 0}
    counts = {"bounced": 3, "unproven": 2}
    BounceMailbox.objects.create(
        key="a", name="imaps://host/INBOX", read_at="2026-01-02T00:00Z", counts=counts, aside=2
    )
    BounceMailbox.objects.create(key="b", name="standard input", counts={"bounced": 1}, aside=1)
    found = scraped(client)
    assert found["alliance_bounces_read_timestamp_seconds"] == {(): 1767312000}
    assert found["alliance_bounces_aside"] == {(): 3}
    assert found["alliance_bounce_mails_total"] == {("bounced",): 4, ("unproven",): 2}
