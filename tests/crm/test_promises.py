"""Whether every promise holds: a look by a worker, the page, the card, the figures, and the clock at night."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from crm import tasks
from crm.actions import looking
from crm.actions.looking import ask_to_look, look_at_promises, looks_left_behind
from crm.invariants import INVARIANTS, Invariant, ask_all, ask_each
from crm.models import Finding, Job

pytestmark = pytest.mark.django_db

HOLDS = Invariant("Water is wet.", "SELECT 1 WHERE false")
BREAKS = Invariant(
    "Fire is cold.", "SELECT 'person ' || n FROM generate_series(1, 30) AS n", "admin:contacts_stakeholder_change"
)
SLOW = Invariant("Patience is a virtue.", "SELECT pg_sleep(30)")
WRONG = Invariant("Everybody spells well.", "SELECT 1 FROM no_such_table")
WRITES = Invariant("A look changes nothing.", "WITH x AS (DELETE FROM crm_job RETURNING 1) SELECT * FROM x")


@pytest.fixture
def promised(monkeypatch):
    """A house that promises these things and no others; each by its own sentence."""

    def promise(**promises: Invariant) -> None:
        monkeypatch.setattr(INVARIANTS, "_entries", promises)

    return promise


@pytest.fixture
def bells(monkeypatch) -> list[tuple]:
    """What was rung."""
    rung: list[tuple] = []
    monkeypatch.setattr("crm.actions.looking.ring", lambda *words: rung.append(words))
    monkeypatch.setattr("crm.tasks.ring", lambda *words: rung.append(words))
    return rung


def looked(by=None) -> Job:
    """A look that was asked for and taken."""
    job = ask_to_look(by=by)
    look_at_promises(str(job.pk))
    job.refresh_from_db()
    return job


class TestALook:
    def test_it_keeps_what_holds_and_where_the_rest_does_not(self, promised, caplog):
        promised(wet=HOLDS, cold=BREAKS)
        job = looked()
        assert (job.state, job.percent, job.result["text"]) == ("done", 100, "1 of 2 promises is broken.")
        wet, cold = Finding.objects.get(pk="wet"), Finding.objects.get(pk="cold")
        assert (wet.broken, wet.places, wet.broken_since) == (0, [], None)
        assert (cold.broken, len(cold.places), cold.places[0]) == (30, 20, "person 1")
        assert cold.broken_since == cold.looked_at
        assert "A promise is broken at 30 places (cold): person 1, person 2, person 3" in caplog.text

    def test_since_when_it_is_broken_is_kept_until_it_holds_again(self, promised):
        promised(it=BREAKS)
        looked()
        then = timezone.now() - timedelta(days=3)
        Finding.objects.update(broken_since=then)
        looked()
        assert Finding.objects.get().broken_since == then
        promised(it=HOLDS)
        looked()
        assert Finding.objects.get().broken_since is None

    def test_what_nobody_promises_any_more_is_forgotten(self, promised):
        promised(old=BREAKS)
        looked()
        promised(new=HOLDS)
        looked()
        assert [finding.key for finding in Finding.objects.all()] == ["new"]

    def test_a_question_that_takes_too_long_is_given_up_and_the_others_are_asked(self, promised, monkeypatch):
        monkeypatch.setattr(looking, "PATIENCE", 0.05)
        promised(slow=SLOW, wrong=WRONG, wet=HOLDS)
        job = looked()
        found = {one.key: (one.broken, one.why_not) for one in Finding.objects.all()}
        assert found == {"slow": (None, "slow"), "wrong": (None, "error"), "wet": (0, "")}
        assert job.result["text"] == "No promise is known to be broken. Of 2 it could not be found out."

    def test_a_question_can_write_nothing_and_leaves_the_connection_as_it_was(self, promised):
        promised(writes=WRITES)
        job = looked()
        assert Job.objects.filter(pk=job.pk).exists()
        assert [answer.why_not for answer in ask_each(1)] == ["error"]

    @pytest.mark.django_db(transaction=True)
    def test_the_command_waits_as_long_as_it_takes_and_nothing_of_a_look_stays(self):
        list(ask_each(5))
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout'), current_setting('transaction_read_only')")
            assert cursor.fetchone() == ("0", "off")
        assert not any(answer.broken for answer in ask_all())


class TestAskingForOne:
    def test_a_second_one_who_asks_gets_the_look_that_is_open(self, promised, bells, manager):
        promised(wet=HOLDS)
        first, second = ask_to_look(by=manager), ask_to_look(by=None)
        assert first == second
        assert Job.objects.get().total == 1
        assert bells == [("crm.tasks.look_at_promises", str(first.pk))] * 2

    def test_two_workers_do_not_take_the_same_look(self, promised):
        promised(wet=HOLDS)
        job = ask_to_look(by=None)
        Job.objects.update(state="running", heartbeat_at=timezone.now())
        assert look_at_promises(str(job.pk)) is None
        Job.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=3))
        assert looks_left_behind() == [str(job.pk)]
        assert look_at_promises(str(job.pk)).state == "done"
        assert looks_left_behind() == []

    def test_a_look_whose_ring_was_lost_is_rung_for_again_and_taken_however_late(self, promised, bells):
        promised(wet=HOLDS)
        job = ask_to_look(by=None)
        bells.clear()
        tasks.resume_looks()
        assert bells == []
        Job.objects.update(created_at=timezone.now() - timedelta(minutes=3))
        tasks.resume_looks()
        assert bells == [("crm.tasks.look_at_promises", str(job.pk))]
        Job.objects.update(created_at=timezone.now() - timedelta(hours=2))
        assert look_at_promises(str(job.pk)).state == "done"

    def test_a_look_at_which_one_worker_after_the_other_vanishes_is_given_up(self, promised):
        promised(wet=HOLDS)
        job = ask_to_look(by=None)
        long_ago, a_while_ago = timezone.now() - timedelta(hours=2), timezone.now() - timedelta(minutes=3)
        Job.objects.update(state="running", created_at=long_ago, heartbeat_at=a_while_ago)
        assert look_at_promises(str(job.pk)) is None
        assert Job.objects.get().state == "failed"

    def test_the_clock_looks_at_night(self, promised, settings):
        promised(wet=HOLDS)
        entry = settings.CELERY_BEAT_SCHEDULE["promises"]
        assert entry["task"] == tasks.look_tonight.name
        tasks.look_tonight()
        tasks.look_at_promises(str(Job.objects.get(owner=None).pk))
        assert Finding.objects.get().broken == 0


class TestThePage:
    def test_before_anybody_looked_it_says_what_will_be_here(self, client_of, manager):
        page = client_of(manager).get("/promises/").content.decode()
        assert "Nobody has looked yet." in page
        assert "No address has two messages of one newsletter." in page
        assert "Look now" in page

    def test_it_says_that_all_hold_when_it_was_looked_at_and_how_long_it_took(self, client_of, manager, query_count):
        looked()
        client = client_of(manager)
        with query_count("promises"):
            page = client.get("/promises/").content.decode()
        assert f"All {len(INVARIANTS.keys())} promises hold." in page
        assert "Last looked at" in page
        assert "it took" in page
        assert "Broken at" not in page

    def test_it_says_what_is_broken_first_and_where(self, client_of, manager, promised):
        promised(wet=HOLDS, slow=SLOW, cold=BREAKS)
        list(map(looking.keep, ask_each(0.05), [timezone.now()] * 3))
        page = client_of(manager).get("/promises/").content.decode()
        assert page.index("Broken at 30 places") < page.index("Not known: it took too long") < page.index("Holds")
        assert f'<a href="{reverse("admin:contacts_stakeholder_change", args=[1])}">person 1</a>' in page
        assert "and 10 more" in page
        assert "check_invariants --json" in page

    def test_the_button_has_a_worker_look_and_the_page_follows_it(self, client_of, manager, promised, bells):
        promised(wet=HOLDS)
        client = client_of(manager)
        for _click in range(2):
            assert client.post("/promises/look/").url == "/promises/"
        job = Job.objects.get()
        part = client.get("/promises/", headers={"HX-Request": "true"}).content.decode()
        assert 'hx-trigger="every 1s"' in part
        assert "Look now" not in part
        assert "<html" not in part
        look_at_promises(str(job.pk))
        part = client.get("/promises/", headers={"HX-Request": "true"}).content.decode()
        assert "All 1 promises hold." in part
        assert "hx-get" not in part

    def test_it_is_for_managers(self, client_of, staff, manager):
        assert client_of(staff).get("/promises/").status_code == 403
        assert client_of(staff).post("/promises/look/").status_code == 403
        assert client_of(manager).get("/promises/look/").status_code == 405
        assert 'href="/promises/"' in client_of(manager).get("/admin/").content.decode()
        assert 'href="/promises/"' not in client_of(staff).get("/admin/").content.decode()


class TestTheFirstPage:
    def test_there_is_a_card_only_while_something_is_broken(self, client_of, manager, staff, promised):
        promised(wet=HOLDS, slow=SLOW)
        list(map(looking.keep, ask_each(0.05), [timezone.now()] * 2))
        assert "does not add up" not in client_of(manager).get("/admin/").content.decode()
        promised(cold=BREAKS)
        looked()
        page = client_of(manager).get("/admin/").content.decode()
        assert "Something does not add up" in page
        assert "Fire is cold." in page
        assert "broken at 30 places" in page
        assert "does not add up" not in client_of(staff).get("/admin/").content.decode()


def test_a_monitoring_system_reads_what_is_broken_and_how_old_that_is(client, promised, settings):
    promised(wet=HOLDS, slow=SLOW, cold=BREAKS)
    then = timezone.now() - timedelta(hours=2)
    list(map(looking.keep, ask_each(0.05), [then] * 3))
    told = client.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}).content.decode()
    assert "alliance_promises_broken 1.0" in told
    assert "alliance_promises_unknown 1.0" in told
    assert 'alliance_promise_broken_places{promise="cold"} 30.0' in told
    assert 'alliance_promise_broken_places{promise="slow"}' not in told
    assert "alliance_promises_age_seconds 72" in told


def test_no_log_is_written_for_what_holds(promised, caplog):
    caplog.set_level(logging.INFO, "crm")
    promised(wet=HOLDS)
    looked()
    assert not caplog.text
