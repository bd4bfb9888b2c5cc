"""`manage.py find_duplicates` and the task behind the clock and every saved file."""

import json
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from contacts.identity.scan import LOCK
from contacts.imports.models import ImportRun
from contacts.tasks import commit_received_file, find_duplicates
from crm.models import Job
from tests.imports.conftest import receive, uploads

__all__ = ["receive", "uploads"]

PHONE = "+17045550100"


def run(*options):
    out = StringIO()
    call_command("find_duplicates", *options, stdout=out)
    return out.getvalue()


def test_it_says_what_it_found_as_json(person):
    person("Xiomara Beltran", PHONE), person("Xiomara Beltran", PHONE)
    report = json.loads(run("--json"))
    assert {key: report[key] for key in ("people", "pairs", "new")} == {"people": 2, "pairs": 1, "new": 1}
    assert report["seconds"] >= 0
    assert json.loads(run("--full", "--json"))["new"] == 0


def test_it_says_it_in_words(person):
    person("Xiomara Beltran", PHONE), person("Xiomara Beltran", PHONE)
    assert "1 pairs may be one, 1 of them are new" in run()


@pytest.mark.django_db(transaction=True)
def test_it_refuses_while_another_scan_runs():
    settings = connection.get_connection_params()
    other = psycopg.connect(
        **{key: settings[key] for key in ("host", "port", "dbname", "user", "password") if key in settings}
    )
    with other:
        other.execute("SELECT pg_advisory_lock(%s, 0)", [LOCK])
        with pytest.raises(CommandError) as refusal:
            run()
        find_duplicates()
    assert refusal.value.returncode == 2
    assert not Job.objects.exists()


def test_the_task_tells_how_far_it_is_and_what_it_came_to(person):
    person("Xiomara Beltran", PHONE), person("Xiomara Beltran", PHONE)
    find_duplicates()
    job = Job.objects.get()
    assert (job.state, job.percent, job.result["text"]) == ("done", 100, "1 pair may be one")


def test_a_night_without_news_leaves_no_job(person):
    person("Xiomara Beltran", PHONE)
    find_duplicates()
    find_duplicates()
    assert Job.objects.count() == 1


@pytest.fixture
def rung(monkeypatch):
    """The tasks that were rung for."""
    names = []
    monkeypatch.setattr("crm.bell._publish", lambda task, args: names.append(task))
    return names


def test_a_file_saved_by_the_command_is_looked_at_without_waiting_for_the_night(
    rung, tmp_path, settings, django_capture_on_commit_callbacks, db
):
    settings.MEDIA_ROOT = tmp_path / "media"
    file = tmp_path / "list.csv"
    file.write_text("Name,E-mail\nAna Ruiz,ana@example.org\n")
    with django_capture_on_commit_callbacks(execute=True):
        call_command("import_stakeholders", str(file), "--partner", "House", "--json", stdout=StringIO())
    assert rung == []
    with django_capture_on_commit_callbacks(execute=True):
        call_command("import_stakeholders", str(file), "--partner", "House", "--commit", "--json", stdout=StringIO())
    assert rung == ["contacts.tasks.find_duplicates"]
    saved = ImportRun.objects.get(state="committed")
    with django_capture_on_commit_callbacks(execute=True):
        call_command("revert_import", str(saved.pk), "--json", stdout=StringIO())
    assert rung == ["contacts.tasks.find_duplicates"] * 2


def test_a_file_saved_by_a_worker_is_looked_at_once(
    rung, tmp_path, settings, django_capture_on_commit_callbacks, receive
):
    run = receive(b"Name,E-mail\nAna Ruiz,ana@example.org\n")
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            commit_received_file(run.pk)
    assert rung == ["contacts.tasks.find_duplicates"]
