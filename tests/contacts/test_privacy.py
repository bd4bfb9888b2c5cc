"""Everything about a person can be handed over and forgotten, in every table there is."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.urls import reverse

from campaigns.models import Campaign, Delivery
from contacts.actions import (
    add_email,
    affiliate,
    create_stakeholder,
    erase_person,
    export_person,
    give_consent,
    suppress,
    tag_stakeholders,
    update_stakeholder,
    withdraw_consent,
)
from contacts.actions.stakeholders import find_or_create_person
from contacts.identity.scan import scan
from contacts.imports.actions import check_import, receive_file
from contacts.imports.staging import staged_runs
from contacts.models import (
    DuplicateCandidate,
    ExternalId,
    ImportDecision,
    ImportRow,
    ImportRun,
    JoinRequest,
    Partner,
    Stakeholder,
    StakeholderMerge,
    StakeholderType,
    Suppression,
)
from crm.models import OutboxMail
from crm.privacy import RELATIONS
from engagement.models import Edition, Event, Gathering, Participant, Registration
from tests.factories import OrganisationFactory, StakeholderFactory
from tests.leftovers import tables_that_hold

pytestmark = pytest.mark.django_db

NAME, EMAIL, PHONE = "Zoraida Quintanilla", "zoraida@example.org", "+17045550142"
SECRETS = ["zoraida", "quintanilla", "7045550142"]


@pytest.fixture
def zoraida(newsletter, staff, settings, tmp_path):
    """A person with a row in every table that can hold one."""
    settings.MEDIA_ROOT = tmp_path
    person = create_stakeholder(
        first_name="Zorrie",
        last_name="Quintanilla",
        zip="28205",
        emails=[EMAIL],
        phones=[PHONE],
        types=[StakeholderType.objects.get(slug="activist")],
        notes="Zorrie likes tamales",
        by=staff,
    )
    update_stakeholder(person, name=NAME, first_name="Zoraida", by=staff)
    affiliate(person, OrganisationFactory(name="Dove House"), role="Director")
    tag_stakeholders([person.pk], ["Host"])
    give_consent(person, newsletter, source="form", wording="Yes", language="es", evidence={"name": NAME}, by=staff)
    withdraw_consent(person, newsletter, source="link")
    JoinRequest.objects.create(email=EMAIL, first_name="Zoraida", wording="Yes")
    JoinRequest.objects.create(email=EMAIL, first_name="Zoraida", wording="Yes", stakeholder=person)
    OutboxMail.objects.create(purpose="join", to="Zoraida@example.org", subject=f"Hello {NAME}", text=f"Dear {NAME}")
    came_in_a_file(person)
    may_be_somebody_else(person)
    took_part(person)
    campaign = Campaign.objects.create(name="Autumn", topic=newsletter, subject="Hello")
    Delivery.objects.create(campaign=campaign, stakeholder=person, address=EMAIL, fingerprint="f" * 32, state="queued")
    suppress(EMAIL, reason="complaint", source="provider", note="Zorrie called")
    return person


def came_in_a_file(person):
    run = ImportRun.objects.create(
        partner=Partner.objects.create(name="Food Bank"), original_name="a.csv", size=1, state="committed"
    )
    run.file.save("a", ContentFile(f"{NAME},{EMAIL}".encode()))
    cells = {"cells": [NAME, EMAIL], "data": {"email": EMAIL, "name": NAME}}
    ImportRow.objects.create(run=run, line=2, outcome="created", stakeholder=person, **cells)
    ImportRow.objects.create(run=run, line=3, outcome="rejected", message=f"{EMAIL}: twice", **cells)
    ImportDecision.objects.create(run=run, line=3, choice="person", stakeholder=person)
    ExternalId.objects.create(stakeholder=person, system="salesforce", value="zoraida-1")
    waits_for_review(run.partner)


def waits_for_review(partner):
    """A file with the person in it that was checked and not saved."""
    file = ContentFile(f"E-mail,Name,Notes\n{EMAIL},{NAME},Zorrie sings".encode(), name="checked.csv")
    check_import(receive_file(file, partner=partner))


def may_be_somebody_else(person):
    earlier, later = StakeholderFactory(), StakeholderFactory()
    earlier.pk = person.pk - 1_000_000
    earlier.save(force_insert=True)
    DuplicateCandidate.objects.create(one=earlier, other=person, score=80, state="dismissed")
    DuplicateCandidate.objects.create(one=person, other=later, score=80, state="dismissed")
    scan()
    StakeholderMerge.objects.create(survivor=person, merged_id=1, kept={"row": {"name": NAME}})


def took_part(person):
    starts, ends = datetime(2026, 10, 1, 18, tzinfo=UTC), datetime(2026, 10, 1, 20, tzinfo=UTC)
    event = Event.objects.create(title_en="Forum", slug="forum", kind="forum", starts_at=starts, ends_at=ends)
    Registration.objects.create(event=event, stakeholder=person)
    edition = Edition.objects.create(
        year=2026, theme_en="Home", starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 31)
    )
    gathering = Gathering.objects.create(
        edition=edition, host=person, held_on=date(2026, 10, 5), zip="28205", place=f"Home of {NAME}"
    )
    Participant.objects.create(gathering=gathering, stakeholder=person, first_name="Zorrie", zip="28205")


def leftovers():
    """Every table and column that still holds something of the person."""
    return tables_that_hold([*SECRETS, "zorrie"])


def relations():
    """The key of every relation to Stakeholder in every app, history tables too."""
    for model in apps.get_models(include_auto_created=True):
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            if field.is_relation and field.related_model is Stakeholder:
                yield f"{model._meta.label}.{field.name}"


def test_every_relation_to_a_person_is_classified():
    assert set(relations()) == set(RELATIONS.keys())


def test_before_erasure_the_person_stands_in_every_relation(zoraida):
    filled = {
        key
        for key, _place in RELATIONS.items()
        if apps.get_model(key.rpartition(".")[0])._base_manager.filter(**{key.rpartition(".")[2]: zoraida.pk}).exists()
    }
    assert set(RELATIONS.keys()) - filled == {"contacts.Affiliation.organisation"}


class TestErasure:
    def test_nothing_of_the_person_is_left_in_any_table(self, zoraida, manager):
        assert leftovers()
        touched = erase_person(zoraida, by=manager)
        assert leftovers() == []
        assert touched["contacts.ConsentEvent.stakeholder"] == 2

    def test_counts_stay_true(self, zoraida, manager):
        erase_person(zoraida, by=manager)
        assert ImportRow.objects.count() == 2
        assert Participant.objects.count() == 1
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.reason, delivery.stakeholder) == ("skipped", "erased", None)
        assert Gathering.objects.get().host.name == "Somebody who was erased"

    def test_the_uploaded_file_goes_too(self, zoraida, manager, tmp_path, django_capture_on_commit_callbacks):
        assert any(path.is_file() for path in tmp_path.rglob("*"))
        with django_capture_on_commit_callbacks(execute=True):
            erase_person(zoraida, by=manager)
        assert not any(path.is_file() for path in tmp_path.rglob("*"))

    def test_what_was_staged_of_files_with_them_is_dropped(self, zoraida, manager, tmp_path):
        assert staged_runs()
        erase_person(zoraida, by=manager)
        assert staged_runs() == []

    def test_two_erased_people_of_one_campaign_do_not_collide(self, zoraida, manager):
        other = StakeholderFactory(email="other@example.org")
        Delivery.objects.create(
            campaign=Campaign.objects.get(), stakeholder=other, address="other@example.org", fingerprint="e" * 32
        )
        erase_person(zoraida, by=manager)
        erase_person(other, by=manager)
        assert Delivery.objects.count() == 2

    def test_a_complaint_is_remembered_by_its_hash(self, zoraida, manager, newsletter):
        erase_person(zoraida, by=manager)
        again, _new = find_or_create_person(EMAIL, "Zorrie", "", language="en", source="file")
        give_consent(again, newsletter, source="file", wording="", language="en")
        assert not Stakeholder.objects.mailable(newsletter).exists()

    def test_on_request_even_the_hash_goes(self, zoraida, manager):
        erase_person(zoraida, by=manager, keep_suppression=False)
        assert not Suppression.objects.exists()

    def test_a_shared_inbox_stays_the_others(self, manager, newsletter):
        lee = StakeholderFactory(first_name="Lee", email="home@example.org")
        kim = StakeholderFactory(first_name="Kim", email="home@example.org")
        give_consent(kim, newsletter, source="form", wording="Yes", language="en")
        OutboxMail.objects.create(purpose="join", to="home@example.org", subject="Hello Kim", text="")
        erase_person(lee, by=manager)
        assert list(Stakeholder.objects.mailable(newsletter)) == [kim]
        assert OutboxMail.objects.exists()

    def test_an_organisation_with_members_can_go(self, manager):
        house = OrganisationFactory()
        ana = StakeholderFactory()
        affiliate(ana, house)
        erase_person(house, by=manager)
        assert list(Stakeholder.objects.all()) == [ana]


class TestExport:
    def test_it_holds_every_table_the_person_stands_in(self, zoraida):
        told = export_person(zoraida)
        assert told["contacts.Stakeholder"]["name"] == NAME
        for key in ("ContactPoint.stakeholder", "ConsentEvent.stakeholder", "ImportRow.stakeholder"):
            assert told[f"contacts.{key}"]
        assert told["engagement.Registration.stakeholder"][0]["event__title_en"] == "Forum"
        assert told["campaigns.Delivery.stakeholder"][0]["address"] == EMAIL
        assert told["crm.OutboxMail (by address)"][0]["subject"] == f"Hello {NAME}"

    def test_it_holds_nothing_of_others(self, zoraida):
        add_email(StakeholderFactory(name="Other Person"), "other@example.org")
        assert "other@example.org" not in str(export_person(zoraida))


class TestDoors:
    def test_only_managers_hand_over_or_erase(self, zoraida, staff, manager, client_of):
        urls = [reverse(f"admin:contacts_stakeholder_{name}", args=[zoraida.pk]) for name in ("export_person", "erase")]
        assert [client_of(staff).get(url).status_code for url in urls] == [403, 403]
        answer = client_of(manager).get(urls[0])
        assert answer.json()["contacts.Stakeholder"]["name"] == NAME
        assert NAME not in answer["Content-Disposition"]

    def test_erasing_is_asked_first(self, zoraida, manager, client_of):
        url = reverse("admin:contacts_stakeholder_erase", args=[zoraida.pk])
        assert "cannot be undone" in client_of(manager).get(url).content.decode()
        assert Stakeholder.objects.filter(pk=zoraida.pk).exists()
        client_of(manager).post(url, {"keep": "on"})
        assert leftovers() == []
