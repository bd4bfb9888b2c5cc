"""What a file may do to people in the book: fill, update, skip; numbers of other systems; terms for everybody."""

from datetime import date

import pytest

from contacts.actions import give_consent
from contacts.imports.reverting import revert_import
from contacts.models import Consent, ConsentEvent, ContactPoint, CustomField, ExternalId, Stakeholder, Topic
from tests.factories import ContactPointFactory, OrganisationFactory, StakeholderFactory
from tests.imports.book import snapshot
from tests.imports.conftest import counts, csv_of

HEAD = ("E-mail", "First name", "Last name", "Zip", "Notes", "Language")
OTHER = ("ann@example.org", "Anna", "Lee", "28210", "Sings", "Spanish")


@pytest.fixture
def ann(db):
    return StakeholderFactory(
        first_name="Ann", last_name="Lee", zip="28202", notes="Dances", email="ann@example.org", language="en"
    )


@pytest.fixture
def ward(db):
    return CustomField.objects.create(slug="ward", name_en="Ward")


def facts(person):
    person.refresh_from_db()
    return (person.name, person.first_name, person.zip, person.notes, person.language)


class TestFill:
    """The book's word stands; blanks are filled."""

    def test_what_is_written_stays(self, commit, ann):
        run = commit(csv_of(HEAD, ("ann@example.org", "Ann", "Lee", "28210", "Sings", "Spanish")))
        assert counts(run) == {"unchanged": 1}
        assert facts(ann) == ("Ann Lee", "Ann", "28202", "Dances", "en")

    def test_fields_of_our_own_are_filled_and_kept(self, commit, ann, ward):
        CustomField.objects.create(slug="shirt", name_en="Shirt")
        ann.custom = {"ward": "3"}
        ann.save()
        run = commit(csv_of(("E-mail", "Name", "Ward", "Shirt"), ("ann@example.org", "Ann Lee", "5", "M")))
        ann.refresh_from_db()
        assert ann.custom == {"ward": "3", "shirt": "M"}
        assert run.rows.get().before == {"custom": {"shirt": [None, "M"]}}

    def test_an_empty_cell_says_nothing_even_when_blanks_were_asked_for(self, commit, ann):
        commit(csv_of(HEAD, ("ann@example.org", "Ann", "Lee", "", "", "")), blanks=True)
        assert facts(ann) == ("Ann Lee", "Ann", "28202", "Dances", "en")


class TestUpdate:
    """The file's word is taken."""

    def test_another_value_is_taken_and_goes_back(self, commit, ann):
        before = snapshot()
        row = ("ann@example.org", "Ann Marie", "Lee", "28210", "Sings", "Spanish")
        run = commit(csv_of(HEAD, row), matches="update")
        assert counts(run) == {"updated": 1}
        assert facts(ann) == ("Ann Marie Lee", "Ann Marie", "28210", "Sings", "es")
        assert run.rows.get().before["fields"] == {
            "name": ["Ann Lee", "Ann Marie Lee"],
            "first_name": ["Ann", "Ann Marie"],
            "zip": ["28202", "28210"],
            "language": ["en", "es"],
            "notes": ["Dances", "Sings"],
        }
        revert_import(run)
        assert snapshot() == before

    def test_the_same_file_again_changes_nothing(self, commit, ann):
        row = ("ann@example.org", "Ann Marie", "Lee", "28210", "Sings", "Spanish")
        commit(csv_of(HEAD, row), matches="update")
        assert counts(commit(csv_of(HEAD, row), matches="update")) == {"unchanged": 1}

    def test_changes_are_counted_by_field_before_it_is_saved(self, check, ann):
        run = check(csv_of(HEAD, ("ann@example.org", "Ann", "Lee", "28210", "Sings", "")), matches="update")
        assert run.changes == {"zip": 1, "notes": 1}
        assert run.rows.get().data["changes"] == [["zip", "28202", "28210"], ["notes", "Dances", "Sings"]]

    def test_an_initial_says_nothing_against_a_name(self, commit, ann):
        assert counts(commit(csv_of(HEAD[:3], ("ann@example.org", "A.", "Lee")), matches="update")) == {"unchanged": 1}
        assert facts(ann)[:2] == ("Ann Lee", "Ann")

    def test_a_name_with_a_title_stays_when_its_parts_are_the_same(self, commit, ann):
        Stakeholder.objects.filter(pk=ann.pk).update(name="Rev. Ann Lee")
        assert counts(commit(csv_of(HEAD[:3], ("ann@example.org", "Ann", "Lee")), matches="update")) == {"unchanged": 1}

    def test_an_empty_cell_says_nothing(self, commit, ann):
        run = commit(csv_of(HEAD, ("ann@example.org", "Ann", "Lee", "", "", "")), matches="update")
        assert counts(run) == {"unchanged": 1}

    def test_an_empty_cell_empties_when_the_run_says_so_and_goes_back(self, commit, ann, ward):
        ann.custom = {"ward": "3"}
        ann.save()
        before = snapshot()
        head, row = ("E-mail", "Name", "Zip", "Ward"), ("ann@example.org", "Ann Lee", "", "")
        run = commit(csv_of(head, row), matches="update", blanks=True)
        ann.refresh_from_db()
        assert (ann.zip, ann.custom, ann.notes) == ("", {}, "Dances")
        assert run.rows.get().before == {"fields": {"zip": ["28202", ""]}, "custom": {"ward": ["3", None]}}
        revert_import(run)
        assert snapshot() == before

    def test_another_address_is_added_beside_the_main_one(self, commit, ann):
        run = commit(csv_of(("E-mail", "E-mail 2", "Name"), ("new@example.org", "ann@example.org", "Ann Lee")))
        assert counts(run) == {"updated": 1}
        assert ann.contact_points.get(is_primary=True).value == "ann@example.org"

    def test_fields_of_our_own_are_taken(self, commit, ann, ward):
        ann.custom = {"ward": "3"}
        ann.save()
        commit(csv_of(("E-mail", "Name", "Ward"), ("ann@example.org", "Ann Lee", "5")), matches="update")
        ann.refresh_from_db()
        assert ann.custom == {"ward": "5"}


class TestSkip:
    """Whoever is in the book stays as they are, but for a no."""

    def test_nothing_is_changed_or_added(self, commit, ann):
        before = snapshot()
        row = ("ann@example.org", "Ann", "Lee", "28210", "Sings", "es", "704-555-0100", "Donor", "Hope Fund")
        head = (*HEAD, "Phone", "Tags", "Company")
        run = commit(csv_of(head, row), matches="skip", topics=["newsletter"], tags=["2026"])
        assert counts(run) == {"unchanged": 1}
        assert snapshot() == before

    def test_new_people_come_in(self, commit, ann):
        run = commit(csv_of(HEAD, OTHER, ("bo@example.org", "Bo", "Lee", "", "", "")), matches="skip")
        assert run.counts["created"] >= 1
        assert Stakeholder.objects.filter(first_name="Bo").exists()

    def test_a_no_is_honoured(self, commit, ann):
        newsletter = Topic.objects.get(slug="newsletter")
        give_consent(ann, newsletter, source="join form", wording="Yes", language="en")
        row = ("ann@example.org", "Ann Lee", "unsubscribed")
        run = commit(csv_of(("E-mail", "Name", "Status"), row), matches="skip", topics=["newsletter"])
        assert counts(run) == {"updated": 1}
        assert Consent.objects.get().state == "withdrawn"


class TestNumbers:
    """Numbers of the partner's system."""

    HEAD = ("Contact ID", "E-mail", "First name", "Last name")

    def test_a_number_is_kept_and_known_again_under_another_address_and_name(self, commit):
        commit(csv_of(self.HEAD, ("0031x", "ann@example.org", "Ann", "Lee")), system="salesforce")
        person = Stakeholder.objects.get()
        assert [str(number) for number in person.external_ids.all()] == ["salesforce:0031x"]
        run = commit(csv_of(self.HEAD, ("0031x", "ann@new.example.org", "Ann", "Ruiz")), system="salesforce")
        assert counts(run) == {"updated": 1}
        assert set(person.contact_points.values_list("value", "is_primary")) == {
            ("ann@example.org", True),
            ("ann@new.example.org", False),
        }

    def test_the_same_number_of_another_system_is_somebody_else(self, commit):
        commit(csv_of(self.HEAD, ("7", "ann@example.org", "Ann", "Lee")), system="salesforce")
        run = commit(csv_of(self.HEAD, ("7", "bo@example.org", "Bo", "Lee")), system="nationbuilder")
        assert counts(run) == {"created": 1}

    def test_known_by_number_their_new_address_becomes_the_main_one_and_goes_back(self, commit, check):
        commit(csv_of(self.HEAD, ("0031x", "ann@example.org", "Ann", "Lee")), system="salesforce")
        before = snapshot()
        content = csv_of(self.HEAD, ("0031x", "ann@new.example.org", "Ann", "Ruiz"))
        assert check(content, system="salesforce", matches="update").changes["main email"] == 1
        run = commit(content, system="salesforce", matches="update")
        person = Stakeholder.objects.get()
        assert person.contact_points.get(is_primary=True).value == "ann@new.example.org"
        assert person.name == "Ann Ruiz"
        revert_import(run)
        assert snapshot() == before

    def test_the_number_goes_before_the_address(self, commit, ann):
        other = StakeholderFactory(first_name="Bo", last_name="Lee")
        ExternalId.objects.create(stakeholder=other, system="salesforce", value="1")
        run = commit(csv_of(self.HEAD, ("1", "ann@example.org", "Ann", "Lee")), system="salesforce")
        assert run.rows.get().stakeholder == other

    def test_rows_with_one_number_are_one_person(self, commit):
        rows = [("9", "ann@example.org", "Ann", "Lee"), ("9", "lee@example.org", "Ann", "Ruiz")]
        run = commit(csv_of(self.HEAD, *rows), system="salesforce")
        assert counts(run) == {"created": 1, "unchanged": 1}
        assert ContactPoint.objects.count() == 2

    def test_numbers_of_two_people_in_one_row_are_never_guessed(self, commit, ann):
        for value, person in (("1", ann), ("2", StakeholderFactory())):
            ExternalId.objects.create(stakeholder=person, system="salesforce", value=value)
        run = commit(csv_of(self.HEAD, ("1; 2", "x@example.org", "X", "Y")), system="salesforce")
        assert counts(run) == {"ambiguous": 1}

    def test_a_number_alone_tells_people_apart_when_the_run_says_so(self, commit, ann):
        rows = [("1", "ann@example.org", "Ann", "Lee"), ("", "bo@example.org", "Bo", "Lee")]
        run = commit(csv_of(self.HEAD, *rows), system="salesforce", rule="number")
        assert counts(run) == {"created": 1, "rejected": 1}
        assert "no number of the partner's system" in run.rows.get(line=3).message
        assert ContactPoint.objects.filter(normalized="ann@example.org").count() == 2
        again = commit(csv_of(self.HEAD, *rows), system="salesforce", rule="number")
        assert counts(again) == {"unchanged": 1, "rejected": 1}

    def test_a_number_that_was_added_goes_back(self, commit, ann):
        before = snapshot()
        run = commit(csv_of(self.HEAD, ("1", "ann@example.org", "Ann", "Lee")), system="salesforce")
        assert run.rows.get().before == {"externals": [ExternalId.objects.get().pk]}
        revert_import(run)
        assert snapshot() == before


class TestPlaces:
    """Postal addresses."""

    HEAD = ("E-mail", "Name", "Street", "City", "State", "Zip")
    ROW = ("ann@example.org", "Ann Lee", "600 E 4th St", "Charlotte", "NC", "28202")

    def postal(self, person):
        return list(person.contact_points.filter(kind="postal").values_list("value", "is_primary"))

    def test_who_has_none_gets_one(self, commit, ann):
        commit(csv_of(self.HEAD, self.ROW))
        assert self.postal(ann) == [("600 E 4th St, Charlotte, NC 28202", True)]
        assert counts(commit(csv_of(self.HEAD, self.ROW))) == {"unchanged": 1}

    def test_another_one_is_taken_as_the_main_one_only_if_the_file_is_taken(self, commit, ann):
        ContactPointFactory(stakeholder=ann, kind="postal", value="1 Old Rd", is_primary=True)
        assert counts(commit(csv_of(self.HEAD, self.ROW))) == {"unchanged": 1}
        before = snapshot()
        run = commit(csv_of(self.HEAD, self.ROW), matches="update")
        assert self.postal(ann) == [("600 E 4th St, Charlotte, NC 28202", True), ("1 Old Rd", False)]
        revert_import(run)
        assert snapshot() == before


class TestForEverybody:
    """Tags, wording and the day people agreed."""

    def test_everybody_gets_the_tags_of_the_run_once(self, commit, ann):
        row = ("ann@example.org", "Ann Lee", "spring 2026")
        run = commit(csv_of(("E-mail", "Name", "Tags"), row, ("bo@example.org", "Bo", "")), tags=["Spring 2026"])
        assert counts(run) == {"updated": 1, "created": 1}
        tags = [[tag.name.lower() for tag in person.tags.all()] for person in Stakeholder.objects.all()]
        assert tags == [["spring 2026"]] * 2
        assert counts(commit(csv_of(("E-mail", "Name"), row[:2]), tags=["SPRING 2026"])) == {"unchanged": 1}

    def test_a_yes_is_dated_the_day_they_agreed(self, commit, ann):
        commit(
            csv_of(("E-mail", "Name"), ("ann@example.org", "Ann Lee")),
            topics=["newsletter"],
            consented_on=date(2026, 3, 1),
        )
        assert ConsentEvent.objects.get().at.astimezone().date() in {date(2026, 3, 1), date(2026, 2, 28)}

    def test_without_a_day_it_is_the_one_on_which_the_file_came(self, commit, ann):
        run = commit(csv_of(("E-mail", "Name"), ("ann@example.org", "Ann Lee")), topics=["newsletter"])
        assert ConsentEvent.objects.get().at == run.created_at


def test_an_organisation_known_by_its_number_takes_its_new_name(commit, db):
    fund = OrganisationFactory(name="Hope Fund")
    ExternalId.objects.create(stakeholder=fund, system="salesforce", value="1")
    head = ("External ID", "Organization", "Kind")
    run = commit(csv_of(head, ("salesforce:1", "Hope Foundation", "organization")), matches="update")
    fund.refresh_from_db()
    assert (counts(run), fund.name) == ({"updated": 1}, "Hope Foundation")
