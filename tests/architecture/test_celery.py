"""Every task has a queue, every queue a worker, and everything the clock rings exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from config.celery import app

app.loader.import_default_modules()
OURS = sorted(name for name in app.tasks if not name.startswith("celery."))
STOREYS = ("crm", "contacts", "engagement", "campaigns")
RUNG = sorted(
    {
        name
        for storey in STOREYS
        for file in (Path(settings.ROOT) / storey).rglob("*.py")
        for name in re.findall(r'\bring\(\s*"([^"]+)"', file.read_text())
    }
)


@pytest.mark.parametrize("name", OURS)
def test_every_task_waits_in_a_queue_that_has_a_worker(name):
    queue = app.amqp.router.route({}, name)["queue"]
    assert getattr(queue, "name", queue) in settings.QUEUES


def test_no_queue_is_declared_that_no_task_uses():
    used = {settings.CELERY_TASK_DEFAULT_QUEUE} | {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert used == set(settings.QUEUES)


@pytest.mark.parametrize("entry", settings.CELERY_BEAT_SCHEDULE)
def test_the_clock_rings_tasks_that_exist_and_forgets_late_rings(entry):
    ring = settings.CELERY_BEAT_SCHEDULE[entry]
    assert ring["task"] in app.tasks
    assert ring["options"]["expires"] <= ring["schedule"] if isinstance(ring["schedule"], int | float) else True


@pytest.mark.parametrize("name", RUNG)
def test_every_bell_that_is_rung_by_name_has_a_task(name):
    assert name in app.tasks


@pytest.mark.parametrize("name", OURS)
def test_no_task_keeps_a_result(name):
    assert app.tasks[name].ignore_result
