"""Before-images: what a saved row says about what it changed and added."""

import pytest

from contacts.actions import suppress, tag_stakeholders
from contacts.models import Affiliation, ConsentEvent, ContactPoint, Stakeholder, Suppression, Tag, Tagging
from tests.factories import ContactPointFactory, StakeholderFactory
from tests.imports.conftest import counts, csv_of

HEAD = ("E-mail", "First name", "Last name", "Phone", "Zip", "Tags", "Company", "Job title", "Status")


@pytest.fixture
def ann(db):
    return StakeholderFactory(first_name="Ann", last_name="", name="Ann", email="ann@example.org")


def image(run, line=2):
    return run.rows.get(line=line).before


def test_a_changed_person_keeps_what_was_there_and_what_was_added(commit, ann):
    tag_stakeholders([ann.pk], ["Host"])
    row = ("ann@example.org", "Ann", "Lee", "704-555-0100", "28202", "host; Donor", "Hope Fund", "Director", "")
    run = commit(csv_of(HEAD, row), topics=["newsletter"])
    phone = ContactPoint.objects.get(kind="phone")
    donor = Tag.objects.get(name="Donor")
    fund = Stakeholder.objects.get(kind="organisation")
    assert image(run) == {
        "fields": {"last_name": ["", "Lee"], "zip": ["", "28202"]},
        "points": [phone.pk],
        "tags": [Tagging.objects.get(tag=donor).pk],
        "words": [[donor.pk, "Donor"]],
        "affiliations": [[Affiliation.objects.get().pk, "Director"]],
        "organisations": [fund.pk],
        "consent": [ConsentEvent.objects.get().pk],
    }


def test_an_unchanged_row_and_a_new_person_need_none(commit, ann):
    ann.last_name = "Lee"
    ann.save()
    rows = ("ann@example.org", "Ann", "Lee"), ("bo@example.org", "Bo", "Lee")
    run = commit(csv_of(HEAD[:3], *rows), topics=[])
    assert counts(run) == {"unchanged": 1, "created": 1}
    assert (image(run), image(run, 3)) == (None, None)


def test_a_new_person_keeps_what_came_into_being_beside_them(commit, db):
    row = ("bo@example.org", "Bo", "Lee", "", "", "Donor", "Hope Fund", "", "")
    again = ("cy@example.org", "Cy", "Lee", "", "", "donor", "hope fund", "", "")
    run = commit(csv_of(HEAD, row, again))
    made = {
        "organisations": [Stakeholder.objects.get(kind="organisation").pk],
        "words": [[Tag.objects.get().pk, "Donor"]],
    }
    assert (image(run), image(run, 3)) == (made, None)


def test_a_shut_address_and_what_it_did_to_others_stand_with_its_row(commit, ann):
    shared = ContactPointFactory(value="home@example.org")
    row = ("home@example.org", "Bo", "Lee", "", "", "", "", "", "cleaned")
    run = commit(csv_of(HEAD, row))
    assert image(run) == {
        "suppressions": [Suppression.objects.get().pk],
        "statuses": [[shared.pk, "valid", "bad"]],
    }


def test_an_address_that_was_shut_before_is_not_claimed(commit, ann):
    suppress("ann@example.org", reason="manual", source="staff")
    row = ("ann@example.org", "Ann", "", "", "", "", "", "", "cleaned")
    run = commit(csv_of(HEAD, row))
    assert not run.rows.exclude(before=None).filter(before__has_key="suppressions").exists()


def test_a_name_that_was_an_address_is_kept_with_its_parts(commit, db):
    person = StakeholderFactory(name="ann@example.org", first_name="", last_name="", email="ann@example.org")
    run = commit(csv_of(HEAD[:3], ("ann@example.org", "Ann", "Lee")))
    assert image(run)["fields"] == {
        "name": ["ann@example.org", "Ann Lee"],
        "first_name": ["", "Ann"],
        "last_name": ["", "Lee"],
    }
    assert run.rows.get().stakeholder == person


def test_the_run_keeps_how_far_the_numbers_had_come(commit, ann):
    run = commit(csv_of(HEAD[:3], ("bo@example.org", "Bo", "Lee")), topics=["newsletter"])
    (marks,) = run.marks
    assert marks["contacts_contactpoint"] >= ContactPoint.objects.latest("pk").pk
    assert marks["contacts_consentevent"] >= ConsentEvent.objects.get().pk
