"""The link that confirms a join."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from contacts.actions import confirm_join, forget_old_requests, give_consent, leave_all, suppress
from contacts.leaving import confirm_token
from contacts.models import Affiliation, ConsentEvent, ContactPoint, JoinRequest, Stakeholder, StakeholderType
from contacts.models import Suppression as Closed
from crm.models import OutboxMail
from tests.public.conftest import receives

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(newsletter):
    """Luis filled in the form."""
    request = JoinRequest.objects.create(
        first_name="Luis", last_name="Peña", email="luis@example.org", zip="28208", language="es",
        wording="Sí, quiero.", wording_language="es",
    )  # fmt: skip
    request.topics.add(newsletter)
    request.types.add(StakeholderType.objects.get(slug="activist"))
    return request


def path(request):
    return f"/join/confirm/{confirm_token(request.pk)}/"


def test_opening_the_link_confirms_nothing(client, asked, writes_nothing):
    with writes_nothing():
        answer = client.get(path(asked))
        client.head(path(asked))
    assert answer.status_code == 200
    assert not Stakeholder.objects.exists()


def test_the_page_speaks_the_language_of_the_mail_it_was_opened_from(client, asked):
    opened = client.get(path(asked), headers={"Accept-Language": "en"})
    assert '<html lang="es"' in opened.content.decode()


def test_the_button_puts_the_person_in_the_book_with_their_yes(client, asked):
    assert "Le damos la bienvenida, Luis" in client.post(path(asked), follow=True).content.decode()
    person = Stakeholder.objects.get()
    assert (person.name, person.language, person.zip, person.source) == ("Luis Peña", "es", "28208", "join form")
    assert [str(kind.slug) for kind in person.types.all()] == ["activist"]
    said = ConsentEvent.objects.get()
    assert (said.topic.slug, said.action, said.source) == ("newsletter", "given", "join form")
    assert (said.wording, said.language) == ("Sí, quiero.", "es")
    assert said.evidence["join_request"] == asked.pk
    assert ContactPoint.objects.get().verified_at


def test_confirming_twice_is_one_member_and_one_yes(client, asked):
    client.post(path(asked))
    client.post(path(asked))
    assert Stakeholder.objects.count() == 1
    assert ConsentEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_are_one_member(asked):
    def press():
        Client().post(path(asked))
        connection.close()

    tabs = [threading.Thread(target=press) for _tab in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert Stakeholder.objects.count() == 1
    assert ConsentEvent.objects.count() == 1


def test_somebody_in_the_book_gains_types_and_loses_none(asked):
    person = confirm_join(asked).stakeholder
    again = JoinRequest.objects.create(first_name="Luis", last_name="Peña", email="luis@example.org", wording="Yes.")
    again.types.add(StakeholderType.objects.get(slug="faith"))
    assert confirm_join(again).stakeholder == person
    assert sorted(kind.slug for kind in person.types.all()) == ["activist", "faith"]


def test_a_person_may_bring_their_organisation(asked):
    JoinRequest.objects.filter(pk=asked.pk).update(organisation="Grace Church")
    asked.types.add(StakeholderType.objects.get(slug="faith"))
    person = confirm_join(asked).stakeholder
    role = Affiliation.objects.get()
    assert (role.person, role.organisation.name) == (person, "Grace Church")
    assert [kind.slug for kind in role.organisation.types.all()] == ["faith"]


def test_an_organisation_may_join_by_itself(asked):
    JoinRequest.objects.filter(pk=asked.pk).update(first_name="", last_name="", organisation="Grace Church")
    stakeholder = confirm_join(asked).stakeholder
    assert (stakeholder.kind, stakeholder.name) == ("organisation", "Grace Church")
    assert stakeholder.contact_points.get().value == "luis@example.org"
    assert receives(stakeholder) == ["newsletter"]


def test_who_left_everything_comes_back_by_their_own_confirmed_act(client, ana, newsletter):
    leave_all(ana)
    again = JoinRequest.objects.create(first_name="Ana", last_name="Ruiz", email="ana@example.org", wording="Yes.")
    again.topics.add(newsletter)
    client.post(path(again))
    assert receives(ana) == ["newsletter"]
    assert not Closed.objects.exists()


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "manual"])
def test_a_bounce_or_complaint_stays_and_staff_are_told(client, asked, reason, house):
    suppress("luis@example.org", reason=reason, source="test")
    answer = client.post(path(asked), follow=True)
    assert "no enviamos ninguno hasta que alguien del equipo lo revise" in answer.content.decode()
    assert Closed.objects.get().reason == reason
    mail = OutboxMail.objects.get()
    assert (mail.purpose, mail.to) == ("blocked-join", house.sender_email)


def test_a_broken_old_or_forgotten_link_leads_back_to_the_form(client, asked, time_goes_by):
    token = confirm_token(asked.pk)
    assert client.get("/join/confirm/nonsense/").status_code == 404
    with time_goes_by(days=15):
        assert client.get(f"/join/confirm/{token}/").status_code == 404
        assert client.post(f"/join/confirm/{token}/").status_code == 404
    asked.delete()
    answer = client.get(f"/join/confirm/{token}/")
    assert answer.status_code == 404
    assert 'href="/join/"' in answer.content.decode()
    assert not Stakeholder.objects.exists()


def test_requests_are_forgotten_after_two_weeks_and_what_came_of_them_stays(asked):
    confirm_join(asked)
    young = JoinRequest.objects.create(email="young@example.org", wording="Yes.")
    JoinRequest.objects.filter(pk=asked.pk).update(created_at=timezone.now() - timedelta(days=15))
    assert forget_old_requests() >= 1
    assert list(JoinRequest.objects.all()) == [young]
    assert Stakeholder.objects.count() == 1


def test_a_yes_given_before_is_not_lost_by_confirming(asked, events_topic):
    person = confirm_join(asked).stakeholder
    give_consent(person, events_topic, source="event", wording="Yes.", language="en")
    confirm_join(asked)
    assert receives(person) == ["events", "newsletter"]
