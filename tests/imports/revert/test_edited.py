"""What somebody touched since stays, and that it says why."""

from contacts.actions import add_phone, make_primary, update_stakeholder
from contacts.imports.reverting import revert_import
from contacts.models import ContactPoint
from tests.imports.book import ANN, HEAD
from tests.imports.conftest import csv_of
from tests.imports.revert.report import left


def test_what_somebody_edited_stays_and_the_rest_goes_back(commit, ann, staff):
    run = commit(csv_of(HEAD, ANN))
    ann.refresh_from_db()
    update_stakeholder(ann, zip="28210", by=staff)
    revert_import(run)
    ann.refresh_from_db()
    assert (ann.zip, ann.last_name) == ("28210", "")
    assert left(run) == {"field:zip": 1}
    assert run.rows.get(line=2).message == "Stays as it is: the zip code was changed since."


def test_an_address_made_the_main_one_since_stays(commit, ann, staff):
    run = commit(csv_of(("E-mail", "E-mail 2", "Name"), ("ann@example.org", "a@lee.example.org", "Ann Lee")))
    make_primary(ContactPoint.objects.get(normalized="a@lee.example.org"), by=staff)
    revert_import(run)
    assert ann.contact_points.count() == 2
    assert left(run) == {"point": 1}


def test_an_address_that_is_not_the_main_one_any_more_goes(commit, ann, staff):
    run = commit(csv_of(HEAD, ANN))
    make_primary(add_phone(ann, "704-555-0199", by=staff), by=staff)
    revert_import(run)
    numbers = ann.contact_points.filter(kind="phone")
    assert list(numbers.values_list("value", "is_primary")) == [("704-555-0199", True)]


def test_the_next_number_becomes_the_main_one(commit, ann, staff):
    run = commit(csv_of(HEAD, ANN))
    add_phone(ann, "704-555-0199", by=staff)
    revert_import(run)
    numbers = ann.contact_points.filter(kind="phone")
    assert list(numbers.values_list("value", "is_primary")) == [("704-555-0199", True)]


def test_a_role_that_ended_since_stays(commit, ann):
    run = commit(csv_of(HEAD, ANN))
    ann.affiliations.update(ended_on="2026-01-01")
    revert_import(run)
    assert ann.affiliations.count() == 1
    assert left(run) == {"affiliation": 1, "contacts.Affiliation.organisation": 1}
    assert "people belong to it" in run.rows.get(line=2).message
