"""Who a row is: in the book, and among the other rows of its file."""

import pytest

from contacts.imports.warnings.ticks import texts_of
from contacts.models import ContactPoint, Stakeholder
from contacts.names import compared, compatible
from tests.factories import ContactPointFactory, OrganisationFactory, StakeholderFactory
from tests.imports.conftest import counts, csv_of

HEAD = ("E-mail", "First name", "Last name", "Phone", "Zip")


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (("John", "Smith"), ("john", "SMITH"), True),
        (("J.", "Smith"), ("John", "Smith"), True),
        (("Bob", "Smith"), ("Robert", "Smith"), True),
        (("José", "Núñez"), ("Jose", "Nunez"), True),
        (("Mary Ann", "Lee"), ("Mary", "Lee"), True),
        (("", ""), ("John", "Smith"), True),
        (("", "Smith"), ("John", "Smith"), True),
        (("Paul", "Smith"), ("Paula", "Smith"), False),
        (("John", "Smith"), ("Jane", "Smith"), False),
        (("John", "Smith"), ("John", "Smyth"), False),
        (("John", "Smith"), ("John", "Smith Jr"), False),
        (("王", "小明"), ("李", "小明"), False),
    ],
)
def test_names_go_together_only_when_one_can_be_the_other(one, other, verdict):
    assert compatible(compared(*one), compared(*other)) is verdict


class TestOnOneAddress:
    """Rows with an e-mail address."""

    def test_the_same_name_is_the_same_person(self, commit):
        person = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
        run = commit(csv_of(HEAD, ("ANN@example.org", "Ann", "Lee", "", "28202")))
        assert counts(run) == {"updated": 1}
        person.refresh_from_db()
        assert (person.zip, Stakeholder.objects.count()) == ("28202", 1)

    def test_two_names_in_the_book_and_the_file_are_two_people(self, commit):
        StakeholderFactory(first_name="Ann", last_name="Lee", email="home@example.org")
        run = commit(csv_of(HEAD, ("home@example.org", "Bo", "Lee", "", "")))
        assert counts(run) == {"created": 1}
        assert ContactPoint.objects.filter(normalized="home@example.org").count() == 2

    def test_two_names_in_one_file_are_two_people(self, commit):
        run = commit(
            csv_of(HEAD, ("home@example.org", "Ann", "Lee", "", ""), ("home@example.org", "Bo", "Lee", "", ""))
        )
        assert counts(run) == {"created": 2}
        assert any("1 address is used by people with different names" in text for text in texts_of(run))

    def test_a_row_without_a_name_is_whoever_is_there_alone(self, commit):
        StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
        assert counts(commit(csv_of(HEAD, ("ann@example.org", "", "", "", "")))) == {"unchanged": 1}

    def test_a_row_without_a_name_on_a_shared_address_is_never_guessed(self, commit):
        for first in ("Ann", "Bo"):
            StakeholderFactory(first_name=first, last_name="Lee", email="home@example.org")
        run = commit(csv_of(HEAD, ("home@example.org", "", "", "", "28202")))
        assert counts(run) == {"ambiguous": 1}
        assert not Stakeholder.objects.exclude(zip="").exists()

    def test_two_people_of_one_name_on_one_address_are_never_guessed(self, commit):
        for _twice in range(2):
            StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
        assert counts(commit(csv_of(HEAD, ("ann@example.org", "Ann", "Lee", "", "28202")))) == {"ambiguous": 1}

    def test_addresses_that_lead_to_two_people_are_never_guessed(self, commit):
        StakeholderFactory(first_name="Ann", last_name="Lee", email="a@example.org")
        StakeholderFactory(first_name="Ann", last_name="Lee", email="b@example.org")
        run = commit(csv_of(("E-mail", "E-mail 2", "Name"), ("a@example.org", "b@example.org", "Ann Lee")))
        assert counts(run) == {"ambiguous": 1}

    def test_a_second_address_finds_the_person_and_stays_with_them(self, commit):
        person = StakeholderFactory(first_name="Ann", last_name="Lee", email="a@example.org")
        run = commit(csv_of(("E-mail", "E-mail 2", "Name"), ("new@example.org", "a@example.org", "Ann Lee")))
        assert counts(run) == {"updated": 1}
        found = person.contact_points.order_by("pk").values_list("value", "is_primary")
        assert list(found) == [("a@example.org", True), ("new@example.org", False)]

    def test_a_chain_of_addresses_in_one_file_is_one_person(self, commit):
        run = commit(
            csv_of(
                ("E-mail", "E-mail 2", "Name"),
                ("a@example.org", "", "Ann Lee"),
                ("a@example.org", "b@example.org", "Ann Lee"),
                ("b@example.org", "", "Ann Lee"),
            )
        )
        assert counts(run) == {"created": 1, "unchanged": 2}
        assert Stakeholder.objects.get().contact_points.count() == 2

    def test_an_initial_that_fits_two_is_never_guessed(self, commit):
        run = commit(
            csv_of(
                HEAD,
                ("home@example.org", "J.", "Lee", "", ""),
                ("home@example.org", "John", "Lee", "", ""),
                ("home@example.org", "Jane", "Lee", "", ""),
            )
        )
        assert counts(run) == {"created": 2, "ambiguous": 1}

    def test_a_repeated_row_counts_as_unchanged_says_so_and_loses_nothing(self, commit):
        run = commit(
            csv_of(
                (*HEAD, "Tags"),
                ("ann@example.org", "Ann", "Lee", "", "", "host"),
                ("ann@example.org", "Ann", "Lee", "", "28202", "donor"),
            )
        )
        assert counts(run) == {"created": 1, "unchanged": 1}
        assert run.rows.get(line=3).message == "Says again what line 2 says."
        person = Stakeholder.objects.get()
        assert (person.zip, sorted(tag.name for tag in person.tags.all())) == ("28202", ["donor", "host"])


class TestWithoutAnAddress:
    """Rows that have no e-mail address."""

    def test_phone_and_name_find_the_person(self, commit):
        person = StakeholderFactory(first_name="Ann", last_name="Lee")
        ContactPointFactory(stakeholder=person, kind="phone", value="704-555-0100")
        assert counts(commit(csv_of(HEAD, ("", "Ann", "Lee", "(704) 555-0100", "")))) == {"unchanged": 1}

    def test_a_phone_with_another_name_is_another_person(self, commit):
        person = StakeholderFactory(first_name="Ann", last_name="Lee")
        ContactPointFactory(stakeholder=person, kind="phone", value="704-555-0100")
        assert counts(commit(csv_of(HEAD, ("", "Bo", "Lee", "(704) 555-0100", "")))) == {"created": 1}

    def test_name_and_zip_find_the_only_one(self, commit):
        StakeholderFactory(first_name="Ann", last_name="Lee", zip="28202", email="ann@example.org")
        assert counts(commit(csv_of(HEAD, ("", "Ann", "Lee", "", "28202")))) == {"unchanged": 1}

    def test_name_and_zip_of_two_are_never_guessed(self, commit):
        for _twice in range(2):
            StakeholderFactory(first_name="Ann", last_name="Lee", zip="28202")
        assert counts(commit(csv_of(HEAD, ("", "Ann", "Lee", "", "28202")))) == {"ambiguous": 1}

    def test_different_phones_keep_namesakes_apart(self, commit):
        content = csv_of(HEAD, ("", "Ann", "Lee", "704-555-0100", "28202"), ("", "Ann", "Lee", "704-555-0199", "28202"))
        assert counts(commit(content)) == {"created": 2}
        assert counts(commit(content)) == {"unchanged": 2}

    def test_a_row_beside_one_with_an_address_is_the_same_person(self, commit):
        content = csv_of(HEAD, ("", "Ann", "Lee", "704-555-0100", ""), ("a@x.org", "Ann", "Lee", "704-555-0100", ""))
        assert counts(commit(content)) == {"created": 1, "unchanged": 1}
        assert counts(commit(content)) == {"unchanged": 2}

    def test_a_name_alone_is_rejected(self, check):
        run = check(csv_of(HEAD, ("", "Ann", "Lee", "", "")))
        row = run.rows.get()
        assert (row.outcome, row.line, row.column) == ("rejected", 2, "E-mail")
        assert "only a name" in row.message


class TestOrganisations:
    """Rows about organisations, and the organisations of people."""

    def test_a_list_of_organisations_is_known_by_name(self, commit):
        OrganisationFactory(name="Grace Church")
        content = csv_of(
            ("Organization", "Email", "Type"),
            ("GRACE CHURCH", "info@grace.example.org", "Faith"),
            ("Hope Fund", "", "Nonprofit"),
        )
        assert counts(commit(content)) == {"updated": 1, "created": 1}
        assert counts(commit(content)) == {"unchanged": 2}
        assert Stakeholder.objects.filter(kind="organisation").count() == 2

    def test_an_employer_is_made_once_and_joined(self, commit):
        run = commit(
            csv_of(
                ("Email", "Name", "Company", "Job Title"),
                ("a@example.org", "Ann Lee", "Hope Fund", "Director"),
                ("b@example.org", "Bo Lee", "hope fund", ""),
            )
        )
        assert counts(run) == {"created": 2}
        fund = Stakeholder.objects.get(kind="organisation")
        assert sorted((m.person.name, m.role) for m in fund.members.all()) == [("Ann Lee", "Director"), ("Bo Lee", "")]

    def test_an_organisation_in_another_place_is_another_one(self, commit):
        OrganisationFactory(name="First Baptist Church", zip="28202")
        run = commit(csv_of(("Organization", "Zip", "Kind"), ("First Baptist Church", "28205", "organization")))
        assert counts(run) == {"created": 1}
