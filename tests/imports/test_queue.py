"""Rows that could mean several people: looked at one by one, settled by a person, obeyed when the file is saved."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.imports.actions import check_import, commit_import
from contacts.imports.errors import NotReady
from contacts.imports.models import ImportRun
from contacts.imports.settling import settle_row, unsettle_row
from contacts.models import Stakeholder
from tests.factories import ContactPointFactory, StakeholderFactory
from tests.imports.conftest import csv_of

HEAD = ("E-mail", "First name", "Last name", "Zip", "Phone")
ROW = ("cole@example.org", "J.", "Cole", "28202", "704 555 0101")


def door(run: ImportRun, name: str = "queue") -> str:
    """The address of a door of a file."""
    return reverse(f"admin:contacts_importrun_{name}", args=[run.pk])


@pytest.fixture
def coles(db):
    """Two who share an address, and whose first names begin alike."""
    found = [
        StakeholderFactory(first_name="Jamie", last_name="Cole", zip="28202"),
        StakeholderFactory(first_name="James", last_name="Cole", zip="28203"),
    ]
    for person in found:
        ContactPointFactory(stakeholder=person, kind="email", value="cole@example.org")
    return found


@pytest.fixture
def run(coles, check) -> ImportRun:
    """A file with a row that could be either, and one about somebody else."""
    run = check(csv_of(HEAD, ROW, ("bo@example.org", "Bo", "King", "", "")))
    assert run.counts["ambiguous"] == 1
    return run


class TestThePage:
    """One row at a time, with whom it could mean beside it."""

    def test_it_shows_the_row_and_everybody_it_could_mean(self, run, staff, client_of):
        page = client_of(staff).get(door(run)).content.decode()
        assert all(text in page for text in ("Line 2 of the file", "This is Jamie Cole", "This is James Cole"))
        assert page.index("This is Jamie Cole") < page.index("This is James Cole"), "the likelier one comes first"
        assert "✓ same" in page
        assert "≠ differs" in page

    def test_a_button_settles_the_row_and_offers_to_undo(self, run, coles, staff, client_of):
        client = client_of(staff)
        said = {"line": 2, "choice": "person", "person": coles[1].pk}
        page = client.post(door(run, "settle"), said, follow=True).content.decode()
        assert "Every row is settled." in page
        assert "Line 2 is James Cole." in page
        assert run.decisions.get().by == staff
        page = client.post(door(run, "unsettle"), {"line": 2}, follow=True).content.decode()
        assert "Line 2 of the file" in page
        assert not run.decisions.exists()

    @pytest.mark.parametrize(
        "said",
        [
            {}, {"line": "2"}, {"line": "2", "choice": "person"}, {"line": "2", "choice": "guess"},
            {"line": "3", "choice": "new"}, {"line": "99999999999", "choice": "new"},
            {"line": "2", "choice": "person", "person": "x"},
        ],
    )  # fmt: skip
    def test_nonsense_settles_nothing(self, run, staff, client_of, said):
        assert client_of(staff).post(door(run, "settle"), said).status_code == 302
        assert not run.decisions.exists()

    def test_the_page_of_the_file_leads_there(self, run, staff, client_of):
        page = client_of(staff).get(door(run, "change")).content.decode()
        assert "1 row could mean several people" in page
        assert door(run) in page

    def test_once_settled_and_saved_the_page_no_longer_speaks_of_it(self, run, coles, staff, client_of):
        settle_row(run, 2, choice="person", stakeholder=coles[0], by=staff)
        commit_import(run)
        page = client_of(staff).get(door(run, "change")).content.decode()
        assert "could be several people;" not in page
        assert "Say who is who" not in page

    def test_partners_see_nothing_of_it(self, run, partner, client_of):
        run.partner.members.add(partner)
        client = client_of(partner)
        assert client.get(door(run)).status_code == 403
        assert door(run) not in client.get(door(run, "change")).content.decode()


class TestSaving:
    """What was said is done when the file is saved."""

    def test_a_row_is_who_somebody_said(self, run, coles, staff):
        settle_row(run, 2, choice="person", stakeholder=coles[1], by=staff)
        commit_import(run)
        assert coles[1].contact_points.filter(kind="phone").exists()
        assert not coles[0].contact_points.filter(kind="phone").exists()
        assert (run.counts["ambiguous"], run.counts["updated"]) == (0, 1)

    def test_somebody_new_is_made(self, run, coles, staff):
        settle_row(run, 2, choice="new", by=staff)
        commit_import(run)
        assert Stakeholder.objects.filter(last_name="Cole").count() == 3
        assert run.counts["ambiguous"] == 0

    def test_a_row_that_is_left_out_changes_nobody(self, run, coles, staff):
        settle_row(run, 2, choice="skip", by=staff)
        commit_import(run)
        assert Stakeholder.objects.filter(last_name="Cole").count() == 2
        assert run.counts["ambiguous"] == 1

    def test_two_rows_of_one_person_are_one(self, coles, check, staff):
        run = check(csv_of(HEAD, ROW, ("cole@example.org", "Jamie", "Cole", "", "")))
        settle_row(run, 2, choice="person", stakeholder=coles[0], by=staff)
        commit_import(run)
        assert coles[0].contact_points.filter(kind="phone").count() == 1
        assert sum(run.counts.values()) == 2

    def test_a_second_look_keeps_what_was_said(self, run, coles, staff):
        settle_row(run, 2, choice="person", stakeholder=coles[0], by=staff)
        check_import(run)
        assert (run.counts["ambiguous"], run.counts["updated"]) == (0, 1)


def test_undoing_after_a_second_look_lets_the_row_wait_again(run, coles, staff, client_of):
    settle_row(run, 2, choice="person", stakeholder=coles[0], by=staff)
    check_import(run)
    client_of(staff).post(door(run, "unsettle"), {"line": 2})
    run.refresh_from_db()
    assert run.counts["ambiguous"] == 1


def test_a_person_must_be_named_and_a_row_must_wait(run, coles, staff):
    for bad in ({"choice": "person"}, {"choice": "new", "stakeholder": coles[0]}, {"choice": "none"}):
        with pytest.raises(NotReady):
            settle_row(run, 2, by=staff, **bad)
    with pytest.raises(NotReady):
        settle_row(run, 3, choice="new", by=staff)


def test_nothing_is_said_about_a_file_in_work(run, staff):
    run.state = ImportRun.State.COMMITTING
    run.save()
    with pytest.raises(NotReady):
        settle_row(run, 2, choice="new", by=staff)
    with pytest.raises(NotReady):
        unsettle_row(run, 2, by=staff)


class TestAfterSaving:
    """Rows that still wait become a file of their own, on the same terms."""

    def test_they_are_settled_and_saved_on_their_own(self, run, coles, staff, client_of):
        commit_import(run)
        client = client_of(staff)
        assert "1 row still waits" in client.get(door(run)).content.decode()
        page = client.post(door(run, "rest"), follow=True).content.decode()
        assert "This is James Cole" in page
        rest = ImportRun.objects.exclude(pk=run.pk).get()
        assert (rest.partner, rest.counts["ambiguous"], sum(rest.counts.values())) == (run.partner, 1, 1)
        settle_row(rest, 2, choice="person", stakeholder=coles[1], by=staff)
        commit_import(rest)
        assert coles[1].contact_points.filter(kind="phone").exists()

    def test_a_yes_is_not_made_younger(self, coles, commit, staff, client_of):
        run = commit(csv_of(HEAD, ROW), topics=["newsletter"])
        ImportRun.objects.filter(pk=run.pk).update(created_at=run.created_at - timedelta(days=9))
        client_of(staff).post(door(run, "rest"))
        rest = ImportRun.objects.exclude(pk=run.pk).get()
        assert rest.consented_on == timezone.localtime(run.created_at - timedelta(days=9)).date()
        assert [topic.slug for topic in rest.topics.all()] == ["newsletter"]

    def test_a_file_without_such_rows_has_no_rest(self, staff, client_of, commit):
        run = commit(csv_of(HEAD, ("bo@example.org", "Bo", "King", "", "")))
        page = client_of(staff).post(door(run, "rest"), follow=True).content.decode()
        assert "No row of this file waits" in page
