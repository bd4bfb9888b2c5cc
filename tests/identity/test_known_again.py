"""Who was merged is known again under both names, whoever brings them: no file and no form makes them anew."""

import pytest
from django.core.files.base import ContentFile

from contacts.actions import find_person
from contacts.identity.merging import merge_stakeholders, unmerge
from contacts.imports.actions import check_import, commit_import, receive_file
from contacts.models import ExternalId, Partner, Stakeholder
from tests.factories import StakeholderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """She married; her old address still works."""
    new = StakeholderFactory(name="Ana Vega", first_name="Ana", last_name="Vega", email="ana@example.org")
    old = StakeholderFactory(name="Ana Ruiz", first_name="Ana", last_name="Ruiz", email="old@example.org")
    return new, old


@pytest.fixture
def merge(two):
    """They are one, under the new name."""
    new, old = two
    return merge_stakeholders(new, old, fields={"last_name": new.pk, "name": new.pk}, by=None)


def receive(rows, settings, tmp_path, **terms):
    """A file of a partner that was received."""
    settings.MEDIA_ROOT = tmp_path
    file = ContentFile(f"Email,First name,Last name\n{rows}".encode(), name="a.csv")
    return receive_file(file, partner=Partner.objects.get_or_create(name="Food Bank")[0], **terms)


@pytest.mark.parametrize("email", ["old@example.org", "ana@example.org"])
@pytest.mark.parametrize(("first", "last"), [("Ana", "Ruiz"), ("Ana", "Vega"), ("A.", "Ruiz"), ("", "")])
def test_a_file_brings_nobody_back(email, first, last, merge, settings, tmp_path):
    run = check_import(receive(f"{email},{first},{last}\n", settings, tmp_path))
    assert (run.counts["created"], run.counts["ambiguous"]) == (0, 0)


def test_two_rows_of_one_file_are_the_one(merge, settings, tmp_path):
    rows = "old@example.org,Ana,Ruiz\nana@example.org,Ana,Vega\nold@example.org,Bob,Ruiz\n"
    run = check_import(receive(rows, settings, tmp_path))
    assert (run.counts["created"], run.counts["ambiguous"]) == (1, 0)


def test_the_join_form_finds_them_by_either_name(merge, two):
    new, _old = two
    for first, last in (("Ana", "Ruiz"), ("Ana", "Vega"), ("ana", "RUIZ")):
        assert find_person("old@example.org", first, last) == new
    assert find_person("old@example.org", "Bob", "Ruiz") is None


def test_taken_apart_they_are_two_again(merge, two):
    new, old = two
    unmerge(merge, by=None)
    assert find_person("old@example.org", "Ana", "Ruiz") == old
    assert find_person("ana@example.org", "Ana", "Vega") == new
    assert find_person("ana@example.org", "Ana", "Ruiz") is None


def test_the_number_of_a_partner_stays_theirs(two):
    new, old = two
    ExternalId.objects.create(stakeholder=old, system="salesforce", value="7")
    merge_stakeholders(new, old, by=None)
    assert ExternalId.objects.get().stakeholder == new


def test_an_import_of_somebody_merged_since_is_taken_back_without_them(two, settings, tmp_path, staff):
    from contacts.imports.reverting import revert_import

    new, _old = two
    run = commit_import(receive("brought@example.org,Anita,Vega\n", settings, tmp_path))
    brought = Stakeholder.objects.get(first_name="Anita")
    merge = merge_stakeholders(new, brought, fields={"first_name": new.pk, "name": new.pk}, by=staff)
    revert_import(run, by=staff)
    assert Stakeholder.objects.filter(pk=new.pk).exists()
    unmerge(merge, by=staff)
    back = Stakeholder.objects.get(pk=brought.pk)
    assert (back.name, back.contact_points.get().value) == ("Anita Vega", "brought@example.org")
    assert new.contact_points.get().value == "ana@example.org"
