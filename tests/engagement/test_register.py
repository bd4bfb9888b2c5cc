"""Registering for an event: seats, waitlist, refusals, the mail."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from contacts.models import Consent, Stakeholder
from crm.models import OutboxMail
from engagement.actions import (
    AlreadyRegistered,
    EventCalledOff,
    EventFull,
    EventNotPublished,
    EventOver,
    cancel_registration,
    place_in_waitlist,
    register,
)
from engagement.models import Event, Registration
from engagement.signals import registration_made
from tests.factories import EventFactory, RegistrationFactory, StakeholderFactory

ANA = {"email": "ana@example.org", "first_name": "Ana", "last_name": "Diaz", "zip": "28205"}


def test_it_gives_a_seat_and_puts_the_person_in_the_book(db):
    event = EventFactory()
    registration = register(event, **ANA, language="es")
    assert registration.state == Registration.State.REGISTERED
    person = registration.stakeholder
    assert (person.name, person.zip, person.language) == ("Ana Diaz", "28205", "es")
    assert person.source == f"Event: {event.title_en}"


def test_it_is_not_consent(db):
    registration = register(EventFactory(), **ANA)
    assert not Consent.objects.filter(stakeholder=registration.stakeholder).exists()


def test_it_finds_who_is_in_the_book_already(db):
    known = StakeholderFactory(first_name="Ana", last_name="Diaz", email="ANA@example.org")
    assert register(EventFactory(), **ANA).stakeholder == known


def test_the_last_seat_then_the_waitlist_in_order(db):
    event = EventFactory(capacity=1)
    states = [register(event, stakeholder=StakeholderFactory()).state for _turn in range(3)]
    assert states == ["registered", "waitlisted", "waitlisted"]
    places = [place_in_waitlist(registration) for registration in event.registrations.order_by("pk")]
    assert places == [None, 1, 2]


def test_a_free_seat_goes_to_who_waits_before_who_comes(db):
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event, state="waitlisted")
    assert register(event, **ANA).state == "waitlisted"


def test_it_refuses_when_full_and_no_waitlist_is_kept(db):
    event = EventFactory(capacity=1, waitlist=False)
    RegistrationFactory(event=event)
    with pytest.raises(EventFull):
        register(event, **ANA)
    assert not Stakeholder.objects.filter(first_name="Ana").exists()


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"state": Event.State.DRAFT}, EventNotPublished),
        ({"state": Event.State.CANCELLED}, EventCalledOff),
        ({"starts_at": timezone.now() - timedelta(days=2)}, EventOver),
    ],
)
def test_it_refuses_what_is_not_open(db, facts, refusal):
    with pytest.raises(refusal):
        register(EventFactory(**facts), **ANA)


def test_a_list_kept_elsewhere_is_recorded_with_its_own_date(db):
    event = EventFactory(starts_at=timezone.now() - timedelta(days=60))
    moment = event.starts_at - timedelta(days=3)
    registration = register(event, **ANA, at=moment, tell=False)
    assert registration.registered_at == moment
    assert not OutboxMail.objects.exists()


def test_somebody_registered_is_told_so_kindly(db):
    event = EventFactory()
    first = register(event, **ANA)
    with pytest.raises(AlreadyRegistered, match="You are registered already") as refusal:
        register(event, **ANA)
    assert refusal.value.registration == first
    assert OutboxMail.objects.count() == 1


def test_two_people_may_share_an_inbox(db):
    event = EventFactory()
    register(event, **ANA)
    register(event, **{**ANA, "first_name": "Luis"})
    assert event.registrations.count() == 2


def test_who_cancelled_may_come_back_at_the_end_of_the_line(db):
    event = EventFactory(capacity=1)
    registration = register(event, **ANA)
    other = register(event, stakeholder=StakeholderFactory())
    cancel_registration(registration)
    other.refresh_from_db()
    assert other.state == "registered"
    assert register(event, **ANA).state == "waitlisted"
    assert event.registrations.count() == 2


def test_news_is_sent_on_commit_with_ids_only(db, django_capture_on_commit_callbacks):
    heard = []
    registration_made.connect(lambda **news: heard.append(news), weak=False, dispatch_uid="test")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            registration = register(EventFactory(), stakeholder=StakeholderFactory())
            assert heard == []
    finally:
        registration_made.disconnect(dispatch_uid="test")
    assert heard[0]["registration_id"] == registration.pk
    assert heard[0]["state"] == "registered"


def test_the_database_refuses_one_more_than_the_seats(db):
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event)
    with pytest.raises(IntegrityError, match="more people than seats"), transaction.atomic():
        RegistrationFactory(event=event, state="attended")
    waiting = RegistrationFactory(event=event, state="waitlisted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=waiting.pk).update(state="registered")


def test_the_database_refuses_fewer_seats_than_people(db):
    event = EventFactory(capacity=2)
    RegistrationFactory.create_batch(2, event=event)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(capacity=1)


@pytest.mark.django_db(transaction=True)
def test_people_who_press_at_once_never_overfill_the_room():
    event = EventFactory(capacity=3)
    people = StakeholderFactory.create_batch(8)
    start = threading.Barrier(len(people))
    trouble: list[Exception] = []

    def press(person):
        try:
            start.wait()
            register(event, stakeholder=person)
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert event.registrations.seated().count() == 3
    assert event.registrations.waiting().count() == 5


@pytest.mark.django_db(transaction=True)
def test_one_person_who_presses_twice_at_once_has_one_registration():
    event = EventFactory()
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def press():
        try:
            start.wait()
            outcomes.append(register(event, **ANA).state)
        except AlreadyRegistered:
            outcomes.append("already")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already", "registered"]
    assert Stakeholder.objects.filter(first_name="Ana").count() == 1
    assert OutboxMail.objects.count() == 1
