"""What an unclear row says beside what is known of somebody: which values are the same, near, or other ones."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from contacts.addresses import normalize
from contacts.imports.cleaning.entries import Entry
from contacts.imports.cleaning.names import Name, compatible
from contacts.imports.matching.settling import name_in_book
from contacts.imports.reviewing.candidates import several
from contacts.models import ContactPoint, Stakeholder
from crm.panels import Contact

AGREES = {"same": 2, "near": 1}


@dataclass(frozen=True)
class Compared:
    """One thing about a candidate; the row says the `same`, something `near` it or `other`, or nothing (empty)."""

    label: str
    value: str
    verdict: str = ""


@dataclass
class Candidate:
    """Somebody in the book whom the row could mean."""

    person: Stakeholder
    facts: list[Compared] = field(default_factory=list)
    agreeing: int = 0
    contact: Contact | None = None
    """What they last did or got."""


def compare(person: Stakeholder, entry: Entry, *, once: list[str]) -> Candidate:
    """A candidate beside the row; `once` are names of those who became part of them."""
    facts = [
        _name(person, entry),
        *(Compared(_("Once in the book as"), name) for name in once if name and name != person.name),
        *_points(person, entry),
        *_place(person, entry),
        *_organisations(person, entry),
        *_alike(_("Types"), {str(kind): str(kind.pk) for kind in person.types.all()}, several(entry.types)),
        *_alike(_("Tags"), {tag.name: tag.name.lower() for tag in person.tags.all()}, _lower(entry.tags)),
        *_alike(
            _("Number in their system"), {str(n): str(n) for n in person.external_ids.all()}, several(entry.external)
        ),
    ]
    return Candidate(person, facts, sum(AGREES.get(fact.verdict, 0) for fact in facts))


def _lower(joined: str) -> list[str]:
    return [word.lower() for word in several(joined)]


def _each(label: str, known: list[tuple[str, str]], said: list[str]) -> list[Compared]:
    """Values of one kind, each with the form that is compared; those the row says too come first.

    They differ where the row says something of the kind and none of them.
    """
    same = [Compared(label, value, "same") for value, form in known if form in said]
    others = [value for value, form in known if form not in said]
    return [*same, *(Compared(label, value, "other" if said and not same else "") for value in others)]


def _name(person: Stakeholder, entry: Entry) -> Compared:
    """An initial and a nickname are near, not the same."""
    said = Name(entry.first_key, entry.last_key)
    known = name_in_book(person.kind, person.first_name, person.last_name, person.name)
    label = _("Name")
    if said == Name():
        return Compared(label, person.name)
    if person.kind == entry.kind and said == known:
        return Compared(label, person.name, "same")
    near = person.kind == entry.kind == Stakeholder.Kind.PERSON and compatible(said, known)
    return Compared(label, person.name, "near" if near else "other")


def _points(person: Stakeholder, entry: Entry) -> Iterator[Compared]:
    said = {
        "email": several(entry.emails),
        "phone": several(entry.numbers),
        "postal": [normalize("postal", home)] if (home := _home(entry)) else [],
    }
    points = list(person.contact_points.all())
    for kind, label in ContactPoint.Kind.choices:
        known = [(point.value, point.normalized) for point in points if point.kind == kind]
        yield from _each(str(label).capitalize(), known, said[kind])


def _home(entry: Entry) -> str:
    """The postal address of the row as saving writes it (contacts/imports/differences.py)."""
    town = " ".join(filter(None, (entry.region, entry.zip)))
    return ", ".join(filter(None, (entry.street, entry.city, town)))[:320] if entry.street else ""


def _place(person: Stakeholder, entry: Entry) -> list[Compared]:
    return _each(_("Zip code"), [(person.zip, person.zip)] if person.zip else [], [entry.zip] if entry.zip else [])


def _organisations(person: Stakeholder, entry: Entry) -> list[Compared]:
    known = [(str(one), one.organisation.name.casefold()) for one in person.affiliations.all()]
    return _each(_("Organisation"), known, [entry.organisation.casefold()] if entry.organisation else [])


def _alike(label: str, known: dict[str, str], said: list[str]) -> list[Compared]:
    """What both have, then what only the book has: having more says nothing against anybody."""
    both = [name for name, key in known.items() if key in said]
    others = [name for name, key in known.items() if key not in said]
    facts = [Compared(label, ", ".join(both), "same")] if both else []
    return [*facts, Compared(label, ", ".join(others))] if others else facts
