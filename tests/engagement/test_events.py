"""Preparing, opening, changing, copying and calling off an event."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import OutboxMail
from engagement.actions import (
    EventCalledOff,
    EventNotReady,
    TooFewSeats,
    call_off_event,
    create_event,
    duplicate_event,
    publish_event,
    revise_event,
)
from engagement.models import Event
from tests.factories import EventFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


def somebody(number):
    """A person who can be mailed."""
    return StakeholderFactory(email=f"s{number}@example.org")


def test_a_new_event_is_a_draft_with_a_short_name_of_its_own():
    facts = {"kind": "forum", "starts_at": timezone.now(), "ends_at": timezone.now() + timedelta(hours=1)}
    slugs = [create_event(title_en="ReConnect: the Forum!", **facts).slug for _turn in range(3)]
    assert slugs == ["reconnect-the-forum", "reconnect-the-forum-2", "reconnect-the-forum-3"]
    assert set(Event.objects.values_list("state", flat=True)) == {"draft"}


def test_an_event_without_a_place_is_not_published():
    with pytest.raises(EventNotReady, match="Say where"):
        publish_event(EventFactory(state="draft", venue=""))


def test_publishing_opens_it():
    assert publish_event(EventFactory(state="draft", venue="Main Library")).state == "published"


def test_calling_off_mails_who_comes_and_who_waits_once_each():
    event = EventFactory(featured=True)
    RegistrationFactory(event=event, stakeholder=somebody(1))
    RegistrationFactory(event=event, stakeholder=somebody(2), state="waitlisted")
    RegistrationFactory(event=event, stakeholder=somebody(3), state="cancelled")
    RegistrationFactory(event=event)
    assert call_off_event(event) == 2
    assert set(OutboxMail.objects.values_list("to", flat=True)) == {"s1@example.org", "s2@example.org"}
    event.refresh_from_db()
    assert (event.state, event.featured) == ("cancelled", False)
    with pytest.raises(EventCalledOff):
        call_off_event(event)


def test_a_new_time_reaches_calendars_and_if_wanted_people():
    event = EventFactory()
    RegistrationFactory(event=event, stakeholder=somebody(1))
    event.starts_at += timedelta(hours=1)
    assert revise_event(event, changed={"starts_at"}, tell=True) == 1
    event.refresh_from_db()
    assert event.revision == 1
    assert OutboxMail.objects.get().attachments.count() == 1


def test_a_new_summary_troubles_nobody():
    event = EventFactory()
    RegistrationFactory(event=event, stakeholder=somebody(1))
    assert revise_event(event, changed={"summary_en"}, tell=True) == 0
    assert event.revision == 0


def test_nobody_loses_a_seat_by_fewer_seats():
    event = EventFactory(capacity=3)
    RegistrationFactory.create_batch(2, event=event)
    event.capacity = 1
    with pytest.raises(TooFewSeats, match="2 people"):
        revise_event(event, changed={"capacity"})


def test_a_copy_is_a_draft_without_people():
    event = EventFactory(capacity=12)
    RegistrationFactory(event=event)
    copy = duplicate_event(event)
    assert (copy.state, copy.capacity, copy.registrations.count()) == ("draft", 12, 0)
    assert copy.starts_at == event.starts_at + timedelta(weeks=4)
    assert copy.slug != event.slug
