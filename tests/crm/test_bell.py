"""The doorbell."""

from functools import partial

from config.celery import app as celery_app
from crm.bell import ring


def test_a_dead_broker_loses_nothing_and_raises_nothing(db, django_capture_on_commit_callbacks, monkeypatch, caplog):
    with celery_app.connection_for_write("redis://127.0.0.1:1/0") as nowhere:
        monkeypatch.setattr(celery_app, "send_task", partial(celery_app.send_task, connection=nowhere))
        with django_capture_on_commit_callbacks(execute=True):
            ring("crm.tasks.send_outbox")
    assert "the clock will ring again" in caplog.text


def test_it_rings_on_commit_only(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        ring("crm.tasks.send_outbox")
    assert len(callbacks) == 1
