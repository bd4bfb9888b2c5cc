"""Long work: its verbs, and who may watch it."""

import pytest

from crm.actions.jobs import fail_job, finish_job, job_progress, start_job

pytestmark = pytest.mark.django_db


def fragment(client, job):
    return client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"})


def test_a_job_waits_until_its_first_progress(staff):
    job = start_job("import", "Import of friends.csv", owner=staff)
    assert (job.state, job.started_at) == ("waiting", None)
    job_progress(job, 30, "reading", total=120)
    job.refresh_from_db()
    assert (job.state, job.percent, job.message) == ("running", 25, "reading")


def test_a_finished_job_is_full_and_says_what_came_of_it(staff, client_of):
    job = start_job("import", "Import of friends.csv", owner=staff, total=120)
    job_progress(job, 100)
    finish_job(job, {"text": "118 people are new.", "url": "/admin/"})
    job.refresh_from_db()
    assert (job.state, job.percent) == ("done", 100)
    answer = fragment(client_of(staff), job).content.decode()
    assert "118 people are new." in answer
    assert "hx-get" not in answer


def test_a_page_hears_when_the_work_is_over(staff, client_of):
    job = start_job("import", "Import of friends.csv", owner=staff)
    assert "HX-Trigger" not in fragment(client_of(staff), job).headers
    finish_job(job)
    assert fragment(client_of(staff), job).headers["HX-Trigger"] == "job-ended"


def test_an_open_job_asks_again_every_second(staff, client_of):
    job = start_job("import", "Import of friends.csv", owner=staff)
    assert 'hx-trigger="every 1s"' in fragment(client_of(staff), job).content.decode()


def test_a_failed_job_tells_why(staff, client_of):
    job = start_job("import", "Import of friends.csv", owner=staff)
    fail_job(job, "The file is empty.")
    assert "The file is empty." in fragment(client_of(staff), job).content.decode()


def test_silence_is_said_and_not_hidden(staff, client_of):
    job = start_job("import", "Import of friends.csv", owner=staff)
    job_progress(job, 1)
    type(job).objects.update(heartbeat_at="2020-01-01T00:00Z")
    assert "No sign of life" in fragment(client_of(staff), job).content.decode()


def test_others_cannot_see_it_but_managers_can(staff, partner, manager, client_of):
    job = start_job("import", "Import of friends.csv", owner=staff)
    assert client_of(partner).get(f"/jobs/{job.pk}/").status_code == 404
    page = client_of(manager).get(f"/jobs/{job.pk}/")
    assert page.status_code == 200
    assert "unsafe-eval" in page.headers["Content-Security-Policy"]


def test_strangers_are_sent_to_sign_in(client, staff):
    job = start_job("import", "Import of friends.csv", owner=staff)
    assert client.get(f"/jobs/{job.pk}/").status_code == 302
