"""Looking at the rows of a file, stopping it, and taking it back: what the pages say and who may."""

import pytest
from django.urls import reverse

from contacts.imports.asking import ask_for_check
from contacts.imports.lines import SECOND_PERSON
from contacts.imports.models import ImportRun
from contacts.models import Stakeholder
from contacts.tasks import revert_saved_file
from tests.factories import StakeholderFactory
from tests.imports.conftest import csv_of

HEAD = ("E-mail", "First name", "Last name", "Zip", "Tags")
ANN = ("ann@example.org", "Ann", "Lee", "28202", "west side")
BO = ("bo@example.org", "Bo", "King", "28205", "")


def door(run: ImportRun, name: str = "change") -> str:
    """The address of a door of a file."""
    return reverse(f"admin:contacts_importrun_{name}", args=[run.pk])


def rows(client, run: ImportRun, outcome: str, **more) -> str:
    """The list of rows with an outcome."""
    return client.get(door(run, "rows"), {"outcome": outcome, **more}).content.decode()


@pytest.fixture
def ann(db):
    """Ann is in the book without a zip code."""
    return StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org", zip="")


class TestRows:
    """Every row can be looked at, before and after saving."""

    def test_a_changed_row_shows_what_comes_before_it_is_saved(self, staff, client_of, ann, check):
        page = rows(client_of(staff), check(csv_of(HEAD, ANN, BO)), "updated")
        assert all(text in page for text in ("Ann Lee", "+ 28202", "+ west side"))
        assert "Bo King" not in page

    def test_and_the_same_afterwards(self, staff, client_of, ann, commit):
        page = rows(client_of(staff), commit(csv_of(HEAD, ANN, BO)), "updated")
        assert all(text in page for text in ("Ann Lee", "+ 28202", "+ west side"))

    def test_new_rows_show_what_they_say(self, staff, client_of, check):
        page = rows(client_of(staff), check(csv_of(HEAD, ANN, BO)), "created")
        assert all(text in page for text in ("Bo King", "bo@example.org", "28205"))

    def test_rejected_rows_say_why(self, staff, client_of, check):
        page = rows(client_of(staff), check(csv_of(HEAD, ANN, ("nonsense", "Bo", "King", "", ""))), "rejected")
        assert "is not an e-mail address" in page

    def test_rows_are_found_by_what_they_say(self, staff, client_of, check):
        client, run = client_of(staff), check(csv_of(HEAD, ANN, BO))
        assert "Ann Lee" not in rows(client, run, "created", q="bo@")
        assert "No row here holds" in rows(client, run, "created", q="100%")

    def test_a_long_list_goes_on_where_it_ended(self, staff, client_of, check):
        many = [(f"p{n}@example.org", "Pat", f"Family{n:03}", "", "") for n in range(60)]
        client, run = client_of(staff), check(csv_of(HEAD, *many))
        first = rows(client, run, "created")
        assert "Family049" in first
        assert "Family050" not in first
        assert "after=51" in first
        answer = client.get(door(run, "rows"), {"outcome": "created", "after": "51"}, headers={"HX-Request": "true"})
        assert "Family050" in answer.content.decode()
        assert "<html" not in answer.content.decode()

    def test_the_page_opens_on_what_changes(self, staff, client_of, ann, check):
        page = client_of(staff).get(door(check(csv_of(HEAD, ANN, BO)), "rows")).content.decode()
        assert "+ west side" in page

    def test_where_nothing_changes_it_opens_on_the_first_list_with_rows(self, staff, client_of, check):
        client = client_of(staff)
        page = client.get(door(check(csv_of(HEAD, BO)), "rows")).content.decode()
        assert 'href="?outcome=created" aria-current="page"' in page
        assert "Bo King" in page
        page = client.get(door(check(csv_of(HEAD, ("nonsense", "Bo", "King", "", ""))), "rows")).content.decode()
        assert 'href="?outcome=rejected" aria-current="page"' in page

    @pytest.mark.parametrize("nonsense", [{"outcome": "x"}, {"outcome": "' OR 1=1"}])
    def test_nonsense_is_no_list(self, staff, client_of, check, nonsense):
        assert client_of(staff).get(door(check(csv_of(HEAD, ANN)), "rows"), nonsense).status_code == 404

    def test_partners_see_no_rows_of_the_book(self, partner, client_of, ann, check):
        run = check(csv_of(HEAD, ANN))
        run.partner.members.add(partner)
        assert client_of(partner).get(door(run, "rows")).status_code == 403


class TestSecondPersons:
    """A row may name two people: the second stands behind the first in every list, and says so."""

    HEAD = ("E-mail", "First name", "Last name", "Spouse first name", "Spouse last name", "Spouse e-mail")
    COUPLES = [(f"a{n}@example.org", "Ann", f"Lee{n:02}", "Bob", f"Lee{n:02}", f"b{n}@example.org") for n in range(40)]
    ORDER = [word for n in range(25) for word in (f">{n + 2}<", f">{n + 2}, second person<")]

    @pytest.fixture(params=["check", "commit"])
    def run(self, request) -> ImportRun:
        """Forty couples, looked at and saved."""
        return request.getfixturevalue(request.param)(csv_of(self.HEAD, *self.COUPLES))

    def test_a_list_has_them_in_the_order_of_the_file(self, run, staff, client_of):
        page = rows(client_of(staff), run, "created")
        found = [page.index(word) for word in self.ORDER]
        assert found == sorted(found)
        assert ">27<" not in page
        assert "<b>80</b>" in page

    def test_it_goes_on_between_the_two_of_a_row(self, run, staff, client_of):
        page = rows(client_of(staff), run, "created", after="2")
        assert ">2<" not in page
        assert page.index(">2, second person<") < page.index(">3<")
        page = rows(client_of(staff), run, "created", after=str(SECOND_PERSON + 2))
        assert ">2, second person<" not in page
        assert ">3<" in page

    def test_they_are_found_by_what_they_say(self, run, staff, client_of):
        assert ">5, second person<" in rows(client_of(staff), run, "created", q="Lee03")

    def test_the_page_of_the_file_counts_them(self, run, staff, client_of):
        page = " ".join(client_of(staff).get(door(run)).content.decode().split())
        assert "also bring a second person: 40 <a" in page

    def test_programs_get_them_in_the_order_of_the_file(self, run, staff, client_of, commit):
        run = commit(csv_of(self.HEAD, *self.COUPLES))
        told = client_of(staff).get(reverse("api:v1:import-rows", args=[run.pk])).json()["results"]
        assert [row["place"] for row in told[:3]] == ["2", "2, second person", "3"]


def test_the_page_counts_what_changes_by_field(staff, client_of, ann, check):
    run = check(csv_of(HEAD, ANN, BO))
    assert run.changes == {"zip": 1, "tags": 1}
    page = client_of(staff).get(door(run)).content.decode()
    assert "What would change about people in the book" in page


def test_shared_addresses_are_shown(staff, client_of, check):
    run = check(csv_of(HEAD, ("home@example.org", "Ann", "Lee", "", ""), ("home@example.org", "Bo", "King", "", "")))
    page = client_of(staff).get(door(run)).content.decode()
    assert all(text in page for text in ("Shared addresses", "home@example.org", "Ann Lee", "Bo King"))


class TestStopping:
    """Work on a file can be ended by a button."""

    def test_the_worker_hears_of_it(self, staff, client_of, receive):
        run = receive(csv_of(HEAD, ANN))
        ask_for_check(run, by=staff)
        client = client_of(staff)
        assert "Stop it" in client.get(door(run)).content.decode()
        page = client.post(door(run, "stop"), follow=True).content.decode()
        run.job.refresh_from_db()
        assert run.job.cancel_requested
        assert "This is being stopped" in page

    def test_it_is_said_until_what_was_saved_is_taken_back(self, staff, client_of, receive):
        run = receive(csv_of(HEAD, ANN))
        ask_for_check(run, by=staff)
        client_of(staff).post(door(run, "stop"))
        ImportRun.objects.filter(pk=run.pk).update(state="reverting")
        moving = client_of(staff).get(door(run, "progress")).content.decode()
        assert "This is being stopped" in moving
        assert moving.strip().startswith('<div id="import-work"')
        assert moving.strip().endswith("</div>"), "what is outside would be there once more after every look"

    def test_there_is_nothing_to_stop_afterwards(self, staff, client_of, commit):
        page = client_of(staff).post(door(commit(csv_of(HEAD, ANN)), "stop"), follow=True).content.decode()
        assert "There is nothing to stop" in page

    def test_the_page_is_loaded_anew_once_nobody_works_on_it(self, staff, client_of, check):
        assert client_of(staff).get(door(check(csv_of(HEAD, ANN)), "progress"))["HX-Refresh"] == "true"


class TestTakingBack:
    """A second look in figures, then a button; afterwards what stayed and why."""

    def test_what_would_happen_is_said_in_figures(self, staff, client_of, ann, commit):
        page = client_of(staff).get(door(commit(csv_of(HEAD, ANN, BO)), "revert")).content.decode()
        assert "<b>1</b> person it brought leaves the book" in page
        assert "<b>1</b> person it changed gets back what was there before" in page

    def test_the_button_takes_it_back_and_the_page_says_what_came_of_it(self, staff, client_of, ann, commit):
        client, run = client_of(staff), commit(csv_of(HEAD, ANN, BO))
        client.post(door(run, "revert"))
        run.refresh_from_db()
        assert (run.state, run.reverted_by) == (ImportRun.State.REVERTING, staff)
        revert_saved_file(run.pk)
        page = client.get(door(run)).content.decode()
        assert all(text in page for text in ("Taken back", "1 person left the book.", "Send a better file"))
        ann.refresh_from_db()
        assert (ann.zip, Stakeholder.objects.filter(name="Bo King").exists()) == ("", False)

    def test_what_stayed_is_shown_with_why(self, staff, client_of, ann, commit):
        client, run = client_of(staff), commit(csv_of(HEAD, ANN))
        Stakeholder.objects.filter(pk=ann.pk).update(zip="28299")
        client.post(door(run, "revert"))
        revert_saved_file(run.pk)
        page = client.get(door(run)).content.decode()
        assert "What stayed, and why" in page
        assert "was changed since" in page

    def test_a_file_that_was_not_saved_has_nothing_to_take_back(self, staff, client_of, check):
        page = client_of(staff).get(door(check(csv_of(HEAD, ANN)), "revert"), follow=True).content.decode()
        assert "There is nothing of this file to take back." in page

    def test_partners_cannot(self, partner, client_of, commit):
        run = commit(csv_of(HEAD, ANN))
        run.partner.members.add(partner)
        assert client_of(partner).post(door(run, "revert")).status_code == 403


class TestQuestions:
    """A file that can be read in several ways asks; the answer reads it again."""

    CONTENT = "E-mail,First name,Last name\nann@example.org,Ana,Núñez\n".encode("mac-roman")

    @pytest.fixture
    def asking(self, check) -> ImportRun:
        """A file whose letters could be of two kinds."""
        run = check(self.CONTENT)
        assert run.state == ImportRun.State.ASKING
        return run

    def test_the_page_shows_how_it_would_be_read(self, asking, staff, client_of):
        page = client_of(staff).get(door(asking)).content.decode()
        assert all(text in page for text in ("Which of them is right?", "Ana,Núñez", "our best guess", "Read it so"))

    def test_the_answer_reads_it_again(self, asking, staff, client_of):
        page = client_of(staff).post(door(asking, "answer"), {"encoding": "mac-roman"}, follow=True).content.decode()
        asking.refresh_from_db()
        assert (asking.state, asking.answers) == (ImportRun.State.CHECKED, {"encoding": "mac-roman"})
        assert "Núñez" in page

    def test_it_can_be_asked_again(self, asking, staff, client_of):
        client = client_of(staff)
        client.post(door(asking, "answer"), {"encoding": "mac-roman"})
        page = client.post(door(asking, "answer"), {"encoding": ""}, follow=True).content.decode()
        assert "Which of them is right?" in page

    def test_nonsense_is_no_answer(self, asking, staff, client_of):
        page = client_of(staff).post(door(asking, "answer"), {"encoding": "klingon"}, follow=True).content.decode()
        assert "Which of them is right?" in page

    def test_partners_answer_for_their_own_file(self, asking, partner, client_of):
        asking.partner.members.add(partner)
        client = client_of(partner)
        assert "Which of them is right?" in client.get(door(asking)).content.decode()
        client.post(door(asking, "answer"), {"encoding": "mac-roman"})
        asking.refresh_from_db()
        assert asking.state == ImportRun.State.CHECKED
