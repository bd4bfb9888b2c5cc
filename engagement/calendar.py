"""Calendar entries (RFC 5545) of events: one UID an event, a sequence that only grows."""

from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as Entry

from crm.links import public_url
from crm.models import Organisation
from engagement.models import Event

CONTENT_TYPE = "text/calendar"
A_YEAR = timedelta(days=366)


def event_uid(event: Event) -> str:
    """The name by which calendars know the event, whatever is changed about it."""
    return f"event-{event.pk}@{urlsplit(settings.PUBLIC_URL).hostname}"


def event_calendar(event: Event, *, language: str, changes: int = 0, cancelled: bool = False) -> bytes:
    """The event as a calendar file.

    `changes` counts what happened to the registration the file is for; `cancelled` takes the entry
    out of the calendar again (METHOD:CANCEL), as does an event that was called off.
    """
    organisation = Organisation.load()
    gone = cancelled or event.state == Event.State.CANCELLED
    calendar = Calendar()
    calendar.add("prodid", f"-//{organisation.name}//Alliance CRM//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if gone else "PUBLISH")
    with override(language):
        calendar.add_component(_entry(event, organisation, sequence=event.revision + changes, gone=gone))
    calendar.add_missing_timezones(first_date=event.starts_at.date(), last_date=event.ends_at.date() + A_YEAR)
    return calendar.to_ical()


def _entry(event: Event, organisation: Organisation, *, sequence: int, gone: bool) -> Entry:
    zone = ZoneInfo(organisation.time_zone)
    entry = Entry()
    entry.add("uid", event_uid(event))
    entry.add("sequence", sequence)
    entry.add("dtstamp", timezone.now())
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", event.title)
    entry.add("description", event.summary or event.description)
    entry.add("location", event.where)
    entry.add("url", public_url(event.get_absolute_url()))
    entry.add("status", "CANCELLED" if gone else "CONFIRMED")
    entry.add("organizer", _organizer(organisation))
    return entry


def _organizer(organisation: Organisation) -> vCalAddress:
    address = vCalAddress(f"mailto:{organisation.reply_to or organisation.sender_email}")
    address.params["CN"] = vText(organisation.sender_name)
    return address
