"""Join by double opt-in.

ask_to_join → a JoinRequest and a mail → the link's page has a button → confirm_join → in the book, with consent
                                                                  ↘ forget_old_requests after two weeks
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from contacts.actions.consent import give_consent
from contacts.actions.letters import may_be_written_to, send_already_member, send_blocked_join, send_confirmation
from contacts.actions.stakeholders import (
    affiliate,
    create_stakeholder,
    find_or_create_person,
    find_person,
    set_types,
    update_stakeholder,
)
from contacts.actions.suppression import welcome_back
from contacts.addresses import normalize_email
from contacts.leaving import CONFIRM_AGE
from contacts.locks import share_the_book
from contacts.models import Consent, ContactPoint, JoinRequest, Stakeholder, StakeholderType, Topic
from crm.history import acting

SOURCE = "join form"
MAILS_AN_HOUR = 3
"""How many confirmation mails one address gets in an hour, whoever types it."""


class Joined(NamedTuple):
    """Who is in now, and whether mail may go there (an address that bounced or complained stays closed)."""

    stakeholder: Stakeholder
    reachable: bool


@transaction.atomic
def ask_to_join(
    *,
    email: str,
    first_name: str = "",
    last_name: str = "",
    organisation: str = "",
    zip: str = "",
    language: str = "en",
    types: Iterable[StakeholderType] = (),
    topics: Iterable[Topic] = (),
    wording: str,
    wording_language: str,
) -> JoinRequest | None:
    """Keep what was typed and ask the owner of the address by mail; None when no question is sent.

    Nobody is told on a page what became of it: a member learns by mail that they are in already, and an
    address that must not be mailed, or was asked three times within the hour, gets nothing.
    """
    topics = list(topics)
    if not may_be_written_to(email) or _asked_too_often(email):
        return None
    request = JoinRequest.objects.create(
        email=email,
        first_name=first_name,
        last_name=last_name,
        organisation=organisation,
        zip=zip,
        language=language,
        wording=wording,
        wording_language=wording_language,
    )
    request.types.set(types)
    request.topics.set(topics)
    member = _member(request, topics)
    if member:
        send_already_member(member, email, language)
    else:
        send_confirmation(request)
    return request


@transaction.atomic
def confirm_join(request: JoinRequest) -> Joined:
    """Put the person (or organisation) in the book with the yes they gave; confirming twice is fine.

    The owner of the address acts, so their own earlier “leave everything” no longer stands. A bounce, a
    complaint or a request kept by staff does: then staff are told, and mail stays off until they decide.
    """
    share_the_book()
    request = JoinRequest.objects.select_for_update().get(pk=request.pk)
    if request.confirmed_at and request.stakeholder:
        return Joined(request.stakeholder, may_be_written_to(request.email))
    with acting("confirm_join", source=SOURCE):
        stakeholder = _put_in_the_book(request)
        request.confirmed_at, request.stakeholder = timezone.now(), stakeholder
        request.save(update_fields=["confirmed_at", "stakeholder"])
        _say_yes(request, stakeholder)
        address = stakeholder.contact_points.filter(kind="email", normalized=normalize_email(request.email))
        address.update(verified_at=request.confirmed_at)
        reachable = welcome_back(request.email, source=SOURCE)
    if not reachable:
        send_blocked_join(stakeholder)
    return Joined(stakeholder, reachable)


def forget_old_requests() -> int:
    """Delete what was typed into the join form two weeks ago, confirmed or not; gives how many there were.

    What a confirmed one led to is in the book by then, and its link has expired.
    """
    forgotten, _per_model = JoinRequest.objects.filter(created_at__lt=timezone.now() - CONFIRM_AGE).delete()
    return forgotten


def _asked_too_often(email: str) -> bool:
    lately = JoinRequest.objects.filter(email__iexact=email.strip(), created_at__gt=timezone.now() - timedelta(hours=1))
    return lately.count() >= MAILS_AN_HOUR


def _member(request: JoinRequest, topics: list[Topic]) -> Stakeholder | None:
    """The one in the book who receives every asked topic already and left nothing behind."""
    if not (request.first_name or request.last_name):
        return None
    person = find_person(request.email, request.first_name, request.last_name)
    if person is None or not ContactPoint.objects.mailable().filter(stakeholder=person).exists():
        return None
    yes = Consent.objects.filter(stakeholder=person, topic__in=topics, state="given", channel="email").count()
    return person if yes == len(topics) else None


def _put_in_the_book(request: JoinRequest) -> Stakeholder:
    """The person with their organisation, or the organisation alone when no person is named."""
    types = list(request.types.all())
    if not (request.first_name or request.last_name):
        organisation = _organisation(request, with_address=True)
        _add_types(organisation, types)
        return organisation
    person, created = find_or_create_person(
        request.email,
        request.first_name,
        request.last_name,
        language=request.language,
        zip=request.zip,
        source=SOURCE,
    )
    if not created:
        newer = {"language": request.language, **({"zip": request.zip} if request.zip else {})}
        update_stakeholder(person, **newer)
    _add_types(person, types)
    if request.organisation:
        organisation = _organisation(request)
        _add_types(organisation, [kind for kind in types if kind.kind == StakeholderType.Kind.ORGANISATION])
        affiliate(person, organisation)
    return person


def _organisation(request: JoinRequest, *, with_address: bool = False) -> Stakeholder:
    """The organisation of that name (at that address, when it joins by itself); made when it is new."""
    known = Stakeholder.objects.filter(kind=Stakeholder.Kind.ORGANISATION, name__iexact=request.organisation)
    if with_address:
        known = known.filter(contact_points__kind="email", contact_points__normalized=normalize_email(request.email))
    return known.order_by("pk").first() or create_stakeholder(
        kind=Stakeholder.Kind.ORGANISATION,
        name=request.organisation,
        language=request.language,
        zip=request.zip,
        source=SOURCE,
        emails=[request.email] if with_address else [],
    )


def _add_types(stakeholder: Stakeholder, types: list[StakeholderType]) -> None:
    """Joining again adds types and takes none away."""
    if types:
        set_types(stakeholder, {*stakeholder.types.all(), *types})


def _say_yes(request: JoinRequest, stakeholder: Stakeholder) -> None:
    for topic in request.topics.all():
        give_consent(
            stakeholder,
            topic,
            source=SOURCE,
            wording=request.wording,
            language=request.wording_language,
            evidence={
                "join_request": request.pk,
                "asked_at": request.created_at.isoformat(),
                "confirmed_at": request.confirmed_at.isoformat() if request.confirmed_at else "",
            },
        )
