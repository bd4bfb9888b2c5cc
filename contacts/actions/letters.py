"""The single mails of contacts: confirm a join, say who is in already, hand out a link, tell staff."""

from django.urls import reverse
from django.utils import timezone

from contacts.addresses import fingerprint, normalize_email
from contacts.leaving import confirm_token, preferences_token, preferences_url
from contacts.models import ContactPoint, JoinRequest, Stakeholder, Suppression
from crm.actions.outbox import queue_mail
from crm.links import public_url
from crm.mails import render_mail
from crm.models import Organisation, OutboxMail


def may_be_written_to(address: str) -> bool:
    """Whether a mail somebody asks for may go to `address`: who only left everything may ask to come back.

    An address that bounced, complained or was closed by staff gets none, whoever types it into a form.
    """
    closed = Suppression.objects.filter(fingerprint=fingerprint(normalize_email(address)), channel="email")
    return not closed.exclude(reason=Suppression.Reason.UNSUBSCRIBED).exists()


def send_confirmation(request: JoinRequest) -> OutboxMail:
    """Ask the owner of the address whether they meant to join."""
    context = {
        "first_name": request.first_name or request.organisation,
        "topics": list(request.topics.all()),
        "url": public_url(reverse("contacts:confirm", args=[confirm_token(request.pk)])),
    }
    return _send("confirm", "confirm-join", request.email, request.language, context, once=f"confirm-join:{request.pk}")


def send_already_member(person: Stakeholder, address: str, language: str) -> OutboxMail:
    """Tell a member who joins again that they are in, with the link to what they receive; only by mail."""
    context = {"first_name": person.first_name or person.name, "url": preferences_url(preferences_token(person.pk))}
    return _send("already", "already-member", address, language, context)


def send_preferences_link(address: str) -> OutboxMail | None:
    """Mail everybody behind `address` a fresh link to their preferences; None when nobody is or may be."""
    people = list(
        Stakeholder.objects.filter(
            contact_points__kind=ContactPoint.Kind.EMAIL, contact_points__normalized=normalize_email(address)
        ).order_by("pk")
    )
    if not people or not may_be_written_to(address):
        return None
    doors = [(person, preferences_url(preferences_token(person.pk))) for person in people]
    context = {"doors": doors, "shared": len(doors) > 1}
    return _send("preferences", "preferences-link", normalize_email(address), people[0].language, context)


def send_privacy_request(person: Stakeholder, kind: str) -> OutboxMail:
    """Tell staff that `person` asks for their data or to be erased (`kind` "data" or "erase"), once a day."""
    house = Organisation.load()
    context = {"person": person, "kind": kind, "url": public_url(_page_of(person))}
    today = timezone.localdate().isoformat()
    once = f"privacy:{kind}:{person.pk}:{today}"
    to = house.reply_to or house.sender_email
    return _send("privacy", f"privacy-{kind}", to, house.default_language, context, once=once)


def send_blocked_join(person: Stakeholder) -> OutboxMail:
    """Tell staff that `person` confirmed a join although their address is closed to mail."""
    house = Organisation.load()
    context = {"person": person, "url": public_url(_page_of(person))}
    to = house.reply_to or house.sender_email
    return _send("blocked", "blocked-join", to, house.default_language, context, once=f"blocked-join:{person.pk}")


def _page_of(person: Stakeholder) -> str:
    return reverse("admin:contacts_stakeholder_change", args=[person.pk])


def _send(name: str, purpose: str, to: str, language: str, context: dict, once: str | None = None) -> OutboxMail:
    subject, text, html = render_mail(f"contacts/mails/{name}", language, context)
    return queue_mail(purpose=purpose, to=to, subject=subject, text=text, html=html, once=once)
