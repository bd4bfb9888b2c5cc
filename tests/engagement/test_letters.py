"""The mails about a registration and the calendar file they carry."""

import pytest
from icalendar import Calendar

from crm.actions.outbox import deliver_due_mails
from crm.models import OutboxMail
from engagement.actions import call_off_event, cancel_registration, register
from engagement.actions.letters import send_letter
from engagement.calendar import event_calendar
from tests.factories import EventFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db
ANA = {"email": "ana@example.org", "first_name": "Ana", "last_name": "Diaz"}


def calendar_of(mail):
    """The calendar file of a mail, parsed."""
    return Calendar.from_ical(bytes(mail.attachments.get().content))


def entry_of(calendar):
    """The one event of a calendar."""
    (entry,) = calendar.walk("VEVENT")
    return entry


def test_the_confirmation_has_the_facts_the_link_and_the_calendar():
    event = EventFactory(venue="Main Library", title_en="Workshop on Race")
    register(event, **ANA)
    mail = OutboxMail.objects.get()
    assert mail.subject == "You are registered: Workshop on Race"
    for part in (mail.text, mail.html):
        assert "Main Library" in part
        assert "/registration/" in part
    assert calendar_of(mail)["METHOD"] == "PUBLISH"


def test_it_speaks_the_language_of_the_person():
    register(EventFactory(title_es="Taller sobre raza"), **ANA, language="es")
    mail = OutboxMail.objects.get()
    assert "Taller sobre raza" in mail.subject
    assert entry_of(calendar_of(mail))["SUMMARY"] == "Taller sobre raza"


def test_a_calendar_entry_says_when_where_and_who_asks():
    event = EventFactory(venue="Main Library", address="310 N Tryon Street", zip="28202")
    calendar = Calendar.from_ical(event_calendar(event, language="en"))
    entry = entry_of(calendar)
    assert entry.start == event.starts_at.replace(microsecond=0)
    assert entry["DTSTART"].params["TZID"] == "America/New_York"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/New_York"]
    assert entry["LOCATION"] == "Main Library, 310 N Tryon Street 28202"
    assert str(entry["ORGANIZER"]).startswith("mailto:")
    assert entry["STATUS"] == "CONFIRMED"


def test_cancelling_takes_the_same_entry_out_with_a_higher_sequence():
    registration = register(EventFactory(), **ANA)
    cancel_registration(registration)
    made, gone = (entry_of(calendar_of(mail)) for mail in OutboxMail.objects.order_by("pk"))
    assert made["UID"] == gone["UID"]
    assert gone["SEQUENCE"] > made["SEQUENCE"]
    assert gone["STATUS"] == "CANCELLED"
    assert calendar_of(OutboxMail.objects.get(purpose="registration-cancelled"))["METHOD"] == "CANCEL"


def test_calling_off_cancels_the_entry():
    event = EventFactory()
    register(event, **ANA)
    call_off_event(event)
    mail = OutboxMail.objects.get(purpose="registration-called-off")
    assert calendar_of(mail)["METHOD"] == "CANCEL"
    assert "/events/" in mail.text


def test_who_waits_gets_no_calendar_file():
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event)
    register(event, **ANA)
    mail = OutboxMail.objects.get()
    assert "number 1 on the waitlist" in mail.text
    assert not mail.attachments.exists()


def test_the_same_change_is_mailed_once():
    registration = register(EventFactory(), **ANA)
    assert send_letter(registration, "registered").pk == OutboxMail.objects.get().pk


def test_who_has_no_address_gets_none():
    register(EventFactory(), stakeholder=StakeholderFactory())
    assert not OutboxMail.objects.exists()


def test_it_arrives_with_a_calendar_part_that_mail_programs_understand(mailbox):
    register(EventFactory(), **ANA)
    deliver_due_mails()
    (received,) = mailbox.received
    (part,) = [part for part in received.message.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "PUBLISH"
    assert part.get_filename().endswith(".ics")
