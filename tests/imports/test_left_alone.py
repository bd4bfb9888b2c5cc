"""A worker that is gone: the page says so within seconds, and the clock lets another one go on."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.imports.asking import ask_for_commit
from contacts.imports.locks import only_worker_on
from contacts.imports.models import ImportRun
from contacts.imports.progress import Progress
from contacts.imports.resuming import interrupted_runs, is_left_alone
from contacts.tasks import commit_received_file, resume_imports
from crm.models import Job
from tests.imports.conftest import csv_of
from tests.imports.workers import Worker, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

FILE = csv_of(("E-mail", "First name"), ("ann@example.org", "Ann"))
GONE = "Nobody is on this file at this moment"


@pytest.fixture
def asked(check, staff) -> ImportRun:
    """A file that somebody asked to be saved, and for which no worker came yet."""
    run = check(FILE)
    ask_for_commit(run, by=staff)
    return run


@pytest.fixture
def at_work(tmp_path):
    """Let a worker begin on a run and stay at it: `at_work(run)`."""
    begun = tmp_path / "begun"

    def begin(run: ImportRun) -> None:
        with only_worker_on(run), Progress(run.job) as told:
            told(40, "40 of 100 lines saved")
            until(Job.objects.filter(state=Job.State.RUNNING).exists)
            begun.touch()
            time.sleep(60)

    def started(run: ImportRun) -> Worker:
        worker = Worker(run, begin)
        until(begun.exists)
        run.refresh_from_db()
        return worker

    return started


def let_go(run: ImportRun) -> None:
    """The database notices in its own time that a process is gone."""
    until(lambda: is_left_alone(ImportRun.objects.get(pk=run.pk)))


def test_a_file_that_waits_for_its_first_worker_is_not_left_alone(asked, staff, client_of):
    assert not is_left_alone(asked)
    assert interrupted_runs() == []
    page = client_of(staff).get(reverse("admin:contacts_importrun_change", args=[asked.pk])).content.decode()
    assert "This waits for its turn" in page
    assert GONE not in page


def test_the_page_says_that_the_worker_is_gone_while_it_is(asked, at_work, staff, client_of):
    asks = reverse("admin:contacts_importrun_progress", args=[asked.pk]) + "?worker"
    client, worker = client_of(staff), at_work(asked)
    assert GONE not in client.get(asks).content.decode()
    worker.kill()
    let_go(asked)
    assert GONE in client.get(asks).content.decode()
    assert GONE in client.get(reverse("admin:contacts_importrun_change", args=[asked.pk])).content.decode()
    resume_imports()
    page = client.get(reverse("admin:contacts_importrun_change", args=[asked.pk])).content.decode()
    assert GONE not in page
    assert "This waits for its turn" in page
    commit_received_file(asked.pk)
    assert client.get(asks)["HX-Refresh"] == "true"


def test_the_clock_rings_at_once_and_then_not_for_a_minute(asked, at_work, monkeypatch):
    rung: list[tuple] = []
    monkeypatch.setattr("contacts.tasks.ring", lambda name, pk: rung.append((name, pk)))
    worker = at_work(asked)
    resume_imports()
    assert rung == []
    worker.kill()
    let_go(asked)
    resume_imports()
    resume_imports()
    assert rung == [(commit_received_file.name, asked.pk)]
    ImportRun.objects.update(asked_at=timezone.now() - timedelta(seconds=61))
    resume_imports()
    assert len(rung) == 2


def test_a_run_without_a_job_is_taken_up_too(check):
    run = check(FILE)
    ImportRun.objects.update(state="checking")
    assert [found.pk for found in interrupted_runs()] == [run.pk]
    ImportRun.objects.update(state="committed")
    assert interrupted_runs() == []


def test_one_whose_taking_back_failed_waits_for_a_person(commit):
    commit(FILE)
    ImportRun.objects.update(state="reverting", asked_at=None)
    assert interrupted_runs() == []
    assert not is_left_alone(ImportRun.objects.get())
