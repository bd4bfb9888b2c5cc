"""The page of columns and words: shown with samples and reasons, changed without a script, by those who may."""

import pytest
from django.urls import reverse

from contacts.imports.actions import commit_import
from contacts.imports.mapping.fields import FIELD_NAMES, GROUPS
from contacts.models import CustomField, Partner, Stakeholder, StakeholderType
from tests.imports.conftest import csv_of

FILE = csv_of(
    ("E-mail", "Name", "Group", "Shoe size", "Language"),
    ("ann@example.org", "Ann Lee", "Marcher", "38", "Kreyol"),
    ("bo@example.org", "Bo Lee", "Marcher; Board", "44", "English"),
)


def page_of(run) -> str:
    """Where the columns of a file are."""
    return reverse("admin:contacts_importrun_mapping", args=[run.pk])


@pytest.fixture
def office(staff, client_of):
    """Staff, signed in."""
    return client_of(staff)


def test_each_column_stands_there_with_samples_and_why(check, office):
    text = office.get(page_of(check(FILE))).content.decode()
    assert "ann@example.org" in text
    assert "by its heading" in text
    assert "we do not know this column" in text
    assert '<option value="full_name" selected>' in text


def test_columns_and_words_are_chosen_and_the_file_is_read_again(check, office):
    run = check(FILE)
    chosen = {"column-2": "types", "column-4": "language"}
    answer = office.post(page_of(run), chosen, follow=True)
    assert "read again with your choices" in answer.content.decode()
    run.refresh_from_db()
    assert run.state == "checked"
    heard = {word: target for word, _rows, target in run.mapping["heard"]["types"]}
    assert heard == {"Marcher": None, "Board": None}
    text = office.get(page_of(run)).content.decode()
    assert "2 words we do not know" in text
    office.post(page_of(run), {"word-types-0": "activist", "word-types-1": "+"})
    run.refresh_from_db()
    assert run.mapping["values"]["types"] == {"Marcher": "activist", "Board": "board"}
    commit_import(run)
    assert {kind.slug for kind in Stakeholder.objects.get(first_name="Bo").types.all()} == {"activist", "board"}


def test_what_cannot_be_is_said_and_nothing_is_changed(check, office):
    run = check(FILE)
    text = office.post(page_of(run), {"column-0": "", "column-1": ""}, follow=True).content.decode()
    assert "One column must be the e-mail address or a name" in text
    run.refresh_from_db()
    assert run.state == "checked"


def test_every_field_can_be_chosen():
    offered = {field for _group, fields in GROUPS for field in fields.split()}
    assert offered == set(FIELD_NAMES)


def test_a_page_sent_back_as_it_was_changes_nothing(check, office):
    run = check(FILE)
    assert "Nothing was changed" in office.post(page_of(run), follow=True).content.decode()
    run.refresh_from_db()
    assert run.mapping["by"] == "guess"


def test_a_field_of_our_own_is_made_for_a_column(check, office):
    run = check(FILE)
    office.post(page_of(run), {"new_field": "Shoe size", "new_kind": "number", "new_column": "3"})
    run.refresh_from_db()
    assert CustomField.objects.get().kind == "number"
    assert run.mapping["columns"][3]["field"] == "custom:shoe-size"


def test_a_saved_file_shows_how_it_was_read(commit, office):
    run = commit(FILE)
    text = office.get(page_of(run)).content.decode()
    assert "cannot be changed any more" in text
    assert "<select" not in text.split("data-mapping")[1]
    assert "ann@example.org" not in text


def test_a_file_that_cannot_be_read_leads_back_to_its_page(receive, office):
    run = receive(b"%PDF-1.7")
    assert "This is a PDF" in office.get(page_of(run), follow=True).content.decode()


class TestPartners:
    """People of a partner map their own files."""

    @pytest.fixture
    def house(self, partner):
        """Their organisation."""
        house = Partner.objects.create(name="Community House")
        house.members.add(partner)
        return house

    def test_they_choose_columns_but_make_no_types_and_fields(self, partner, house, check, client_of):
        run, client = check(FILE), client_of(partner)
        client.post(page_of(run), {"column-2": "types", "new_field": "Shoe size", "new_column": "3"})
        client.post(page_of(run), {"word-types-0": "+"})
        run.refresh_from_db()
        assert run.mapping["columns"][2]["field"] == "types"
        assert not CustomField.objects.exists()
        assert not StakeholderType.objects.filter(slug="marcher").exists()

    def test_files_of_others_are_not_there(self, partner, house, check, client_of):
        run = check(FILE, partner="Somebody else")
        assert client_of(partner).get(page_of(run)).status_code == 404
