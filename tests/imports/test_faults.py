"""Faults: workers are killed, the database loses what is not logged; the book comes out the same."""

import os
import random
import time
from itertools import product

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from contacts.imports.actions import partner_named, receive_file, topics_named
from contacts.imports.committing import chunks
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.staging import staged_runs
from contacts.models import Stakeholder
from tests.imports.conftest import csv_of
from tests.imports.pictures import picture
from tests.imports.workers import Worker, check_and_save, save

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

LONG = os.environ.get("FAULTS") == "long"
KILLS = int(os.environ.get("KILLS", 100 if LONG else 6))
PEOPLE = 240
HEAD = ("E-mail", "E-mail 2", "First name", "Last name", "Phone", "Zip", "Organization", "Type", "Tags", "Status")

UNLOGGED = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' AND relpersistence = 'u'
"""


def file_for(mark: str) -> bytes:
    """People of whom some come twice, share an inbox, have no address or no right one; `mark` tells files apart."""
    chance = random.Random(11)
    rows = []
    for number in range(PEOPLE):
        last = f"{mark}{chance.randrange(60)}"
        inbox = f"{mark}{chance.randrange(PEOPLE)}@example.org" if number % 5 else ""
        second = f"{mark}second{number}@example.org" if number % 11 == 0 else ""
        phone = f"(704) 555-{chance.randrange(1000, 1200)}" if number % 3 == 0 else ""
        status = chance.choice(["subscribed", "subscribed", "unsubscribed", "cleaned"])
        organisation = f"{mark} House {chance.randrange(9)}" if number % 4 == 0 else ""
        wrong = "nowhere" if number % 50 == 7 else inbox
        first = chance.choice(["Ann", "Bo", "Cy", "A."])
        rows.append((wrong, second, first, last, phone, "28202", organisation, "Activist", f"{mark} tag", status))
    return csv_of(HEAD, *rows)


MARKS = [f"Z{one}{other}" for one, other in product("abcdefghijklmno", repeat=2)]


def received(mark: str) -> ImportRun:
    """The file of that mark, with one of its people in the book already."""
    Stakeholder.objects.create(first_name="Ann", last_name=f"{mark}1", name=f"Ann {mark}1", zip="28202")
    return receive_file(
        ContentFile(file_for(mark), name="list.csv"), partner=partner_named(mark), topics=topics_named(["newsletter"])
    )


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Many chunks in a small file."""
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 20)


@pytest.fixture
def undisturbed():
    """What comes of the file when nothing happens, and how long that takes."""
    run = received("Zzz")
    started = time.monotonic()
    save(run)
    seconds = time.monotonic() - started
    assert run.counts["rejected"]
    assert run.counts["unchanged"]
    return picture(run, "Zzz"), seconds


def lose(run: ImportRun, how: str) -> None:
    """What a crash of the database, or an erasure in between, does to a staging."""
    with connection.cursor() as cursor:
        if how == "drop":
            cursor.execute(f"DROP SCHEMA IF EXISTS import_{run.pk} CASCADE")
            return
        cursor.execute(UNLOGGED, [f"import_{run.pk}"])
        for (table,) in cursor.fetchall():
            cursor.execute(f"TRUNCATE {table}")


def test_workers_killed_again_and_again_leave_what_an_undisturbed_one_leaves(undisturbed):
    expected, seconds = undisturbed
    chance = random.Random(2026)
    kills, marks, runs = 0, iter(MARKS), set()
    while kills < KILLS:
        mark = next(marks, None) or pytest.fail("more files than marks")
        run = received(mark)
        runs.add(run.pk)
        while kills < KILLS and run.state != "committed" and chance.random() < 0.9:
            worker = Worker(run, check_and_save)
            time.sleep(chance.uniform(0, seconds))
            worker.kill()
            kills += 1
            run.refresh_from_db()
        save(run)
        assert picture(run, mark) == expected
    assert not runs & set(staged_runs())


@pytest.mark.parametrize("how", ["empty", "drop"])
def test_a_staging_that_is_lost_in_the_middle_is_made_anew(undisturbed, how):
    expected, _seconds = undisturbed
    run = received("Zaa")
    worker = Worker(run, check_and_save)
    until = time.monotonic() + 60
    while not ImportRun.objects.get(pk=run.pk).marks and time.monotonic() < until:
        time.sleep(0.01)
    worker.kill()
    run.refresh_from_db()
    assert 0 < ImportRow.objects.filter(run=run).count() < PEOPLE
    lose(run, how)
    save(run)
    assert picture(run, "Zaa")[1:] == expected[1:]
    if how == "empty":
        assert picture(run, "Zaa") == expected
