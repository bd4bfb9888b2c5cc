"""What must be known and ticked before a file is saved."""

import pytest

from contacts.actions import give_consent
from contacts.imports.actions import check_import, commit_import
from contacts.imports.asking import ask_for_commit
from contacts.imports.errors import NotReady
from contacts.imports.models import ImportRun
from contacts.imports.warnings.ticks import texts_of, tick_warnings, unticked
from contacts.models import Topic
from tests.factories import ContactPointFactory, StakeholderFactory
from tests.imports.conftest import csv_of

HEAD = ("E-mail", "First name", "Last name")
GOOD = ("ann@example.org", "Ann", "Lee")


def codes(run: ImportRun) -> set[str]:
    """The warnings of a run that must be ticked."""
    return {one["code"] for one in run.warnings if one["must"]}


def people(count: int, *more: str) -> list[tuple[str, ...]]:
    """Rows of so many different people."""
    return [(f"p{n}@example.org", f"Name{chr(97 + n % 26)}", f"Family{n}", *more) for n in range(count)]


def test_an_ordinary_file_has_nothing_to_tick(check):
    run = check(csv_of(HEAD, *people(30)), topics=["newsletter"])
    assert codes(run) == set()


def test_many_rejected_rows_must_be_ticked(check):
    run = check(csv_of(HEAD, GOOD, ("nonsense", "Bo", "Lee"), ("more nonsense", "Cy", "Lee")))
    assert codes(run) == {"many_rejected"}
    assert "67 % of the rows are rejected: 2 of 3." in texts_of(run)[0]


def test_a_few_rejected_rows_need_no_tick(check):
    assert codes(check(csv_of(HEAD, *people(9), ("nonsense", "Bo", "Lee")))) == set()


def test_another_address_for_people_who_have_one_must_be_ticked(check):
    ann = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
    run = check(csv_of((*HEAD, "Email 2"), (*GOOD, "new@example.org")))
    assert ann.contact_points.count() == 1
    assert codes(run) == {"changes_email"}
    assert "It would change the e-mail of 1 person in the book." in texts_of(run)


def test_mostly_no_consent_must_be_ticked(check):
    rows = [("a@example.org", "A", "Lee", "subscribed"), *people(3, "never")]
    run = check(csv_of((*HEAD, "Email status"), *rows), topics=["newsletter"])
    assert codes(run) == {"no_consent"}
    assert "75 % have no consent: 3 of 4" in texts_of(run)[0]


def test_without_a_topic_consent_is_nothing_to_tick(check):
    run = check(csv_of((*HEAD, "Email status"), *people(3, "never")))
    assert codes(run) == set()
    assert "No topic was chosen" in texts_of(run)[-1]


def test_people_who_would_leave_must_be_ticked(check):
    ann = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
    give_consent(ann, Topic.objects.get(slug="newsletter"), source="join form", wording="Yes", language="en")
    run = check(csv_of((*HEAD, "Status"), (*GOOD, "unsubscribed")))
    assert "leaving" in codes(run)


def test_new_people_without_any_address_must_be_ticked(check):
    rows = [(*GOOD, "", ""), ("", "Bo", "King", "", "28202"), ("", "Cy", "Hall", "704 555 0101", "28202")]
    run = check(csv_of((*HEAD, "Phone", "Zip"), *rows))
    assert codes(run) == {"no_address"}


def test_changing_much_of_the_book_must_be_ticked(check):
    for n in range(20):
        person = StakeholderFactory(first_name="Ann", last_name=f"Lee{n}", zip="")
        ContactPointFactory(stakeholder=person, kind="email", value=f"a{n}@example.org")
    rows = [(f"a{n}@example.org", "Ann", f"Lee{n}", "28202") for n in range(20)]
    assert "much_of_the_book" in codes(check(csv_of((*HEAD, "Zip"), *rows)))


def test_a_partner_whose_people_are_suddenly_all_unknown_must_be_ticked(commit, check):
    commit(csv_of(HEAD, *people(60)))
    strangers = [(f"x{n}@example.org", "New", f"Person{n}") for n in range(30)]
    assert codes(check(csv_of(HEAD, *strangers))) == {"strangers"}
    assert codes(check(csv_of(HEAD, *strangers), partner="Somebody Else")) == set()


class TestTicking:
    """Ticks are kept with who and when; without them a page saves nothing."""

    @pytest.fixture
    def doubtful(self, check):
        """A file of which most rows are rejected."""
        return check(csv_of(HEAD, GOOD, ("nonsense", "Bo", "Lee")))

    def test_an_unticked_file_is_not_saved(self, doubtful, staff):
        with pytest.raises(NotReady, match="50 % of the rows are rejected"):
            ask_for_commit(doubtful, by=staff)
        doubtful.refresh_from_db()
        assert doubtful.state == ImportRun.State.CHECKED

    def test_who_ticked_it_and_when_is_kept(self, doubtful, staff):
        tick_warnings(doubtful, ["many_rejected", "never heard of"], by=staff)
        doubtful.refresh_from_db()
        (tick,) = doubtful.ticked
        assert (tick["code"], tick["by"], tick["count"]) == ("many_rejected", staff.pk, 1)
        assert tick["at"]
        ask_for_commit(doubtful, by=staff)
        assert doubtful.state == ImportRun.State.COMMITTING

    def test_another_figure_is_another_warning(self, doubtful, staff):
        tick_warnings(doubtful, ["many_rejected"], by=staff)
        ticked = doubtful.ticked
        doubtful.warnings[0]["count"] = 7
        doubtful.save()
        assert [one["code"] for one in unticked(doubtful)] == ["many_rejected"]
        assert ticked

    def test_a_second_look_keeps_the_ticks(self, doubtful, staff):
        tick_warnings(doubtful, ["many_rejected"], by=staff)
        check_import(doubtful)
        assert unticked(doubtful) == []

    def test_the_command_needs_no_tick(self, doubtful):
        assert commit_import(doubtful).state == ImportRun.State.COMMITTED
