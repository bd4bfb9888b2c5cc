"""Machines merge, take apart, and are led from an old number to the one of today."""

import pytest
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from contacts.actions import update_stakeholder
from contacts.models import Stakeholder
from tests.factories import OrganisationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


def api(user):
    """A client signed in by token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.get_or_create(user=user)[0].key}")
    return client


@pytest.fixture
def two():
    """One person twice."""
    return [StakeholderFactory(zip=zip_, email=f"{zip_}@example.org") for zip_ in ("28202", "28210")]


def door(person, name):
    """The address of a deed."""
    return f"/api/v1/stakeholders/{person.pk}/{name}/"


def test_two_become_one_and_two_again(two, staff):
    one, other = two
    asked = {"merged": [other.pk], "fields_from": {"zip": one.pk}}
    answer = api(staff).post(door(one, "merge"), asked, format="json")
    told = answer.json()[0]
    assert (answer.status_code, told["survivor"], told["merged"]) == (200, one.pk, other.pk)
    assert told["moved"] == {"contacts.ContactPoint.stakeholder": 1}
    assert Stakeholder.objects.get(pk=one.pk).zip == "28202"
    update_stakeholder(Stakeholder.objects.get(pk=one.pk), zip="28277", by=None)
    report = api(staff).post(door(one, "unmerge"), {"merge": told["merge"]}, format="json").json()
    assert report["back"] == {"contacts.ContactPoint.stakeholder": 1}
    assert Stakeholder.objects.filter(pk=other.pk).exists()


def test_who_asks_what_changed_since_hears_of_both_who_were_taken_apart_and_of_nobody_else(two, staff):
    one, other = two
    third = StakeholderFactory()
    client = api(staff)
    merge = client.post(door(one, "merge"), {"merged": [other.pk]}, format="json").json()[0]["merge"]
    since = timezone.now().isoformat()
    client.post(door(one, "unmerge"), {"merge": merge}, format="json")
    changed = client.get("/api/v1/stakeholders/", {"changed_since": since}).json()["results"]
    assert {told["id"] for told in changed} == {one.pk, other.pk}
    assert third.pk not in {told["id"] for told in changed}


def test_an_old_number_leads_on(two, staff):
    one, other = two
    client = api(staff)
    client.post(door(one, "merge"), {"merged": [other.pk]}, format="json")
    answer = client.get(f"/api/v1/stakeholders/{other.pk}/")
    assert (answer.status_code, answer["Location"]) == (307, f"/api/v1/stakeholders/{one.pk}/")
    assert client.get(answer["Location"]).json()["id"] == one.pk
    assert client.get("/api/v1/stakeholders/999999999/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"merged": []}, 400),
        ({"merged": ["x"]}, 400),
        ({"merged": [999999999]}, 409),
        ({"merged": ["self"]}, 409),
        ({"merged": ["house"]}, 409),
        ({"merged": ["other"], "fields_from": {"shoes": 1}}, 400),
        ({"merged": ["other"], "fields_from": {"zip": 1}}, 400),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(asked, status, two, staff):
    names = {"self": two[0].pk, "other": two[1].pk, "house": OrganisationFactory().pk}
    if "merged" in asked:
        asked = {**asked, "merged": [names.get(one, one) for one in asked["merged"]]}
    answer = api(staff).post(door(two[0], "merge"), asked, format="json")
    assert answer.status_code == status, answer.json()
    assert Stakeholder.objects.count() == 3


def test_a_merge_of_somebody_else_is_not_found(two, staff):
    client = api(staff)
    merge = client.post(door(two[0], "merge"), {"merged": [two[1].pk]}, format="json").json()[0]["merge"]
    assert client.post(door(StakeholderFactory(), "unmerge"), {"merge": merge}, format="json").status_code == 404
    assert client.post(door(two[0], "unmerge"), {"merge": merge}, format="json").status_code == 200
    assert client.post(door(two[0], "unmerge"), {"merge": merge}, format="json").status_code == 409


@pytest.mark.parametrize("role", ["organizer", "partner", "analyst"])
def test_only_who_keeps_the_book_may(role, two, request):
    client = api(request.getfixturevalue(role))
    assert client.post(door(two[0], "merge"), {"merged": [two[1].pk]}, format="json").status_code in (403, 404)
    assert Stakeholder.objects.count() == 2
