"""A scan that is killed at any moment harms nothing: run again, it comes to what an undisturbed one finds."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from benchmarks.invented import entries
from contacts.identity.scan import scan
from contacts.models import ContactPoint, DuplicateCandidate, Sketch, Stakeholder
from tests.workers import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]
PEOPLE, REFUSED = 1_000, 2
KILLS = 20 if os.environ.get("FAULTS") == "long" else 2


def invite(people):
    """Put the invented people in the book."""
    put = Stakeholder.objects.bulk_create(
        Stakeholder(name=f"{one.first} {one.last}", first_name=one.first, last_name=one.last, zip=one.zip)
        for one in people
    )
    points = [
        ContactPoint(
            stakeholder=who, kind=kind, value=value, normalized=value, fingerprint="x" if kind == "email" else ""
        )
        for who, one in zip(put, people, strict=True)
        for kind, values in (("email", set(one.emails)), ("phone", set(one.phones)))
        for value in values
    ]
    ContactPoint.objects.bulk_create(points)


def start():
    """A scan in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "find_duplicates"],
        cwd=settings.ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": database_url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_in_the_middle(chance):
    """Let a scan come as far as chance has it, then SIGKILL it."""
    before = Sketch.objects.count(), DuplicateCandidate.objects.count()
    process = start()
    while process.poll() is None and (Sketch.objects.count(), DuplicateCandidate.objects.count()) == before:
        time.sleep(0.01)
    time.sleep(chance.random() * 0.8)
    process.send_signal(signal.SIGKILL)
    process.wait()


def finish():
    """Run a scan to its end; the lock of a killed one falls as soon as the database notices."""
    deadline = time.monotonic() + 30
    while (status := start().wait()) == REFUSED and time.monotonic() < deadline:
        time.sleep(0.2)
    assert status == 0


def found():
    return set(DuplicateCandidate.objects.values_list("one", "other", "score"))


def test_what_was_killed_is_finished_later():
    chance = random.Random(5)
    people = list(entries(PEOPLE, seed=3))
    invite(people)
    for _kill in range(KILLS):
        kill_in_the_middle(chance)
        Stakeholder.objects.filter(pk__in=Stakeholder.objects.order_by("?")[:50].values("pk")).update(language="es")
    finish()
    assert not Sketch.objects.filter(due=True).exists()
    interrupted = found()
    DuplicateCandidate.objects.all().delete()
    Sketch.objects.all().delete()
    scan()
    assert len(interrupted) > 50
    assert {pair[:2] for pair in interrupted} == {pair[:2] for pair in found()}
