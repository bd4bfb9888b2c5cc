"""On the Table: opening an edition, and keeping what was said around a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.locks import share_the_book
from contacts.models import Stakeholder
from crm.history import acting
from engagement.actions.errors import GatheringIncomplete, NotYourGathering
from engagement.actions.people import person_for
from engagement.models import Commitment, Edition, Gathering, Note, Participant, Prompt, Strategy
from engagement.signals import announce, gathering_logged

HOST = "host"


@dataclass(frozen=True)
class Guest:
    """Somebody at the table: known by e-mail, or a first name and a zip; `participant_id` keeps an earlier row."""

    first_name: str = ""
    email: str = ""
    zip: str = ""
    participant_id: int | None = None


@dataclass(frozen=True)
class NewHost:
    """A host who is not in the book yet."""

    name: str
    email: str = ""


@dataclass(frozen=True)
class Promise:
    """Who will do what: `who` is the place of a guest in the list (0 is the first), `"host"`, or None for all."""

    text: str
    strategy: Strategy | None = None
    who: int | str | None = None
    due_on: date | None = None
    commitment_id: int | None = None


@dataclass(frozen=True)
class Conversation:
    """Everything a form says about one table."""

    edition: Edition
    host: Stakeholder | NewHost
    held_on: date
    zip: str
    language: str = "en"
    place: str = ""
    attendance: int | None = None
    guests: Sequence[Guest] = ()
    notes: Mapping[int, str] | None = None
    """What was said, by the number (pk) of the prompt."""
    promises: Sequence[Promise] = ()


@transaction.atomic
def open_edition(
    *,
    year: int,
    theme_en: str,
    starts_on: date,
    ends_on: date,
    prompts: Sequence[tuple[str, str]] = (),
    by=None,
    **rest,
) -> Edition:
    """Make the edition of `year` with its prompts (English, Spanish); one that is there already is left as it is."""
    edition, created = Edition.objects.get_or_create(
        year=year, defaults={"theme_en": theme_en, "starts_on": starts_on, "ends_on": ends_on, **rest}
    )
    if created:
        Prompt.objects.bulk_create(
            Prompt(edition=edition, order=order, text_en=english, text_es=spanish)
            for order, (english, spanish) in enumerate(prompts, start=1)
        )
    return edition


@transaction.atomic
def log_gathering(conversation: Conversation, *, submission_key: UUID | None = None, by=None) -> Gathering:
    """Keep a conversation whole or not at all.

    The same `submission_key` never makes a second record: what is sent again replaces what was kept.
    """
    share_the_book()
    _check(conversation)
    host = _host(conversation, by)
    core = {**_core(conversation), "host": host, "organizer": by}
    with acting("log_gathering", by):
        gathering, created = Gathering.objects.get_or_create(submission_key=submission_key or uuid4(), defaults=core)
    if not created:
        return edit_gathering(gathering, conversation, by=by)
    _write_table(gathering, conversation, by)
    announce(gathering_logged, gathering_id=gathering.pk, edition_id=gathering.edition_id, host_id=gathering.host_id)
    return gathering


@transaction.atomic
def edit_gathering(gathering: Gathering, conversation: Conversation, *, by=None) -> Gathering:
    """Make the record say what the form says; raises NotYourGathering for somebody else's."""
    share_the_book()
    gathering = Gathering.objects.select_for_update(of=("self",)).get(pk=gathering.pk)
    if by is not None and not Gathering.objects.visible_to(by).filter(pk=gathering.pk).exists():
        raise NotYourGathering
    _check(conversation)
    for field, value in {**_core(conversation), "host": _host(conversation, by)}.items():
        setattr(gathering, field, value)
    with acting("edit_gathering", by):
        gathering.save()
    _write_table(gathering, conversation, by)
    return gathering


def _check(conversation: Conversation) -> None:
    if conversation.held_on > timezone.localdate():
        raise GatheringIncomplete(_("This day has not come yet. Log the conversation when it has taken place."))
    if isinstance(conversation.host, NewHost) and not conversation.host.name.strip():
        raise GatheringIncomplete(_("Say who hosted the table."))


def _core(conversation: Conversation) -> dict[str, object]:
    return {
        "edition": conversation.edition,
        "held_on": conversation.held_on,
        "zip": conversation.zip,
        "language": conversation.language,
        "place": conversation.place,
        "attendance": conversation.attendance,
        "state": Gathering.State.LOGGED,
    }


def _host(conversation: Conversation, by) -> Stakeholder:
    host = conversation.host
    if isinstance(host, Stakeholder):
        return host
    first_name, _space, last_name = host.name.strip().partition(" ")
    return _person(conversation, host.email, first_name, last_name, zip="", by=by)


def _person(conversation: Conversation, email: str, first_name: str, last_name: str, *, zip: str, by) -> Stakeholder:
    return person_for(
        email=email,
        first_name=first_name,
        last_name=last_name,
        zip=zip,
        language=conversation.language,
        source=str(conversation.edition),
        by=by,
    )


def _write_table(gathering: Gathering, conversation: Conversation, by) -> None:
    guests = _write_guests(gathering, conversation, by)
    _write_notes(gathering, conversation.notes or {})
    _write_promises(gathering, conversation.promises, guests)
    still_named = {guest.pk for guest in guests} | set(gathering.commitments.values_list("participant", flat=True))
    gathering.participants.exclude(pk__in=still_named - {None}).delete()


def _write_guests(gathering: Gathering, conversation: Conversation, by) -> list[Participant]:
    kept = {participant.pk: participant for participant in gathering.participants.guests()}
    return [_write_guest(gathering, conversation, guest, kept, by) for guest in conversation.guests]


def _write_guest(gathering: Gathering, conversation: Conversation, guest: Guest, kept: dict, by) -> Participant:
    participant = kept.get(guest.participant_id or 0) or Participant(gathering=gathering)
    participant.first_name, participant.zip = guest.first_name, guest.zip
    if guest.email:
        person = _person(conversation, guest.email, guest.first_name, "", zip=guest.zip, by=by)
        seated = gathering.participants.filter(stakeholder=person).first()
        participant = seated or participant
        participant.stakeholder = person
    participant.save()
    return participant


def _write_notes(gathering: Gathering, notes: Mapping[int, str]) -> None:
    said = {prompt: text.strip() for prompt, text in notes.items() if text.strip()}
    gathering.notes.exclude(prompt__in=said).delete()
    for prompt in gathering.edition.prompts.filter(pk__in=said):
        Note.objects.update_or_create(gathering=gathering, prompt=prompt, defaults={"text": said[prompt.pk]})


def _write_promises(gathering: Gathering, promises: Sequence[Promise], guests: list[Participant]) -> None:
    kept = {commitment.pk: commitment for commitment in gathering.commitments.all()}
    written = []
    for promise in promises:
        commitment = kept.get(promise.commitment_id or 0) or Commitment(gathering=gathering)
        commitment.text, commitment.strategy, commitment.due_on = promise.text, promise.strategy, promise.due_on
        commitment.participant = _who(gathering, promise.who, guests)
        commitment.save()
        written.append(commitment.pk)
    gathering.commitments.exclude(pk__in=written).delete()


def _who(gathering: Gathering, who: int | str | None, guests: list[Participant]) -> Participant | None:
    if who == HOST:
        return Participant.objects.get_or_create(gathering=gathering, stakeholder=gathering.host)[0]
    return guests[who] if isinstance(who, int) and 0 <= who < len(guests) else None
