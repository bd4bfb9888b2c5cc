"""Registering for an event, and giving the seat back.

register → a seat, or a place in the waitlist → cancel_registration → the first who waits moves up
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from contacts.locks import share_the_book
from contacts.models import Stakeholder
from crm.history import acting
from engagement.actions.errors import (
    AlreadyCancelled,
    AlreadyRegistered,
    EventCalledOff,
    EventFull,
    EventNotPublished,
    EventOver,
)
from engagement.actions.letters import send_letter
from engagement.actions.people import person_for
from engagement.models import Event, Registration
from engagement.signals import announce, registration_cancelled, registration_made, registration_promoted

State = Registration.State


@transaction.atomic
def register(
    event: Event,
    *,
    stakeholder: Stakeholder | None = None,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    zip: str = "",
    language: str = "en",
    source: str = "public page",
    at: datetime | None = None,
    tell: bool = True,
    by=None,
) -> Registration:
    """Give a person a seat, or a place in the waitlist, and mail them the confirmation.

    Pass a `stakeholder`, or the details of a person to find or make in the book. `at` is the moment
    of registering for lists that were kept elsewhere before; `tell=False` sends no mail.
    Raises EventFull, EventOver, EventCalledOff, EventNotPublished or AlreadyRegistered.
    """
    if stakeholder is None:
        share_the_book()
    event = lock_event(event)
    _check_open(event, at or timezone.now())
    person = stakeholder or person_for(
        email=email,
        first_name=first_name,
        last_name=last_name,
        zip=zip,
        language=language,
        source=event_source(event),
        by=by,
    )
    registration = Registration.objects.filter(event=event, stakeholder=person).first()
    if registration and registration.state != State.CANCELLED:
        raise AlreadyRegistered(registration)
    registration = registration or Registration(event=event, stakeholder=person)
    registration.state = _place_for_one_more(event)
    registration.language, registration.source = language, source
    registration.registered_at = at or timezone.now()
    _save_change(registration, "register", by)
    if tell:
        send_letter(registration, str(registration.state))
    _announce_made(registration)
    return registration


@transaction.atomic
def cancel_registration(registration: Registration, *, tell: bool = True, by=None) -> Registration:
    """Give the seat back, confirm it by mail, and let the first of the waitlist move up."""
    event = lock_event(registration.event)
    registration = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    if registration.state == State.CANCELLED:
        raise AlreadyCancelled
    if event.is_over:
        raise EventOver
    registration.state = State.CANCELLED
    _save_change(registration, "cancel_registration", by)
    if tell:
        send_letter(registration, "cancelled")
    announce(registration_cancelled, **_ids(registration))
    fill_free_seats(event)
    return registration


@transaction.atomic
def fill_free_seats(event: Event) -> list[Registration]:
    """Move people up from the waitlist, in order, while there are free seats, and mail them; answers who moved."""
    event = lock_event(event)
    if event.state != Event.State.PUBLISHED or event.is_over:
        return []
    waiting = event.registrations.waiting()
    moved = list(waiting if event.capacity is None else waiting[: free_seats(event)])
    for registration in moved:
        registration.state = State.REGISTERED
        _save_change(registration, "fill_free_seats")
        send_letter(registration, "promoted")
        announce(registration_promoted, **_ids(registration))
    return moved


def lock_event(event: Event) -> Event:
    """The event as it is now, held until the transaction ends: seats are counted by one at a time."""
    return Event.objects.select_for_update(no_key=True).get(pk=event.pk)


def free_seats(event: Event) -> int | None:
    """How many seats are left; None means there is no limit."""
    return None if event.capacity is None else max(0, event.capacity - event.registrations.seated().count())


def place_in_waitlist(registration: Registration) -> int | None:
    """1 for who moves up next; None for those who do not wait."""
    if registration.state != State.WAITLISTED:
        return None
    order = list(registration.event.registrations.waiting().values_list("pk", flat=True))
    return order.index(registration.pk) + 1


def event_source(event: Event) -> str:
    """What the book says about where a person came from."""
    return f"Event: {event.title_en}"[:120]


def _check_open(event: Event, moment: datetime) -> None:
    if event.state == Event.State.CANCELLED:
        raise EventCalledOff
    if event.state == Event.State.DRAFT:
        raise EventNotPublished
    if event.ends_at < moment:
        raise EventOver


def _place_for_one_more(event: Event) -> Registration.State:
    left = free_seats(event)
    nobody_waits = not event.registrations.waiting().exists()
    if left is None or (left and nobody_waits):
        return State.REGISTERED
    if not event.waitlist:
        raise EventFull
    return State.WAITLISTED


def _save_change(registration: Registration, verb: str, by=None) -> None:
    registration.changes += 1
    with acting(verb, by):
        registration.save()


def _ids(registration: Registration) -> dict[str, int | str]:
    return {
        "registration_id": registration.pk,
        "event_id": registration.event_id,
        "stakeholder_id": registration.stakeholder_id,
    }


def _announce_made(registration: Registration) -> None:
    announce(registration_made, **_ids(registration), state=str(registration.state))
