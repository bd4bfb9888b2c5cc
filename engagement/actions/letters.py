"""The mails about a registration, each with its calendar file and the person's own link."""

from django.urls import reverse

from contacts.models import ContactPoint
from crm.actions.outbox import queue_mail
from crm.links import public_url, sign
from crm.mails import render_mail
from crm.models import OutboxMail
from engagement.calendar import CONTENT_TYPE, event_calendar
from engagement.models import Registration

LINK_PURPOSE = "registration"
IN_THE_CALENDAR = {"registered", "promoted", "changed"}
OUT_OF_THE_CALENDAR = {"cancelled", "called_off"}


def send_letter(registration: Registration, letter: str) -> OutboxMail | None:
    """Queue the mail `letter` (registered, waitlisted, promoted, changed, cancelled, called_off), once a change.

    Somebody without an address that works gets none: the answer is None then.
    """
    address = mail_address(registration)
    if not address:
        return None
    subject, text, html = render_mail(f"engagement/mails/{letter}", registration.language, _context(registration))
    event = registration.event
    return queue_mail(
        purpose=f"registration-{letter.replace('_', '-')}",
        to=address,
        subject=subject,
        text=text,
        html=html,
        attachments=_calendar_file(registration, letter),
        once=f"registration:{registration.pk}:{letter}:{registration.changes}:{event.revision}",
    )


def registration_link(registration: Registration) -> str:
    """The person's own page for this registration, by a signed link that only the mail carries."""
    token = sign(LINK_PURPOSE, [registration.pk])
    return public_url(reverse("engagement:registration", args=[token]))


def mail_address(registration: Registration) -> str:
    """The main address of the person that works; empty when there is none."""
    points = ContactPoint.objects.emails().filter(stakeholder=registration.stakeholder_id, status="valid")
    return points.order_by("-is_primary", "pk").values_list("value", flat=True).first() or ""


def _context(registration: Registration) -> dict[str, object]:
    from engagement.actions.registrations import place_in_waitlist

    return {
        "registration": registration,
        "event": registration.event,
        "first_name": registration.stakeholder.first_name or registration.stakeholder.name,
        "place": place_in_waitlist(registration),
        "link": registration_link(registration),
        "event_link": public_url(registration.event.get_absolute_url()),
        "events_link": public_url(reverse("engagement:events")),
    }


def _calendar_file(registration: Registration, letter: str) -> list[tuple[str, str, bytes]]:
    waits = registration.state == Registration.State.WAITLISTED
    if waits or letter not in IN_THE_CALENDAR | OUT_OF_THE_CALENDAR:
        return []
    gone = letter in OUT_OF_THE_CALENDAR
    content = event_calendar(
        registration.event, language=registration.language, changes=registration.changes, cancelled=gone
    )
    method = "CANCEL" if gone else "PUBLISH"
    return [(f"{registration.event.slug[:100]}.ics", f"{CONTENT_TYPE}; method={method}", content)]
