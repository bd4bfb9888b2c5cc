"""Put somebody in the book, find them again, keep the search text true."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from pghistory.models import Context

from contacts.actions import (
    add_contact_point,
    add_email,
    affiliate,
    create_stakeholder,
    find_or_create_person,
    make_primary,
    refresh_search,
    remove_contact_point,
    tag_stakeholders,
    untag_stakeholders,
    update_stakeholder,
)
from contacts.actions.addresses import NotAnAddress
from contacts.actions.stakeholders import NotTheRightKind
from contacts.models import ContactPoint, Stakeholder, StakeholderType, Tag, Topic
from contacts.names import compared, compatible
from tests.factories import ContactPointFactory, OrganisationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db

MANY = """
INSERT INTO contacts_stakeholder
    (kind, name, first_name, last_name, language, zip, source, notes, search, created_at, updated_at)
SELECT 'person', 'Person ' || number, '', '', 'en', '', '', '', '', now(), now() FROM generate_series(1, 8000) AS number
"""


def test_a_new_person_has_name_addresses_types_and_tags(staff):
    activist = StakeholderType.objects.get(slug="activist")
    ana = create_stakeholder(
        first_name="Ana",
        last_name="Ruiz",
        zip="28205",
        emails=["ana@example.org", "work@example.org"],
        phones=["(704) 555-0188"],
        types=[activist],
        tags=["Host", "host"],
        by=staff,
    )
    assert ana.name == "Ana Ruiz"
    assert {context.metadata["verb"] for context in Context.objects.all()} == {"create_stakeholder"}
    assert list(ana.contact_points.filter(is_primary=True).values_list("normalized", flat=True)) == [
        "ana@example.org",
        "+17045550188",
    ]
    assert list(ana.types.all()) == [activist]
    assert [str(tag) for tag in ana.tags.all()] == ["Host"]


def test_a_wrong_zip_is_refused():
    with pytest.raises(ValidationError, match="five digits"):
        create_stakeholder(name="Ana", zip="2820")


def test_a_wrong_address_is_refused_and_nothing_is_kept():
    with pytest.raises(NotAnAddress):
        create_stakeholder(name="Ana", emails=["ana at example"])
    assert not Stakeholder.objects.exists()


def test_only_what_differs_is_changed():
    ana = StakeholderFactory(zip="28205")
    assert update_stakeholder(ana, zip="28206", language="en") == ["zip"]
    with pytest.raises(TypeError):
        update_stakeholder(ana, search="x")


def test_the_house_starts_with_its_types_and_topics():
    assert list(StakeholderType.objects.values_list("slug", flat=True)) == [
        "individual",
        "grassroots-leader",
        "activist",
        "politician",
        "business",
        "government",
        "faith",
        "nonprofit",
    ]
    assert set(Topic.objects.values_list("slug", flat=True)) == {
        "newsletter",
        "events",
        "on-the-table",
        "action-alerts",
    }
    assert all(topic.name_es and topic.description_es for topic in Topic.objects.all())


class TestFindOrCreate:
    def find(self, first, last, email="home@example.org", **more):
        return find_or_create_person(email, first, last, language="en", source="join form", **more)

    def test_the_same_address_and_name_is_the_same_person(self):
        ana, _new = self.find("Ana", "Ruiz")
        again, created = self.find("ana", "RUÍZ", email="Home@Example.org", zip="28205")
        assert (again, created) == (ana, False)
        assert again.zip == "28205"

    def test_what_is_known_is_not_overwritten(self):
        self.find("Ana", "Ruiz", zip="28205")
        again, _created = self.find("Ana", "Ruiz", zip="28277")
        assert again.zip == "28205"

    def test_another_name_on_a_shared_inbox_is_another_person(self):
        ana, _new = self.find("Ana", "Ruiz")
        luis, created = self.find("Luis", "Ruiz")
        assert created
        assert luis != ana

    def test_a_nameless_owner_gets_the_name(self):
        nameless, _new = self.find("", "")
        assert nameless.name == "home@example.org"
        named, created = self.find("Ana", "Ruiz")
        assert (named, created, named.name) == (nameless, False, "Ana Ruiz")

    def test_when_two_could_be_meant_neither_is_touched(self):
        self.find("Ana", "Ruiz")
        self.find("Luis", "Ruiz")
        _third, created = self.find("", "Ruiz")
        assert created

    def test_an_organisation_is_never_taken_for_a_person(self):
        OrganisationFactory(email="home@example.org")
        _person, created = self.find("Ana", "Ruiz")
        assert created

    @pytest.mark.parametrize(
        ("one", "other", "agree"),
        [
            (("R.", "O'Neil"), ("Robert", "ONeil"), True),
            (("José", "Peña"), ("Jose", "Pena"), True),
            (("", "Ruiz"), ("Ana", "Ruiz"), True),
            (("Bob", "Ruiz"), ("Roberto", "Ruiz"), False),
            (("Beto", "Ruiz"), ("Roberto", "Ruiz"), True),
            (("Paul", "Ruiz"), ("Paula", "Ruiz"), False),
            (("Ana", "Ruiz"), ("Ana", "Vega"), False),
            (("Ana", "Ruiz"), ("Luis", "Ruiz"), False),
        ],
    )
    def test_names_agree_as_far_as_both_go(self, one, other, agree):
        assert compatible(compared(*one), compared(*other)) is agree


class TestAddresses:
    def test_the_same_address_twice_is_one(self):
        ana = StakeholderFactory()
        assert add_email(ana, "ana@example.org") == add_email(ana, " ANA@example.org")

    def test_another_can_become_the_main_one(self):
        ana = StakeholderFactory(email="old@example.org")
        new = add_email(ana, "new@example.org")
        make_primary(new)
        assert ana.contact_points.get(is_primary=True) == new

    def test_when_the_main_one_goes_the_next_takes_its_place(self):
        ana = StakeholderFactory(email="old@example.org")
        new = add_email(ana, "new@example.org")
        remove_contact_point(ana.contact_points.get(is_primary=True))
        assert ana.contact_points.get(is_primary=True) == new


class TestSearchText:
    def found(self, words):
        return list(Stakeholder.objects.search(words))

    def test_name_address_and_number_are_found_without_accents(self):
        jose = create_stakeholder(name="José Peña", emails=["jp@example.org"], phones=["704 555 0188"])
        for words in ("jose pena", "PEÑA", "jp@example", "5550188", "example pena"):
            assert self.found(words) == [jose]
        assert self.found("pena nobody") == []

    def test_a_new_name_is_found_and_the_old_one_is_not(self):
        ana = StakeholderFactory(name="Ana Ruiz")
        Stakeholder.objects.filter(pk=ana.pk).update(name="Ana Vega")
        assert self.found("vega") == [ana]
        assert self.found("ruiz") == []

    def test_an_address_that_moves_is_found_at_its_new_owner(self):
        point = ContactPointFactory(value="desk@example.org")
        heir = StakeholderFactory()
        ContactPoint.objects.filter(pk=point.pk).update(stakeholder=heir)
        assert self.found("desk@") == [heir]
        point.delete()
        assert self.found("desk@") == []

    def test_a_load_that_writes_the_text_itself_is_checked_but_not_written_twice(self):
        ana = StakeholderFactory(name="Ana", search="ana ana@example.org")
        ContactPointFactory(stakeholder=ana, value="ana@example.org")
        assert refresh_search([ana.pk]) == 0
        assert refresh_search() == 0

    def test_a_load_of_thousands_takes_time_in_proportion(self):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20s'")
            cursor.execute(MANY)
            cursor.execute("SET LOCAL statement_timeout = 0")
        assert [person.name for person in self.found("person 7999")] == ["Person 7999"]

    def test_repair_counts_what_was_wrong(self):
        ana = StakeholderFactory(name="Ana", search="wrong")
        assert refresh_search() == 1
        ana.refresh_from_db()
        assert ana.search == "ana"


class TestTags:
    def test_many_get_a_tag_and_lose_it_again(self):
        people = StakeholderFactory.create_batch(3)
        ids = [person.pk for person in people]
        tag_stakeholders(ids[:1], ["Host"])
        assert tag_stakeholders(ids, ["host "]) == 2
        assert untag_stakeholders(ids[1:], Tag.objects.get()) == 2

    def test_nothing_is_made_of_blanks(self):
        assert tag_stakeholders([StakeholderFactory().pk], ["  "]) == 0
        assert not Tag.objects.exists()


def test_a_person_belongs_to_an_organisation_once_per_role():
    ana, house = StakeholderFactory(), OrganisationFactory()
    assert affiliate(ana, house, role="Director") == affiliate(ana, house, role="Director")
    with pytest.raises(NotTheRightKind):
        affiliate(house, ana)


def test_adding_a_postal_address_keeps_it_as_written():
    point = add_contact_point(StakeholderFactory(), "postal", "220 N Tryon Street")
    assert (point.value, point.normalized) == ("220 N Tryon Street", "220 n tryon street")
