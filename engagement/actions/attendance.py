"""Who came: at the door, on a phone."""

from django.db import transaction

from contacts.locks import share_the_book
from contacts.models import Stakeholder
from crm.history import acting
from engagement.actions.errors import EventCalledOff, EventFull
from engagement.actions.people import person_for
from engagement.actions.registrations import event_source, free_seats, lock_event
from engagement.models import Event, Registration
from engagement.signals import announce, attendance_marked

State = Registration.State
SEATED = {State.REGISTERED, State.ATTENDED}


@transaction.atomic
def mark_attendance(registration: Registration, state: str, *, by=None) -> Registration:
    """Write down that somebody came or did not, or take it back (`attended`, `no_show`, `registered`).

    Who waited and came in gets a seat, if one is free; else EventFull is raised.
    """
    event = lock_event(registration.event)
    registration = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    wanted = State(state)
    if wanted in SEATED and registration.state not in SEATED:
        _need_a_seat(event)
    if registration.state == wanted:
        return registration
    registration.state = wanted
    with acting("mark_attendance", by):
        registration.save()
    _announce(registration)
    return registration


@transaction.atomic
def add_walk_in(
    event: Event,
    *,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    zip: str = "",
    stakeholder: Stakeholder | None = None,
    language: str = "en",
    by=None,
) -> Registration:
    """Write down somebody who came without registering; one who had registered is marked as come."""
    if stakeholder is None:
        share_the_book()
    event = lock_event(event)
    if event.state == Event.State.CANCELLED:
        raise EventCalledOff
    person = stakeholder or person_for(
        email=email,
        first_name=first_name,
        last_name=last_name,
        zip=zip,
        language=language,
        source=event_source(event),
        by=by,
    )
    known = Registration.objects.filter(event=event, stakeholder=person).first()
    if known:
        return mark_attendance(known, State.ATTENDED, by=by)
    _need_a_seat(event)
    with acting("add_walk_in", by):
        registration = Registration.objects.create(
            event=event, stakeholder=person, state=State.ATTENDED, language=language, source="at the door"
        )
    _announce(registration)
    return registration


def _need_a_seat(event: Event) -> None:
    if free_seats(event) == 0:
        raise EventFull


def _announce(registration: Registration) -> None:
    announce(
        attendance_marked,
        registration_id=registration.pk,
        event_id=registration.event_id,
        stakeholder_id=registration.stakeholder_id,
        state=str(registration.state),
    )
