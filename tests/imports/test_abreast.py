"""Two chunks are written at once; what comes out is what comes out of one after the other."""

import logging
from threading import Event

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction

from contacts.actions.stakeholders import find_or_create_person
from contacts.imports.actions import check_import, commit_import, partner_named, receive_file, topics_named
from contacts.imports.committing import abreast, chunks, saving
from contacts.imports.committing.abreast import Helper
from contacts.imports.models import ImportRun
from contacts.imports.reverting import revert_import
from contacts.locks import BOOK_LOCK
from contacts.models import Consent, ConsentEvent, ContactPoint, Stakeholder, Suppression, Tagging
from tests.imports.book import snapshot
from tests.imports.conftest import csv_of
from tests.imports.pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = ("E-mail", "First name", "Last name", "Organization", "Tags", "Status")
CHUNK = 10


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch, caplog):
    """Many chunks in a small file, and a log of those that began anew."""
    monkeypatch.setattr(chunks, "CHUNK_ROWS", CHUNK)
    caplog.set_level(logging.INFO, "contacts.imports.committing.abreast")


@pytest.fixture
def pairs(monkeypatch) -> list[tuple[int, int]]:
    """Which chunks were begun abreast, by their last lines."""
    begun: list[tuple[int, int]] = []
    real = abreast.save_abreast

    def noted(run, middle, end, *rest, **more):
        begun.append((middle, end))
        return real(run, middle, end, *rest, **more)

    monkeypatch.setattr(saving, "save_abreast", noted)
    return begun


@pytest.fixture
def planned_behind(monkeypatch) -> None:
    """The one ahead shares nothing before the one behind has planned, however late that one is let run."""
    planned, waiting = Event(), abreast.Behind.before_what_is_shared

    def told(self):
        planned.set()
        waiting(self)

    def hearing(self):
        assert planned.wait(30)

    monkeypatch.setattr(abreast.Behind, "before_what_is_shared", told)
    monkeypatch.setattr(abreast.Ahead, "before_what_is_shared", hearing)


def people(mark: str, count: int = 60, **said: str) -> list[tuple[str, ...]]:
    """Rows that share words and organisations; `said` gives the status of a row by its number, as `n7="cleaned"`."""
    return [
        (f"{mark}{number}@example.org", "Ann", f"{mark}{number}", f"{mark} House {number % 4}",
         f"{mark} tag {number % 3}", said.get(f"n{number}", "subscribed"))
        for number in range(count)
    ]  # fmt: skip


def checked(mark: str, rows: list[tuple[str, ...]]) -> ImportRun:
    """A file of that mark, looked at."""
    file = ContentFile(csv_of(HEAD, *rows), name="list.csv")
    return check_import(receive_file(file, partner=partner_named(mark), topics=topics_named(["newsletter"])))


def one_after_the_other(run: ImportRun, monkeypatch) -> None:
    """Save it without help."""
    with monkeypatch.context() as patch:
        patch.setattr(saving, "may_go_abreast", lambda *_rest: False)
        commit_import(run)


def test_chunks_after_the_first_go_abreast(pairs):
    run = commit_import(checked("Zaa", people("Zaa", 55)))
    assert run.counts["created"] == 55
    assert pairs == [(21, 31), (41, 51)]
    assert [mark["line"] for mark in run.marks] == [11, 21, 31, 41, 51, 56]
    assert Stakeholder.objects.filter(kind="organisation").count() == 4
    assert Tagging.objects.count() == 55


@pytest.mark.parametrize(
    ("said", "repeated"),
    [
        ({}, None),
        ({"n15": "unsubscribed", "n25": "cleaned", "n37": "unsubscribed"}, None),
        ({"n15": "cleaned"}, 15),  # the address that the one ahead shuts is that of somebody behind
        ({"n15": "cleaned", "n25": "cleaned"}, 15),
    ],
    ids=["plain", "mixed words", "shut for somebody behind", "shut twice"],
)
def test_what_comes_out_is_the_same(monkeypatch, pairs, said, repeated):
    seen = []
    for mark in ("Zaa", "Zbb"):
        rows = people(mark, **said)
        if repeated is not None:
            rows[25] = (rows[repeated][0], "Bo", *rows[25][2:])
        run = checked(mark, rows)
        commit_import(run) if mark == "Zaa" else one_after_the_other(run, monkeypatch)
        assert run.counts["created"] == 60
        seen.append(
            (picture(run, mark), Consent.objects.filter(stakeholder__name__contains=mark, state="given").count())
        )
    assert pairs
    assert seen[0] == seen[1]


@pytest.mark.usefixtures("planned_behind")
def test_a_shut_address_of_somebody_behind_is_seen(pairs, caplog):
    rows = people("Zaa", n15="cleaned")
    rows[25] = (rows[15][0], "Bo", *rows[25][2:])
    commit_import(checked("Zaa", rows))
    assert "goes on one chunk after the other" in caplog.text
    assert pairs == [(21, 31)]
    bo = Stakeholder.objects.get(first_name="Bo")
    assert not ConsentEvent.objects.filter(stakeholder=bo, action="given").exists()
    assert Suppression.objects.get().address == rows[15][0].lower()


def test_somebody_who_came_meanwhile_is_met_by_the_chunk_that_begins_anew(caplog):
    run = checked("Zaa", people("Zaa"))
    find_or_create_person("zaa25@example.org", "Ann", "Zaa25", language="en", source="form")
    commit_import(run)
    assert "goes on one chunk after the other" in caplog.text
    assert Stakeholder.objects.filter(kind="person").count() == 60
    assert run.rows.get(line=27).outcome == "unchanged" or run.rows.get(line=27).outcome == "updated"


def test_a_person_of_the_book_who_is_meant_twice_is_not_written_twice_at_once(pairs):
    ann, _made = find_or_create_person("zaa15@example.org", "Ann", "Zaa15", language="en", source="form")
    run = checked("Zaa", people("Zaa"))
    with connection.cursor() as cursor:  # as a decision of a person would say it
        cursor.execute(f"UPDATE import_{run.pk}.fate SET person = %s WHERE line = 27", [ann.pk])  # noqa: S608
    commit_import(run)
    assert pairs == [(31, 41), (51, 61)]


def test_taken_back_it_leaves_the_book_as_it_was(pairs):
    find_or_create_person("zaa33@example.org", "Ann", "Zaa33", language="en", source="form")
    before = snapshot(without=("Suppression", "Sketch"))
    run = commit_import(checked("Zaa", people("Zaa", n15="unsubscribed")))
    assert pairs
    revert_import(run)
    assert not run.revert_report["left"], run.revert_report
    after = snapshot(without=("Suppression", "Sketch"))
    assert after == before


def test_what_a_hand_added_to_somebody_of_either_chunk_stays(pairs):
    run = commit_import(checked("Zaa", people("Zaa")))
    hands = [Stakeholder.objects.get(name=f"Ann Zaa{number}") for number in (15, 25)]
    for somebody in hands:
        ContactPoint.objects.create(stakeholder=somebody, kind="phone", value="704-555-0100", normalized="+17045550100")
    revert_import(run)
    assert set(Stakeholder.objects.filter(kind="person")) == set(hands)


def test_when_the_one_ahead_fails_nothing_of_the_one_behind_is_kept(monkeypatch):
    run = checked("Zaa", people("Zaa"))
    real = chunks.write_rows

    def failing(of_run):
        if of_run.reached == 11:
            raise RuntimeError("no")
        real(of_run)

    monkeypatch.setattr(chunks, "write_rows", failing)
    with pytest.raises(RuntimeError):
        commit_import(run)
    assert Stakeholder.objects.filter(kind="person").count() == CHUNK
    assert (run.reached, len(run.marks)) == (11, 1)
    monkeypatch.undo()
    monkeypatch.setattr(chunks, "CHUNK_ROWS", CHUNK)
    commit_import(run)
    assert Stakeholder.objects.filter(kind="person").count() == 60


def test_when_the_one_behind_meets_another_writer_the_one_ahead_is_kept(monkeypatch, caplog):
    caplog.set_level(logging.INFO, "contacts.imports.committing.saving")
    run = checked("Zaa", people("Zaa"))
    real, failed = chunks.write_rows, []

    def failing(of_run):
        if of_run.reached == 21 and not failed:
            failed.append(Stakeholder.objects.filter(name="Ann Zaa15").exists())
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE deadlock_detected; END $$")
        real(of_run)

    monkeypatch.setattr(chunks, "write_rows", failing)
    commit_import(run)
    assert failed == [True]
    assert "tries the chunk again" in caplog.text
    assert Stakeholder.objects.filter(kind="person").count() == 60


def test_nobody_else_has_the_book_while_one_of_two_is_open(monkeypatch):
    run = checked("Zaa", people("Zaa"))
    real, free = chunks.write_rows, []

    def looking(of_run):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE "
                "locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND classid = %s "
                "AND datname = current_database()",
                [BOOK_LOCK],
            )
            free.append(cursor.fetchone()[0])
        real(of_run)

    monkeypatch.setattr(chunks, "write_rows", looking)
    commit_import(run)
    assert free == [1] * 6
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s, 0)", [BOOK_LOCK])
        assert cursor.fetchone()[0]


def test_whoever_waits_too_long_for_a_row_gives_way_and_goes_alone(monkeypatch, caplog):
    """The one behind holds a row that the one ahead wants, and waits for it: nobody waits for ever."""
    caplog.set_level(logging.INFO, "contacts.imports.committing.saving")
    monkeypatch.setattr(abreast, "PATIENCE", "300ms")
    ann, _made = find_or_create_person("ann@example.org", "Ann", "Lee", language="en", source="form")
    run = checked("Zaa", people("Zaa"))
    real, wanting, held = abreast.Behind.before_what_is_shared, chunks.write_rows, Event()
    tried = []

    def holding(self):
        Stakeholder.objects.select_for_update().get(pk=ann.pk)
        held.set()
        real(self)

    def waiting(of_run):
        if not tried and of_run.reached == CHUNK + 1:
            tried.append(True)
            assert held.wait(30)
            Stakeholder.objects.select_for_update().get(pk=ann.pk)
        wanting(of_run)

    monkeypatch.setattr(abreast.Behind, "before_what_is_shared", holding)
    monkeypatch.setattr(chunks, "write_rows", waiting)
    commit_import(run)
    assert "tries the chunk again" in caplog.text
    assert Stakeholder.objects.filter(kind="person").count() == 61


def test_history_knows_who_saved_people_of_either_chunk(staff):
    run = checked("Zaa", people("Zaa"))
    commit_import(run, by=staff)
    events = Stakeholder.pgh_event_model.objects.filter(pgh_label="insert", kind="person")
    told = events.values_list("pgh_context__metadata__verb", "pgh_context__metadata__user").order_by()
    assert events.count() == 60
    assert set(told) == {("commit_import", staff.pk)}


def test_a_helper_that_cannot_connect_is_an_error_and_no_half(monkeypatch):
    run = checked("Zaa", people("Zaa"))

    def broken(*_rest, **_more):
        raise DatabaseError("no connection left")

    monkeypatch.setattr(Helper, "save", broken)
    with pytest.raises(DatabaseError):
        commit_import(run)
    assert Stakeholder.objects.filter(kind="person").count() == CHUNK
