"""The watchdog: messages that wait although nothing forbids it are rung for again, and people are told."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.actions.bells import ring_on
from campaigns.actions.control import pause_campaign, resume_campaign
from campaigns.actions.watching import watch_sending
from campaigns.models import Campaign, Chunk
from campaigns.sending.ledger.chunks import claim_chunk
from campaigns.sending.telling.waiting import standstill_of, standstills, waits
from config.embedded.redis import client as redis_client
from config.health.pulse import pulse_key
from crm.bell import unheard
from tests.campaigns.ledger import launched

pytestmark = pytest.mark.django_db(transaction=True)

QUEUES = ("default", "sending", "imports")


@pytest.fixture(autouse=True)
def bells():
    """Redis as it is after it was emptied: nobody has given a sign, no bell was rung."""
    with redis_client() as server:
        server.flushdb()
        yield server


def waiting(count: int = 25, *, seconds: int = 200) -> Campaign:
    """A campaign of which nothing was taken for that long."""
    campaign, then = launched(count), timezone.now() - timedelta(seconds=seconds)
    Chunk.objects.update(touched_at=then)
    Campaign.objects.update(updated_at=then)
    return campaign


class TestWhatStandsStill:
    def test_nothing_that_was_taken_a_moment_ago(self, impatient):
        campaign = launched(25)
        assert [one.ranges for one in waits()] == [3]
        assert standstill_of(campaign.pk) is None

    def test_what_nobody_takes(self, impatient):
        campaign = waiting(seconds=200)
        found = standstill_of(campaign.pk)
        assert found.seconds == pytest.approx(200, abs=5)
        assert found.minutes == 3
        assert [one.campaign for one in standstills()] == [campaign.pk]

    def test_nothing_while_somebody_is_at_it(self, impatient):
        waiting()
        claim_chunk("somebody")
        Chunk.objects.update(touched_at=timezone.now() - timedelta(minutes=5))
        assert standstills() == []
        assert waits()[0].oldest > 100

    def test_what_a_worker_took_that_is_gone_since(self, impatient):
        waiting(9)
        claim_chunk("somebody")
        gone = timezone.now() - timedelta(seconds=90)
        Chunk.objects.update(touched_at=gone - timedelta(minutes=2), lease_until=gone)
        assert standstills()[0].seconds == pytest.approx(90, abs=5)

    def test_nothing_that_is_due_later_as_the_mail_server_rests(self, impatient):
        waiting()
        Chunk.objects.update(due_at=timezone.now() + timedelta(seconds=10))
        assert standstills() == []
        Chunk.objects.update(due_at=timezone.now() - timedelta(seconds=70))
        assert standstills()[0].seconds == pytest.approx(70, abs=5)

    def test_nothing_that_a_person_paused_and_it_waits_from_when_it_goes_on(self, impatient, staff):
        campaign = waiting()
        pause_campaign(campaign, by=staff)
        assert standstills() == []
        resume_campaign(campaign, by=staff)
        assert standstills() == []
        assert waits()[0].idle < 5


class TestWhatPeopleAreTold:
    def test_the_workers_are_not_running(self, impatient):
        waiting()
        assert "the workers are not running" in str(standstills()[0].why)

    def test_the_workers_run_and_do_nothing(self, impatient, bells):
        waiting()
        bells.set(pulse_key("sending"), "sender@here", ex=20)
        assert "although the workers are running" in str(standstills()[0].why)

    def test_the_workers_are_busy_with_another_newsletter(self, impatient, bells):
        campaign = waiting()
        bells.set(pulse_key("sending"), "sender@here", ex=20)
        other = launched(3, domain="example.com")
        claim_chunk("sender", other.pk)
        [one] = standstills()
        assert one.campaign == campaign.pk
        assert "busy with other newsletters" in str(one.why)
        assert "its turn comes by itself" in str(one.what_to_do)

    def test_redis_is_away(self, impatient, settings):
        waiting()
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert "Redis does not answer" in str(standstills()[0].why)
        assert "manage.py pump" in str(standstills()[0].what_to_do)

    def test_the_page_of_the_newsletter_says_it_and_what_to_do(self, impatient, client_of, analyst):
        campaign = waiting()
        for name in ("progress", "numbers"):
            page = client_of(analyst).get(reverse(f"campaigns:{name}", args=[campaign.pk])).content.decode()
            assert "Nobody is sending: the workers are not running." in page
            assert "For 3 minutes nothing of this newsletter has been taken." in page
            assert "What to do: start them again" in page

    def test_the_dashboard_says_it_to_whom_it_concerns(self, impatient, client_of, staff, organizer):
        campaign = waiting()
        page = client_of(staff).get("/admin/").content.decode()
        assert "Newsletters stand still" in page
        assert "for 3 minutes" in page
        assert reverse("campaigns:progress", args=[campaign.pk]) in page
        assert "stand still" not in client_of(organizer).get("/admin/").content.decode()
        Chunk.objects.update(touched_at=timezone.now())
        assert "stand still" not in client_of(staff).get("/admin/").content.decode()

    def test_the_health_check_is_degraded_and_no_web_server_is_taken_away_for_it(self, impatient, client, bells):
        for queue in QUEUES:
            bells.set(pulse_key(queue), "house@here", ex=20)
        campaign = waiting()
        answer = client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json()["sending"].startswith(f"Degraded: newsletter {campaign.pk} waits for 20")
        Chunk.objects.update(touched_at=timezone.now())
        assert client.get("/healthz").json()["sending"] == "ok"

    def test_the_log_says_it_once_a_minute(self, impatient, caplog):
        caplog.set_level(logging.ERROR, "campaigns")
        waiting(seconds=185)
        watch_sending()
        assert "stands still for 185 s. Nobody is sending" in caplog.text
        assert "example.org" not in caplog.text
        caplog.clear()
        waiting(seconds=210)
        watch_sending()
        assert not caplog.text


def test_it_rings_again_for_what_waits(impatient, bells):
    campaign = waiting()
    assert watch_sending() == 1
    assert bells.llen("sending") == 3
    Campaign.objects.filter(pk=campaign.pk).update(state="paused")
    assert watch_sending() == 0


def test_bells_that_wait_already_are_not_rung_once_more(impatient, bells):
    launched(25)
    for _look in range(5):
        watch_sending()
    assert bells.llen("sending") == 3
    launched(5, domain="example.com")
    watch_sending()
    assert bells.llen("sending") == 4
    bells.delete("sending")
    watch_sending()
    assert bells.llen("sending") == 4


def test_a_turn_rings_on_unless_bells_enough_wait(impatient, bells):
    campaign = launched(25)
    for _turn in range(9):
        ring_on(campaign.pk)
    assert bells.llen("sending") == 4


def test_bells_of_a_broker_that_is_away_are_asked_for_in_vain(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not unheard("sending", "campaigns.tasks.send_chunks")
