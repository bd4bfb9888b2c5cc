"""Giving a seat back: the first who waits moves up and hears of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import OutboxMail
from engagement.actions import AlreadyCancelled, EventOver, cancel_registration, revise_event
from engagement.models import Event, Registration
from tests.factories import EventFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


def line(event, count):
    """`count` people with addresses in the waitlist, in order."""
    return [
        RegistrationFactory(
            event=event,
            state="waitlisted",
            stakeholder=StakeholderFactory(email=f"w{place}@example.org"),
            registered_at=timezone.now() + timedelta(minutes=place),
        )
        for place in range(count)
    ]


def test_the_first_of_the_waitlist_moves_up_and_is_mailed():
    event = EventFactory(capacity=1)
    seated = RegistrationFactory(event=event)
    first, second = line(event, 2)
    cancel_registration(seated)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("registered", "waitlisted")
    (mail,) = OutboxMail.objects.filter(purpose="registration-promoted")
    assert mail.to == "w0@example.org"


def test_leaving_the_waitlist_moves_nobody_up():
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event)
    first, second = line(event, 2)
    cancel_registration(first)
    second.refresh_from_db()
    assert second.state == "waitlisted"


def test_it_is_confirmed_by_mail_once():
    registration = RegistrationFactory(stakeholder=StakeholderFactory(email="ana@example.org"))
    cancel_registration(registration)
    assert [mail.purpose for mail in OutboxMail.objects.all()] == ["registration-cancelled"]
    with pytest.raises(AlreadyCancelled):
        cancel_registration(registration)
    assert OutboxMail.objects.count() == 1


def test_it_refuses_after_the_event():
    event = EventFactory(starts_at=timezone.now() - timedelta(days=1))
    with pytest.raises(EventOver):
        cancel_registration(RegistrationFactory(event=event))


def test_more_seats_go_to_who_waits():
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event)
    first, second, third = line(event, 3)
    event.capacity = 3
    revise_event(event, changed={"capacity"})
    states = Registration.objects.filter(pk__in=[first.pk, second.pk, third.pk]).values_list("state", flat=True)
    assert list(states) == ["registered", "registered", "waitlisted"]


def test_nobody_moves_up_once_it_is_called_off():
    event = EventFactory(capacity=1, state=Event.State.CANCELLED)
    seated = RegistrationFactory(event=event)
    (first,) = line(event, 1)
    cancel_registration(seated)
    first.refresh_from_db()
    assert first.state == "waitlisted"
