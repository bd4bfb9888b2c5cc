"""Exporting people and importing the file again changes nothing, as CSV and as a workbook, however awkward they are."""

import random
from datetime import date
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.core.files.base import ContentFile

from contacts.actions.consent import give_consent, withdraw_consent
from contacts.actions.suppression import suppress
from contacts.identity.merging import merge_stakeholders, unmerge
from contacts.imports.actions import check_import, commit_import, partner_named, receive_file
from contacts.imports.models import ImportRun
from contacts.imports.policy import Policy
from contacts.models import (
    Affiliation,
    Consent,
    ContactPoint,
    CustomField,
    ExternalId,
    Stakeholder,
    StakeholderType,
    Tag,
    Tagging,
    Topic,
    Typing,
)
from crm.actions.exports import ask_for_export, write_export
from tests.factories import ContactPointFactory, OrganisationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db
BOOK: list[Any] = [
    model
    for model in apps.get_app_config("contacts").get_models()
    if not model.__name__.startswith("Import") and model.__name__ not in ("Partner", "PartnerFeed", "Sketch")
]
"""Every table of people, with what is derived from them and kept of their history."""


@pytest.fixture(autouse=True)
def own_fields(db) -> None:
    """Fields of our own of every kind."""
    CustomField.objects.create(slug="shirt", name_en="Shirt size", kind="choice", choices=["S", "M, wide", "L"])
    CustomField.objects.create(slug="given", name_en="Gift", kind="number")
    CustomField.objects.create(slug="met", name_en="Met on", kind="date")
    CustomField.objects.create(slug="voter", name_en="Voter", kind="yes_no")
    CustomField.objects.create(slug="motto", name_en="Motto", kind="text")


def book() -> dict[str, list]:
    """Every row of every table of people."""
    return {model.__name__: sorted(model.objects.values_list(), key=str) for model in BOOK}


def exported(by: Any, format: str) -> bytes:
    """Everybody as a file."""
    export = ask_for_export("people", question={"list": ""}, format=format, by=by)
    write_export(str(export.pk))
    export.refresh_from_db()
    assert export.state == "ready"
    with export.file.open("rb") as file:
        return file.read()


def imported(content: bytes, policy: Policy | None = None) -> ImportRun:
    """The file read in again as a partner's."""
    run = receive_file(
        ContentFile(content, name="people"), partner=partner_named("Ourselves"), policy=policy or Policy()
    )
    run = check_import(run)
    checked = dict(run.counts)
    run = commit_import(run)
    assert run.counts == checked
    return run


def changed(run: ImportRun) -> list[tuple]:
    """The rows that were not unchanged, for a message that helps."""
    return list(run.rows.exclude(outcome="unchanged").values_list("line", "outcome", "message", "before", "data"))


@pytest.fixture(params=["csv", "xlsx"])
def nothing_changes(request, staff):
    """Export, import, and find every row unchanged and every table as it was."""

    def proven(policy: Policy | None = None) -> ImportRun:
        before = book()
        run = imported(exported(staff, request.param), policy)
        assert changed(run) == []
        assert run.counts["unchanged"] == len(before["Stakeholder"])
        after = book()
        for table, rows in before.items():
            assert after[table] == rows, table
        return run

    return proven


class TestAwkward:
    @pytest.mark.parametrize(
        "person",
        [
            {"first_name": "José Ángel", "last_name": "Núñez de la Peña", "name": "José Ángel Núñez de la Peña"},
            {"first_name": "", "last_name": "", "name": "María José de la Cruz"},
            {"first_name": "", "last_name": "", "name": "ann@example.org"},
            {"first_name": "", "last_name": "", "name": "nobody@nowhere.org", "zip": "28205"},
            {"first_name": "=cmd()", "last_name": "@x", "name": "=cmd() @x"},
            {"first_name": "'=cmd()", "last_name": "-", "name": "''=cmd()"},
            {"first_name": "O'Hara", "last_name": "'Tis", "name": "O'Hara 'Tis"},
            {"first_name": "Ann", "last_name": "Lee", "name": "Dr. Ann Lee, PhD"},
            {"first_name": "Na", "last_name": "", "name": "Na"},
            {"first_name": "Ann", "last_name": "", "name": "Ann"},
            {"first_name": "李", "last_name": "小龙", "name": "李小龙"},
            {"first_name": "Ann", "last_name": "Lee", "name": "Somebody Else"},
            {"first_name": "Ann  ", "last_name": " Lee", "name": "Ann   Lee"},
            {"first_name": 'An"n', "last_name": "L;e,e|", "name": 'An"n L;e,e|'},
        ],
        ids=lambda person: person["name"],
    )
    @pytest.mark.parametrize("address", ["", "ann@example.org"])
    def test_names(self, person, address, nothing_changes):
        StakeholderFactory(**person, email=address or None)
        nothing_changes()

    def test_several_addresses_and_numbers(self, nothing_changes):
        ann = StakeholderFactory(email="Ann.Lee@Example.org")
        for value in ("ann2@example.org", "+odd@example.org", "=odd@example.org"):
            ContactPointFactory(stakeholder=ann, value=value)
        for value in ("704-555-0100", "+44 20 7946 0958", "call 704 555 0101 or 704 555 0102", "12345", "ext. 7"):
            ContactPointFactory(stakeholder=ann, kind="phone", value=value)
        nothing_changes()

    def test_postal_addresses_also_of_people_without_a_zip_code(self, nothing_changes):
        ann = StakeholderFactory(zip="")
        for value in ("600 E 4th St, Charlotte, NC 28202", "Second home"):
            ContactPointFactory(stakeholder=ann, kind="postal", value=value)
        nothing_changes()

    def test_one_inbox_and_one_name_of_two_people(self, nothing_changes):
        for _twin in range(2):
            StakeholderFactory(first_name="Ann", last_name="Lee", name="Ann Lee", email="ann@example.org", zip="28205")
        for first in ("Ann", "Bo"):
            StakeholderFactory(first_name=first, last_name="Diaz", email="house@example.org")
        nothing_changes()

    def test_nobody_but_a_name(self, nothing_changes):
        for _twin in range(2):
            StakeholderFactory(first_name="Ann", last_name="Lee", name="Ann Lee")
        nothing_changes()

    def test_organisations_and_who_belongs_to_them(self, nothing_changes):
        faith = StakeholderType.objects.get(slug="faith")
        house, twin = OrganisationFactory(name="=House, of Peace"), OrganisationFactory(name="Twin")
        OrganisationFactory(name="twin", zip="28202")
        Typing.objects.create(stakeholder=house, type=faith)
        ann = StakeholderFactory(email="ann@example.org")
        Typing.objects.create(stakeholder=ann, type=faith)
        Affiliation.objects.create(person=ann, organisation=house, role="Pastor, retired", ended_on=date(2020, 1, 1))
        Affiliation.objects.create(person=ann, organisation=twin, role="")
        Affiliation.objects.create(person=ann, organisation=house, role="Host")
        nothing_changes()

    def test_types_and_tags_with_marks_in_them(self, nothing_changes):
        ann = StakeholderFactory()
        for kind in StakeholderType.objects.all()[:3]:
            Typing.objects.create(stakeholder=ann, type=kind)
        for name in ("Board, 2019", 'He said "hi"', "a|b;c", "*star", "=x", "Año", "a ::: b", "日本"):
            Tagging.objects.create(stakeholder=ann, tag=Tag.objects.create(name=name))
        bo = StakeholderFactory()
        Tagging.objects.create(stakeholder=bo, tag=Tag.objects.get(name="=x"))
        nothing_changes()

    def test_notes_with_lines_and_formulas(self, nothing_changes):
        StakeholderFactory(notes='=first\r\n-second, "quoted"\n\n@third\ttab')
        StakeholderFactory(notes="Name,E-mail\nann@example.org,")
        nothing_changes()

    def test_numbers_elsewhere_and_fields_of_our_own(self, nothing_changes):
        ann = StakeholderFactory(
            custom={"shirt": "M, wide", "given": "-12.5", "met": "2026-05-01", "voter": "yes", "motto": "=1; 'x' –"}
        )
        for system, value in (("salesforce", "003A"), ("civicrm", "12"), ("odd", "a;b|c")):
            ExternalId.objects.create(stakeholder=ann, system=system, value=value)
        StakeholderFactory(custom={"motto": "two  blanks", "gone": "a field that is no more"})
        nothing_changes()

    def test_what_people_said_and_addresses_that_are_stopped(self, nothing_changes, staff):
        news, events = Topic.objects.get(slug="newsletter"), Topic.objects.get(slug="events")
        ann, bo, cy = (StakeholderFactory(email=f"{name}@example.org") for name in ("ann", "bo", "cy"))
        for person in (ann, bo):
            give_consent(person, news, source="form", wording="Yes", language="en", by=staff)
        withdraw_consent(bo, news, source="link", by=staff)
        withdraw_consent(cy, events, source="link", by=staff)
        suppress("ann@example.org", reason="complaint", source="provider")
        suppress("cy@example.org", reason="hard_bounce", source="provider")
        ContactPoint.objects.filter(normalized="bo@example.org").update(status="bad")
        nothing_changes()
        assert Consent.objects.count() == 3


class TestConsent:
    def test_an_export_gives_no_consent_of_its_own(self, staff):
        StakeholderFactory(email="ann@example.org")
        imported(exported(staff, "csv"))
        assert not Consent.objects.exists()

    def test_a_no_in_the_file_is_honoured(self, staff):
        news = Topic.objects.get(slug="newsletter")
        ann = StakeholderFactory(email="ann@example.org")
        give_consent(ann, news, source="form", wording="Yes", language="en", by=staff)
        content = exported(staff, "csv").replace(b",newsletter,,", b",,newsletter,")
        run = imported(content)
        assert run.counts["updated"] == 1
        assert list(Consent.objects.values_list("topic__slug", "state")) == [("newsletter", "withdrawn")]

    def test_with_a_topic_chosen_only_those_who_agreed_to_it_are_given(self, staff):
        news = Topic.objects.get(slug="newsletter")
        ann, _bo = (StakeholderFactory(email=f"{name}@example.org") for name in ("ann", "bo"))
        give_consent(ann, news, source="form", wording="Yes", language="en", by=staff)
        content = exported(staff, "csv")
        with pgtrigger.ignore("contacts.ConsentEvent:append_only"):
            Stakeholder.objects.all().delete()
        run = receive_file(ContentFile(content, name="p"), partner=partner_named("Ourselves"), topics=[news])
        commit_import(run)
        given = Consent.objects.filter(state="given").values_list("stakeholder__contact_points__value", flat=True)
        assert list(given) == ["ann@example.org"]


class TestMergedSince:
    """A file that was exported before two became one."""

    @pytest.fixture
    def two(self, db) -> tuple[Stakeholder, Stakeholder]:
        """One woman twice, known by name and number only the second time."""
        ann: Any = StakeholderFactory(first_name="Ann", last_name="Lee", zip="28202", email="ann@example.org")
        anna: Any = StakeholderFactory(first_name="Anna Maria", last_name="Vega", zip="28210", language="es")
        give_consent(ann, Topic.objects.get(slug="newsletter"), source="form", wording="Yes", language="en")
        return ann, anna

    def test_it_finds_the_one_they_are_and_changes_nothing(self, staff, two):
        ann, anna = two
        content = exported(staff, "csv")
        merge_stakeholders(ann, anna, by=staff)
        before = book()
        run = imported(content)
        assert changed(run) == []
        assert book() == before

    def test_the_other_way_round_and_through_two_merges(self, staff, two):
        ann, anna = two
        content = exported(staff, "csv")
        third = StakeholderFactory(first_name="Annie", last_name="Vega-Lee")
        merge_stakeholders(anna, ann, fields={"first_name": ann.pk, "last_name": ann.pk}, by=staff)
        merge_stakeholders(third, anna, by=staff)
        before = book()
        run = imported(content)
        assert changed(run) == []
        assert book() == before
        assert set(run.rows.values_list("stakeholder", flat=True)) == {third.pk}

    def test_a_merge_between_check_and_save_is_seen(self, staff, two):
        ann, anna = two
        content = exported(staff, "csv")
        run = receive_file(ContentFile(content, name="p"), partner=partner_named("Ourselves"), policy=Policy())
        check_import(run)
        merge_stakeholders(ann, anna, by=staff)
        before = book()
        assert changed(commit_import(run)) == []
        assert book() == before

    def test_when_they_are_two_again_each_finds_themselves(self, staff, two):
        ann, anna = two
        content = exported(staff, "csv")
        unmerge(merge_stakeholders(ann, anna, by=staff), by=staff)
        run = imported(content)
        assert changed(run) == []
        assert set(run.rows.values_list("stakeholder", flat=True)) == {ann.pk, anna.pk}

    def test_the_number_of_a_merged_one_under_a_name_nobody_of_them_had_is_nobodys(self, staff, two):
        ann, anna = two
        merge_stakeholders(ann, anna, by=staff)
        content = f"Alliance number,Name,E-mail\r\nalliance:{anna.pk},Bo Diaz,new@example.org\r\n".encode()
        assert imported(content).counts["created"] == 1


class TestNumbers:
    def test_our_number_under_another_name_is_nobodys(self, staff):
        ann, bo = StakeholderFactory(first_name="Ann", last_name="Lee"), StakeholderFactory()
        content = f"Alliance number,Name,E-mail\r\nalliance:{ann.pk},{bo.name},new@example.org\r\n".encode()
        imported(content)
        assert not ann.contact_points.exists()
        assert not ExternalId.objects.exists()


WORDS = ["Ann", "José", "O'Hara", "=1+1", "-x", "@y", "+z", 'a"b', "c,d", "e;f", "g|h", "Ñandú", "'q", "de la", "J."]
"""Words that have made trouble."""


def somebody(dice: random.Random, number: int) -> None:
    """A person or organisation with some of everything, drawn from words that have made trouble."""
    text = lambda: " ".join(dice.choices(WORDS, k=dice.randint(1, 3)))  # noqa: E731
    first, last = (dice.choice(["", text()]) for _part in range(2))
    is_person = dice.random() < 0.8
    made: Any = (StakeholderFactory if is_person else OrganisationFactory)(
        name=dice.choice([text(), f"{first} {last}".strip() or text()]),
        first_name=first if is_person else "",
        last_name=last if is_person else "",
        zip=dice.choice(["", "28205", "02138"]),
        language=dice.choice(["en", "es"]),
        notes=dice.choice(["", f"{text()}\n{text()}\r\n{text()}"]),
        custom=dice.choice([{}, {"motto": text(), "given": str(dice.randint(-9, 9))}]),
    )
    for place in range(dice.randint(0, 3)):
        shared = dice.choice([f"{number}x{place}@example.org", f"shared{dice.randint(0, 3)}@example.org"])
        ContactPoint.objects.get_or_create(
            stakeholder=made, kind="email", normalized=shared, defaults={"value": shared, "is_primary": place == 0}
        )
    if dice.random() < 0.5:
        ContactPointFactory(stakeholder=made, kind="phone", value=f"704 555 {dice.randint(100, 130):04}")
    for name in dice.sample(["Board, 2019", "=sum", 'say "x"', "plain", "Niños"], dice.randint(0, 3)):
        Tagging.objects.create(stakeholder=made, tag=Tag.objects.get_or_create(name=name)[0])
    for kind in dice.sample(list(StakeholderType.objects.all()), dice.randint(0, 2)):
        Typing.objects.create(stakeholder=made, type=kind)
    if dice.random() < 0.3:
        ExternalId.objects.create(stakeholder=made, system="salesforce", value=f"00{number}")
    house = Stakeholder.objects.filter(kind="organisation").exclude(pk=made.pk).order_by("?").first()
    if is_person and house and dice.random() < 0.5:
        Affiliation.objects.create(person=made, organisation=house, role=dice.choice(["", text()]))
    for topic in dice.sample(list(Topic.objects.all()), dice.randint(0, 2)):
        give_consent(made, topic, source="form", wording="Yes", language="en", by=None)
        if dice.random() < 0.5:
            withdraw_consent(made, topic, source="link", by=None)


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_book_of_awkward_people(seed, nothing_changes):
    dice = random.Random(seed)
    for number in range(40):
        somebody(dice, number)
    for point in dice.sample(list(ContactPoint.objects.emails()), 5):
        suppress(point.value, reason=dice.choice(["complaint", "hard_bounce", "manual"]), source="provider")
    nothing_changes()
