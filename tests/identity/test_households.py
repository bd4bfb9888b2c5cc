"""People who share a postal address or an inbox."""

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.identity import households
from contacts.identity.households import Housemate, housemates
from contacts.identity.rules.traits import _STREET_WORDS, SIDES, STREET_KINDS, street
from contacts.models import Stakeholder
from contacts.segments.compiler import people_of
from contacts.segments.describing import describe
from tests.factories import ContactPointFactory, OrganisationFactory

HOME, INBOX, PHONE = "12 Main St, Charlotte 28205", "home@example.org", "+17045550100"


@pytest.fixture
def family(person):
    """Ana and Luis share a home and an inbox, Eva the home only, Bo neither."""
    return (
        person("Ana Ruiz", HOME, INBOX),
        person("Luis Vega", HOME.upper(), INBOX, PHONE),
        person("Eva Ruiz", HOME),
        person("Bo Lee", PHONE, "bo@example.org"),
    )


def names(people):
    return sorted(person.first_name for person in people)


def asked(*kinds, op="any_of"):
    return {"criterion": "household", "op": op, "value": list(kinds)}


def test_housemates_come_with_what_they_share(family):
    ana, luis, eva, bo = family
    assert housemates(ana) == [Housemate(luis, ("email", "postal")), Housemate(eva, ("postal",))]
    assert housemates(bo) == []


def test_the_question_finds_who_shares_a_home(family):
    assert names(Stakeholder.objects.sharing_a_home()) == ["Ana", "Eva", "Luis"]
    assert names(Stakeholder.objects.sharing_a_home("email")) == ["Ana", "Luis"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Main Street, Charlotte, NC 28205", HOME),
        ("12 N. Main St Apt 4, 28205", "12 North Main Street #4, Charlotte NC 28205"),
        ("12 Main Street, Charlotte", "12 main st  Charlotte"),
        ("P.O. Box 7, Charlotte", "PO Box 7 Charlotte"),
    ],
)
def test_two_spellings_of_an_address_are_one_home(one, other, person):
    ana, luis = person("Ana Ruiz", one), person("Luis Vega", other)
    assert [mate.who for mate in housemates(ana)] == [luis]
    assert names(Stakeholder.objects.sharing_a_home("postal")) == ["Ana", "Luis"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Main St Apt 4, 28205", "12 Main St Apt 5, 28205"),
        ("12 Main St, 28205", "12 Main St, 28031"),
        ("12 Main St, Charlotte", "12 Main St, Davidson"),
        ("12 Main St NW, 28205", "12 Main St SW, 28205"),
    ],
)
def test_doors_and_towns_are_told_apart(one, other, person):
    assert housemates(person("Ana Ruiz", one)) == housemates(person("Luis Vega", other)) == []
    assert names(Stakeholder.objects.sharing_a_home("postal")) == []


SAID = [*_STREET_WORDS, *STREET_KINDS, *SIDES, "Main", "Oak", "4", "B", "p", "o", "box", "#5", "Ñuñoa", "."]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(SAID), max_size=9))
def test_the_database_compares_homes_as_the_rules_do(db, words):
    address = " ".join(["12", "Elm", "St", *words, "28205"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT contacts_home_of(%s)", [address])
        assert cursor.fetchone() == (street(address),)


def test_the_inbox_of_an_office_is_no_home(person):
    for name in ("Ana Ruiz", "Luis Vega"):
        person(name, "info@example.org")
    assert names(Stakeholder.objects.sharing_a_home()) == []


def test_a_building_is_no_household(person, monkeypatch):
    people = [person(f"Ana{number} Ruiz", HOME) for number in range(4)]
    assert len(housemates(people[0])) == 3
    monkeypatch.setattr(households, "LARGEST", 3)
    assert housemates(people[0]) == []
    assert names(Stakeholder.objects.sharing_a_home()) == []


def test_an_organisation_lives_with_nobody(person):
    ana, house = person("Ana Ruiz", HOME), OrganisationFactory()
    ContactPointFactory(stakeholder=house, kind="postal", value=HOME)
    assert housemates(house) == housemates(ana) == []
    assert names(Stakeholder.objects.sharing_a_home()) == []


def test_a_segment_asks_for_it(family):
    assert names(people_of({"all": [asked("email")]})) == ["Ana", "Luis"]
    assert names(people_of({"all": [asked("email", "postal")]})) == ["Ana", "Eva", "Luis"]
    assert names(people_of({"all": [asked("postal", op="none_of")]})) == ["Bo"]
    assert "shares an inbox with somebody" in describe({"all": [asked("email")]})


def test_the_page_of_a_person_shows_the_household(family, staff, client_of):
    ana, _luis, _eva, bo = family
    client = client_of(staff)
    page = client.get(reverse("admin:contacts_stakeholder_change", args=[ana.pk])).content.decode()
    assert "Household" in page
    assert "the same inbox, the same postal address" in page
    page = client.get(reverse("admin:contacts_stakeholder_change", args=[bo.pk])).content.decode()
    assert "Household" not in page
