"""GET /healthz: the six parts, each ok or why not."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as project

ASK = """
import django, json
django.setup()
from django.test import Client
answer = Client(SERVER_NAME="127.0.0.1").get("/healthz")
print(json.dumps([answer.status_code, answer.json()]))
"""


@pytest.mark.fault
def test_all_is_well_with_a_worker(celery_worker_process, client):
    answer = client.get("/healthz")
    parts = ("database", "redis", "worker", "mail", "sending", "bounces")
    assert answer.json() == dict.fromkeys(parts, "ok")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_missing_worker_is_named_by_its_queues(db, client, mailbox):
    from config.embedded.redis import client as redis_client

    with redis_client() as server:
        server.flushdb()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["redis"] == "ok"
    assert answer.json()["mail"] == "ok"
    assert answer.json()["worker"] == "No worker listens to: default, sending, imports."


def test_a_mail_server_that_is_away_is_said(db, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert client.get("/healthz").json()["mail"] == "The mail server does not answer."


def test_it_changes_nothing_and_takes_no_posts(client, db):
    assert client.post("/healthz").status_code == 405


def test_with_everything_down_it_answers_quickly_and_tells_no_secret():
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": "postgres://who:s3cret@127.0.0.1:1/none",
        "REDIS_URL": "redis://:s3cret@127.0.0.1:1/0",
        "EMAIL_URL": "smtp://who:s3cret@127.0.0.1:1",
        "BOUNCES_URL": "imaps://who:s3cret@127.0.0.1:1/INBOX",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, cwd=project.ROOT, capture_output=True, text=True, check=True,
        timeout=60,  # it would hang for minutes where a part had no patience of its own
    )  # fmt: skip
    status, parts = json.loads(done.stdout)
    assert status == 503
    assert parts["database"] == "The database does not answer."
    assert parts["redis"] == "Redis does not answer."
    assert "ok" not in parts.values()
    assert "s3cret" not in done.stdout
