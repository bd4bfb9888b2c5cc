"""Faults: workers that take a file back are killed; whoever takes it up again ends where an undisturbed one ends."""

import random
import time
from itertools import product

import pytest
from django.db import connection

from contacts.actions import give_consent, tag_stakeholders, update_stakeholder
from contacts.imports.actions import State
from contacts.imports.committing import chunks
from contacts.imports.models import ImportRun
from contacts.imports.reverting import revert_import, steps
from contacts.models import Stakeholder, Topic
from tests.imports.test_faults import LONG, received
from tests.imports.test_faults import picture as picture_of_the_book
from tests.imports.workers import BUSY, Worker, save

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

KILLS = 100 if LONG else 5
MARKS = [f"Y{one}{other}" for one, other in product("abcdefghijklmno", repeat=2)]
WHY = "The status is that of the printed paper"

BLOCKS = "SELECT address, reason FROM contacts_suppression WHERE address LIKE %s ORDER BY 1"
HISTORY_OF_BLOCKS = """
SELECT address, pgh_label, count(*) FROM contacts_suppressionevent WHERE address LIKE %s GROUP BY 1, 2 ORDER BY 1, 2
"""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Many chunks in a small file."""
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 60)
    monkeypatch.setattr(steps, "CHUNK", 12)


def saved(mark: str) -> ImportRun:
    """A saved file, with somebody at work on its people since: some edited, some tagged, some who said yes."""
    run = received(mark)
    known = Stakeholder.objects.get(first_name="Ann", name=f"Ann {mark}1")
    for topic in Topic.objects.all():
        give_consent(known, topic, source="join form", wording="Yes", language="en")
    save(run)
    people = list(Stakeholder.objects.filter(name__contains=mark, kind="person").order_by("import_rows__line", "pk"))
    people = list(dict.fromkeys(people))
    for person in people[:40:4]:
        update_stakeholder(person, zip="28299")
    tag_stakeholders([person.pk for person in people[1:40:4]], [f"{mark} board"])
    for person in people[2:40:4]:
        give_consent(person, Topic.objects.get(slug="events"), source="join form", wording="Yes", language="en")
    return run


def picture(run: ImportRun, mark: str) -> tuple:
    """Everything that is left of the file, with nothing in it that tells one mark from another."""
    with connection.cursor() as cursor:
        blocks = []
        for query in (BLOCKS, HISTORY_OF_BLOCKS):
            cursor.execute(query, [f"%{mark.lower()}%"])
            blocks.append(repr(cursor.fetchall()).replace(mark.lower(), "zzz"))
    return (*picture_of_the_book(run, mark), run.state, run.revert_report, *blocks)


def take_back(misread: str | None):
    """The work of a worker."""
    return lambda run: revert_import(run, misread=misread)


def taken_back(run: ImportRun, misread: str | None) -> float:
    """Take it back in one process that nobody disturbs; the seconds it took."""
    for _again in range(200):
        started = time.monotonic()
        if (code := Worker(run, take_back(misread)).wait()) != BUSY:
            break
        time.sleep(0.05)
    assert code == 0
    run.refresh_from_db()
    return time.monotonic() - started


@pytest.mark.parametrize("misread", [None, WHY])
def test_workers_killed_again_and_again_leave_what_an_undisturbed_one_leaves(misread):
    run = saved("Zzz")
    seconds = taken_back(run, misread)
    expected = picture(run, "Zzz")
    done = run.revert_report["done"]
    assert done["removed"]
    assert done["consent"]
    assert run.revert_report["left"]
    assert bool(done.get("lifted")) == bool(misread)

    chance = random.Random(2027)
    kills, in_the_middle, marks = 0, 0, iter(MARKS)
    while kills < KILLS or not in_the_middle:
        mark = next(marks, None) or pytest.fail("more files than marks")
        run = saved(mark)
        while run.state != State.REVERTED and chance.random() < 0.9:
            worker = Worker(run, take_back(misread))
            time.sleep(chance.uniform(0, seconds))
            worker.kill()
            kills += 1
            run.refresh_from_db()
            in_the_middle += run.state == State.REVERTING and run.reached > 0
        taken_back(run, misread)
        assert picture(run, mark) == expected
