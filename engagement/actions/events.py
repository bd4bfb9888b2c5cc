"""Preparing an event, opening it, changing it and calling it off."""

from datetime import timedelta

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from engagement.actions.errors import EventCalledOff, EventNotReady, EventOver, TooFewSeats
from engagement.actions.letters import send_letter
from engagement.actions.registrations import fill_free_seats, lock_event
from engagement.models import Event
from engagement.signals import announce, event_called_off, event_published

CALENDAR_FIELDS = {"starts_at", "ends_at", "venue", "address", "zip"}
NEVER_COPIED = {"id", "slug", "state", "featured", "revision", "created_at", "updated_at"}
SLUG_LENGTH = 120


@transaction.atomic
def create_event(*, title_en: str, slug: str = "", by=None, **fields) -> Event:
    """Prepare an event as a draft that only the back office sees; the slug follows from the title."""
    return Event.objects.create(title_en=title_en, slug=slug or free_slug(title_en), **fields)


@transaction.atomic
def publish_event(event: Event, *, by=None) -> Event:
    """Show the event to the public and open registration; raises EventNotReady, EventCalledOff."""
    event = lock_event(event)
    if event.state == Event.State.CANCELLED:
        raise EventCalledOff
    if not event.venue:
        raise EventNotReady(_("Say where it takes place first, then publish it."))
    if event.state == Event.State.DRAFT:
        event.state = Event.State.PUBLISHED
        event.save(update_fields=["state", "updated_at"])
        announce(event_published, event_id=event.pk)
    return event


@transaction.atomic
def call_off_event(event: Event, *, by=None) -> int:
    """Say that the event does not take place, and mail all who hold a seat or wait; answers how many mails."""
    event = lock_event(event)
    if event.state == Event.State.CANCELLED:
        raise EventCalledOff
    if event.is_over:
        raise EventOver
    event.state, event.featured = Event.State.CANCELLED, False
    event.revision += 1
    event.save(update_fields=["state", "featured", "revision", "updated_at"])
    announce(event_called_off, event_id=event.pk)
    return _tell_everyone(event, "called_off")


@transaction.atomic
def revise_event(event: Event, *, changed: set[str], tell: bool = False, by=None) -> int:
    """Save an edited event: calendars learn of a new time or place, and new seats go to those who wait.

    `changed` names the fields that differ; `tell` mails those who registered. Answers how many mails
    that were; raises TooFewSeats when more people hold a seat than would be left.
    """
    lock_event(event)
    taken = event.registrations.seated().count()
    if event.capacity is not None and taken > event.capacity:
        raise TooFewSeats(taken)
    moved = bool(changed & CALENDAR_FIELDS)
    if moved:
        event.revision += 1
    event.save()
    told = _tell_everyone(event, "changed") if tell and moved and event.state == Event.State.PUBLISHED else 0
    if "capacity" in changed:
        fill_free_seats(event)
    return told


@transaction.atomic
def duplicate_event(event: Event, *, by=None) -> Event:
    """Copy an event into a new draft four weeks later; nobody is registered for the copy."""
    fields = {
        field.attname: getattr(event, field.attname)
        for field in Event._meta.concrete_fields
        if field.attname not in NEVER_COPIED
    }
    later = timedelta(weeks=4)
    fields |= {"starts_at": event.starts_at + later, "ends_at": event.ends_at + later}
    return create_event(**fields, by=by)


def free_slug(title: str) -> str:
    """A short name for the address that no other event has."""
    base = slugify(title)[: SLUG_LENGTH - 5] or "event"
    taken = set(Event.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)


def _tell_everyone(event: Event, letter: str) -> int:
    concerned = event.registrations.concerned().select_related("stakeholder", "event")
    letters = [send_letter(registration, letter) for registration in concerned]
    return sum(1 for mail in letters if mail)
