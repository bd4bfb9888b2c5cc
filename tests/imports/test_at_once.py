"""Several at once: two files with the same people, a file and the join form, a stop in the middle, a second bell."""

import time

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from contacts.actions.stakeholders import find_or_create_person
from contacts.imports.actions import check_import, commit_import, partner_named, receive_file
from contacts.imports.asking import ask_for_commit, ask_to_stop
from contacts.imports.committing import chunks
from contacts.imports.errors import NotReady
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.resuming import KEPT_FOR
from contacts.imports.staging import staged_runs
from contacts.models import ContactPoint, Stakeholder, Tagging
from contacts.tasks import check_received_file, commit_received_file, forget_old_stagings
from tests.fuzzing import examples
from tests.imports.conftest import csv_of
from tests.imports.workers import Worker

HEAD = ("E-mail", "First name", "Last name", "Tags", "Organization")
PEOPLE = [(f"p{number}@example.org", "Ann", f"Lee{number}") for number in range(200)]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Many chunks in a small file."""
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 10)


def sent(people, partner: str) -> ImportRun:
    """A checked file in which everybody carries the partner's tag."""
    rows = [(*person, partner, "Hope House") for person in people]
    file = ContentFile(csv_of(HEAD, *rows), name="list.csv")
    return check_import(receive_file(file, partner=partner_named(partner)))


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_files_with_the_same_people_in_opposite_order_make_each_of_them_once(self):
        runs = [sent(PEOPLE, "one"), sent(PEOPLE[::-1], "other")]
        assert [worker.wait() for worker in [Worker(run, commit_import) for run in runs]] == [0, 0]
        people = Stakeholder.objects.filter(kind="person")
        assert people.count() == ContactPoint.objects.count() == len(PEOPLE)
        assert Tagging.objects.count() == 2 * len(PEOPLE)
        assert Stakeholder.objects.filter(kind="organisation").count() == 1
        rows = ImportRow.objects.values_list("outcome", flat=True)
        assert sorted(set(rows)) == ["created", "updated"]
        assert rows.filter(outcome="created").count() == rows.filter(outcome="updated").count() == len(PEOPLE)

    def test_two_files_of_one_partner_wait_for_each_other(self):
        runs = [sent(PEOPLE[:60], "one"), sent(PEOPLE[30:90], "one")]
        assert [worker.wait() for worker in [Worker(run, commit_import) for run in runs]] == [0, 0]
        assert Stakeholder.objects.filter(kind="person").count() == 90

    def test_whoever_joins_while_a_file_is_saved_is_in_the_book_once(self):
        run = sent(PEOPLE, "one")
        worker = Worker(run, commit_import)
        for email, first, last in PEOPLE[::-20]:
            find_or_create_person(email, first, last, language="en", source="form")
        assert worker.wait() == 0
        assert Stakeholder.objects.filter(kind="person").count() == len(PEOPLE)

    def test_a_file_that_is_stopped_leaves_nothing(self, staff):
        run = sent(PEOPLE, "one")
        ask_for_commit(run, by=staff)
        worker = Worker(run, lambda run: commit_received_file(run.pk))
        until = time.monotonic() + 60
        while not ImportRun.objects.get(pk=run.pk).marks and time.monotonic() < until:
            time.sleep(0.01)
        ask_to_stop(run)
        assert worker.wait() == 0
        run.refresh_from_db()
        assert (run.state, run.job.state) == ("cancelled", "cancelled")
        assert not Stakeholder.objects.exists()
        assert not ContactPoint.objects.exists()
        assert run.pk not in staged_runs()

    def test_a_file_stopped_before_anything_is_saved_leaves_nothing_either(self, staff):
        run = sent(PEOPLE[:5], "one")
        ask_for_commit(run, by=staff)
        ask_to_stop(run)
        commit_received_file(run.pk)
        run.refresh_from_db()
        assert (run.state, run.job.state) == ("cancelled", "cancelled")
        assert not Stakeholder.objects.exists()


@pytest.mark.django_db
class TestBells:
    def test_a_second_bell_changes_nothing(self, staff):
        run = sent(PEOPLE[:25], "one")
        ask_for_commit(run, by=staff)
        late = ImportRun.objects.get(pk=run.pk)
        commit_received_file(run.pk)
        commit_import(late)
        commit_received_file(run.pk)
        check_received_file(run.pk)
        run.refresh_from_db()
        assert (run.state, run.counts["created"], ImportRow.objects.count()) == ("committed", 25, 25)
        with pytest.raises(NotReady):
            check_import(late)

    def test_whoever_came_since_the_check_is_found(self):
        run = sent(PEOPLE[:3], "one")
        person, _new = find_or_create_person(*PEOPLE[1], language="en", source="form")
        commit_import(run)
        assert {name: count for name, count in run.counts.items() if count} == {"created": 2, "updated": 1}
        assert run.rows.get(stakeholder=person).line == 3

    def test_whoever_was_deleted_since_the_check_is_new(self):
        person, _new = find_or_create_person(*PEOPLE[1], language="en", source="form")
        run = sent(PEOPLE[:3], "one")
        person.delete()
        commit_import(run)
        assert run.counts["created"] == 3

    def test_two_who_came_since_the_check_are_not_guessed_between(self):
        run = sent([("home@example.org", "", "")], "one")
        for first in ("Ann", "Bo"):
            find_or_create_person("home@example.org", first, "Lee", language="en", source="form")
        commit_import(run)
        row = run.rows.get()
        assert (row.outcome, row.cells[0]) == ("ambiguous", "home@example.org")


@pytest.mark.django_db
def test_what_was_staged_long_ago_is_dropped_and_made_anew_when_the_file_is_saved():
    old, new = sent(PEOPLE[:3], "one"), sent(PEOPLE[3:6], "one")
    ImportRun.objects.filter(pk=old.pk).update(asked_at=timezone.now() - KEPT_FOR * 2)
    forget_old_stagings()
    assert old.pk not in staged_runs()
    assert new.pk in staged_runs()
    assert commit_import(old).counts["created"] == 3


cell = st.sampled_from(["", "a", "b", "A."])
person = st.tuples(st.sampled_from(["", "x@example.org", "y@example.org", "z", "w@example.org"]), cell, cell)


@pytest.mark.django_db
@examples(10)
@example([("y@example.org", "", ""), ("y@example.org", "a", ""), ("y@example.org", "b", "")])
@example([("y@example.org", "a", ""), ("y@example.org", "", "Lee"), ("y@example.org", "", "Ray")])
@given(st.lists(person, min_size=1, max_size=30))
def test_outcomes_add_up_to_the_rows_of_the_file(small_chunks, people):
    with transaction.atomic():
        run = sent(people, "one")
        checked = sum(run.counts.values())
        commit_import(run)
        lines = ImportRow.objects.filter(run=run).count()
        assert checked == sum(run.counts.values()) == lines == len(people)
        again = sent(people, "one")
        commit_import(again)
        assert again.counts["created"] == again.counts["updated"] == 0
        transaction.set_rollback(True)
