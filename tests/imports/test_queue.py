"""Rows that could mean several people: looked at one by one, settled by a person, obeyed when the file is saved."""

import csv
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from contacts.identity.merging import merge_stakeholders
from contacts.imports.actions import check_import, commit_import
from contacts.imports.errors import NotReady
from contacts.imports.lines import SECOND_PERSON
from contacts.imports.models import ImportRun
from contacts.imports.rejected import rejected_csv
from contacts.imports.rest import receive_rest
from contacts.imports.reviewing.queue import next_open
from contacts.imports.settling import settle_row, unsettle_row
from contacts.locks import have_the_book_alone
from contacts.models import Stakeholder
from tests.factories import ContactPointFactory, StakeholderFactory
from tests.identity.test_at_once import at_once, waits_for_the_book
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

    def test_the_list_of_these_rows_leads_there(self, run, staff, client_of):
        client, there = client_of(staff), f"{door(run, 'rows')}?outcome=ambiguous"
        assert door(run) in client.get(there).content.decode()
        settle_row(run, 2, choice="new", by=staff)
        assert door(run) not in client.get(there).content.decode()

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


class TestTwoTabs:
    """Whoever looks at an old page hears what happened since, and nothing is done to the wrong row."""

    def test_what_the_other_tab_said_stays(self, run, coles, staff, client_of):
        client = client_of(staff)
        client.post(door(run, "settle"), {"line": 2, "choice": "person", "person": coles[0].pk})
        page = client.post(door(run, "settle"), {"line": 2, "choice": "new"}, follow=True).content.decode()
        assert "Line 2 was settled meanwhile: it is Jamie Cole. Undo it first" in page
        assert run.decisions.get().stakeholder == coles[0]

    def test_the_same_answer_twice_is_one(self, run, coles, staff, client_of):
        said = {"line": 2, "choice": "person", "person": coles[0].pk}
        client = client_of(staff)
        client.post(door(run, "settle"), said)
        page = client.post(door(run, "settle"), said, follow=True).content.decode()
        assert "settled meanwhile" not in page
        assert run.decisions.count() == 1

    def test_a_program_may_say_it_anew(self, run, coles, staff):
        settle_row(run, 2, choice="person", stakeholder=coles[0], by=staff)
        settle_row(run, 2, choice="new", by=staff)
        assert run.decisions.get().choice == "new"

    def test_somebody_who_was_merged_is_who_they_are_now(self, run, coles, staff, client_of):
        old = coles[1].pk
        other = StakeholderFactory(first_name="James", last_name="Coleman")
        merge_stakeholders(other, coles[1], by=staff)
        said = {"line": 2, "choice": "person", "person": old}
        page = client_of(staff).post(door(run, "settle"), said, follow=True).content.decode()
        assert "They were merged since: the row is James Coleman now." in page
        assert run.decisions.get().stakeholder == other
        commit_import(run)
        assert other.contact_points.filter(kind="phone").exists()

    def test_somebody_who_was_erased_is_nobody(self, run, coles, staff, client_of):
        gone = coles[1].pk
        Stakeholder.objects.filter(pk=gone).delete()
        said = {"line": 2, "choice": "person", "person": gone}
        page = client_of(staff).post(door(run, "settle"), said, follow=True).content.decode()
        assert "They are no longer in the book." in page
        assert "Line 2 of the file" in page
        assert not run.decisions.exists()


@pytest.mark.django_db(transaction=True)
class TestOrderOfLocks:
    """The book first, then rows: a row that is settled never waits in a circle with whoever has the book."""

    @pytest.mark.parametrize("state", ["checked", "committed"])
    @pytest.mark.parametrize("verb", ["settle", "unsettle"])
    def test_it_waits_for_the_book_without_a_row(self, run, staff, state, verb):
        if state == "committed":
            commit_import(run)

        def say():
            try:
                settle_row(run, 2, choice="skip", by=staff) if verb == "settle" else unsettle_row(run, 2, by=staff)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                have_the_book_alone()
                said = pool.submit(say)
                until = time.monotonic() + 30
                while not waits_for_the_book() and time.monotonic() < until:
                    time.sleep(0.01)
                assert waits_for_the_book()
                assert ImportRun.objects.select_for_update(nowait=True).filter(pk=run.pk).get()
            said.result(timeout=30)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """At the same moment nobody meets an error, and one answer is kept."""

    def test_two_tabs_that_differ(self, run, coles, staff):
        answers = at_once(
            *(
                lambda person=person: (
                    settle_row(run, 2, choice="person", stakeholder=person, by=staff, anew=False).stakeholder
                )
                for person in coles
            )
        )
        kept = run.decisions.get().stakeholder
        assert sorted(map(str, answers)) == sorted([str(kept), f"Line 2 was settled meanwhile: it is {kept}."])

    def test_a_row_is_settled_as_somebody_who_is_being_merged(self, run, coles, staff):
        commit_import(run)
        at_once(
            lambda: settle_row(run, 2, choice="person", stakeholder=coles[1], by=staff),
            lambda: merge_stakeholders(coles[0], coles[1], by=staff),
        )
        assert run.decisions.get().stakeholder == coles[0]
        assert run.rows.get(line=2).stakeholder == coles[0]
        assert coles[0].contact_points.filter(kind="phone").count() == 1


class TestSecondPersons:
    """The second person of a row waits, is settled and sent on like any other."""

    HEAD = ("E-mail", "First name", "Last name", "Spouse first name", "Spouse last name", "Spouse e-mail", "Phone")
    ROW = ("bo@example.org", "Bo", "King", "J.", "Cole", "cole@example.org", "704 555 0101")
    SECOND = SECOND_PERSON + 2

    @pytest.fixture
    def run(self, coles, check) -> ImportRun:
        """Bo, whose spouse could be either, and somebody who could be either alone."""
        alone = ("cole@example.org", "J.", "Cole", "", "", "", "")
        return check(csv_of(self.HEAD, self.ROW, alone))

    def test_the_queue_goes_in_the_order_of_the_file(self, run):
        first = next_open(run)
        assert first.place == "2, second person"
        assert next_open(run, after=first.line).place == "3"
        assert next_open(run, after=3) == first

    def test_it_is_settled_on_the_page(self, run, coles, staff, client_of):
        client = client_of(staff)
        page = client.get(door(run)).content.decode()
        assert "Line 2 of the file, second person" in page
        assert "0 of 2 settled" in page
        said = {"line": self.SECOND, "choice": "person", "person": coles[1].pk}
        page = client.post(door(run, "settle"), said, follow=True).content.decode()
        assert "Line 2, second person is James Cole." in page
        assert "Line 3 of the file" in page
        page = client.post(door(run, "unsettle"), {"line": self.SECOND}, follow=True).content.decode()
        assert "Line 2 of the file, second person" in page

    def test_a_row_of_which_only_the_second_is_unclear_still_waits(self, coles, check, staff, client_of):
        run = check(csv_of(self.HEAD, self.ROW))
        assert run.counts["ambiguous"] == 0
        assert any("could be several people" in one["text"] and "line 2" in one["text"] for one in run.warnings)
        assert "1 row could mean several people" in client_of(staff).get(door(run, "change")).content.decode()

    def test_the_rest_and_the_file_to_mend_have_the_row_once(self, coles, commit, staff):
        both = ("cole@example.org", "J.", "Cole", "J.", "Cole", "cole@example.org", "704 555 0101")
        run = commit(csv_of(self.HEAD, both, self.ROW))
        assert run.rows.filter(outcome="ambiguous").count() == 3
        lines = list(csv.reader("".join(rejected_csv(run)).lstrip("\ufeff").splitlines()))
        assert [line[:7] for line in lines] == [list(self.HEAD), list(both), list(self.ROW)]
        assert [line[7] for line in lines[1:]] == ["2", "3, second person"]
        assert [line[-1] for line in lines[1:]] == ["Several people could be meant; nothing was changed."] * 2
        rest = check_import(receive_rest(run, by=staff))
        assert sum(rest.counts.values()) == 2
        assert rest.rows.filter(outcome="ambiguous").count() == 3


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

    def test_a_row_that_was_left_out_is_not_asked_about_again(self, run, staff, client_of):
        settle_row(run, 2, choice="skip", by=staff)
        commit_import(run)
        page = client_of(staff).post(door(run, "rest"), follow=True).content.decode()
        assert "No row of this file waits" in page

    def test_a_file_without_such_rows_has_no_rest(self, staff, client_of, commit):
        run = commit(csv_of(HEAD, ("bo@example.org", "Bo", "King", "", "")))
        page = client_of(staff).post(door(run, "rest"), follow=True).content.decode()
        assert "No row of this file waits" in page
