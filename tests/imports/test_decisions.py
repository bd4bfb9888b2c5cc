"""Saying who an unclear row is after its file was saved: done at once, and taken back with the file."""

import pytest

from contacts.actions import add_email, update_stakeholder
from contacts.imports.errors import NotReady
from contacts.imports.reverting import revert_import, steps
from contacts.imports.settling import settle_row, unsettle_row
from contacts.models import Consent, CustomField, ImportRun, Stakeholder
from tests.factories import ContactPointFactory, StakeholderFactory
from tests.imports.book import snapshot
from tests.imports.conftest import csv_of

HEAD = ("E-mail", "First name", "Last name", "Zip", "Phone", "Tags")
ROW = ("cole@example.org", "J.", "Cole", "28202", "704 555 0101", "Host")


@pytest.fixture
def coles(db):
    """Two who share an address, and whose first names begin alike."""
    found = [StakeholderFactory(first_name=first, last_name="Cole") for first in ("Jamie", "James")]
    for person in found:
        ContactPointFactory(stakeholder=person, kind="email", value="cole@example.org", is_primary=True)
    return found


@pytest.fixture
def before(coles):
    return snapshot()


@pytest.fixture
def run(before, commit) -> ImportRun:
    run = commit(csv_of(HEAD, ROW, ("bo@example.org", "Bo", "King", "", "", "")), topics=["newsletter"])
    assert run.counts["ambiguous"] == 1
    return run


def test_a_row_of_a_saved_file_is_who_somebody_says_at_once(run, coles, staff):
    settle_row(run, 2, choice="person", stakeholder=coles[1], by=staff)
    coles[1].refresh_from_db()
    assert (coles[1].zip, coles[1].first_name) == ("28202", "James")
    assert coles[1].contact_points.filter(kind="phone").exists()
    row = run.rows.get(line=2)
    assert (row.outcome, row.stakeholder, row.message) == ("updated", coles[1], "")
    assert row.before["fields"] == {"zip": ["", "28202"]}
    assert Consent.objects.filter(stakeholder=coles[1], state="given").exists()
    run.refresh_from_db()
    assert (run.counts["ambiguous"], run.counts["updated"], sum(run.counts.values())) == (0, 1, 2)


@pytest.mark.parametrize("choice", ["person", "new"])
def test_it_is_taken_back_with_the_file(run, coles, staff, before, choice):
    settle_row(run, 2, choice=choice, stakeholder=coles[0] if choice == "person" else None, by=staff)
    assert Stakeholder.objects.filter(last_name="Cole").count() == (2 if choice == "person" else 3)
    revert_import(run, by=staff)
    assert snapshot() == before


@pytest.mark.parametrize("chunk", [1, 5_000])
@pytest.mark.parametrize("lines", [(3, 2), (2, 3), (2,)])
def test_rows_that_wrote_over_one_another_are_taken_back_to_the_first(commit, coles, staff, monkeypatch, lines, chunk):
    monkeypatch.setattr(steps, "CHUNK", chunk)
    CustomField.objects.create(slug="ward", name_en="Ward")
    add_email(coles[1], "james@example.org")
    before = snapshot()
    rows = [
        ("cole@example.org", "J.", "Cole", "28202", "704 555 0101", "1 Oak St", "1"),
        ("cole@example.org", "J.", "Cole", "28203", "704 555 0102", "2 Oak St", "2"),
        ("james@example.org", "James", "Cole", "28204", "704 555 0103", "3 Oak St", ""),
    ]
    run = commit(csv_of((*HEAD[:5], "Street", "Ward"), *rows), matches="update", topics=["newsletter"])
    for line in lines:
        settle_row(run, line, choice="person", stakeholder=coles[1], by=staff)
    revert_import(run)
    assert snapshot() == before
    assert run.revert_report["left"] == {}


def test_what_somebody_wrote_between_two_rows_stays(run, coles, staff):
    settle_row(run, 2, choice="person", stakeholder=coles[1], by=staff)
    update_stakeholder(coles[1], zip="28299", by=staff)
    revert_import(run)
    coles[1].refresh_from_db()
    assert coles[1].zip == "28299"


def test_a_row_left_out_changes_nobody_and_may_be_looked_at_again(run, coles, staff):
    settle_row(run, 2, choice="skip", by=staff)
    assert run.rows.get(line=2).outcome == "ambiguous"
    unsettle_row(run, 2, by=staff)
    settle_row(run, 2, choice="new", by=staff)
    assert run.rows.get(line=2).outcome == "created"


def test_what_is_in_the_book_is_not_unsaid(run, coles, staff):
    settle_row(run, 2, choice="new", by=staff)
    with pytest.raises(NotReady, match="in the book already"):
        unsettle_row(run, 2, by=staff)
    with pytest.raises(NotReady, match="does not wait"):
        settle_row(run, 2, choice="new", by=staff)


def test_nothing_is_said_about_a_file_that_was_taken_back(run, coles, staff):
    revert_import(run)
    with pytest.raises(NotReady, match="taken back"):
        settle_row(run, 2, choice="new", by=staff)


def test_a_file_that_is_gone_cannot_be_read_again(run, coles, staff):
    run.file.delete(save=True)
    with pytest.raises(Exception, match="file was removed"):
        settle_row(run, 2, choice="new", by=staff)
    assert not run.decisions.exists()
