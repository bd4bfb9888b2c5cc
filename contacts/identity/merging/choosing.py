"""Field by field: who has which value since when, and which one the merged person keeps.

The newest value that is not empty wins unless somebody chooses another. First and last name are chosen
each by itself; the full name follows them: it is the newest of whoever carries both, else put together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.identity.merging.rows import field_of
from contacts.identity.models import StakeholderMerge
from contacts.models import CustomField, Stakeholder
from contacts.names import full_name
from crm.errors import Refused

NAME, FIRST, LAST = "name", "first_name", "last_name"
FIELDS = (NAME, FIRST, LAST, "language", "zip", "source", "notes")
CUSTOM = "custom:"
LONGEST_NAME = 200
PUT_TOGETHER = 0
"""Chosen for the name when nobody carries exactly the chosen first and last name."""

WHY: dict[str, str | Promise] = {
    "same": gettext_lazy("they agree"),
    "only": gettext_lazy("the only one that is known"),
    "newest": gettext_lazy("the newest"),
    "parts": gettext_lazy("goes with the first and last name"),
    "chosen": gettext_lazy("chosen by you"),
}


class UnknownChoice(Refused):
    """A field that cannot be chosen, or a person who is not among those being merged."""


NO_NEWS = ("merge_stakeholders", "unmerge")
"""What these write is not new: it was said before, or is what it was before."""
Moment = tuple[datetime, int]
"""When, and in which order within one transaction."""


@dataclass(frozen=True)
class Choice:
    """One field: the value of each person, since when they have it, whose is kept and why (a key of WHY)."""

    field: str
    label: str
    values: dict[int, str]
    since: dict[int, datetime]
    chosen: int
    why: str

    @property
    def value(self) -> str:
        """What will stand in the book; empty when it is put together from the parts."""
        return self.values.get(self.chosen, "")

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return len(set(self.values.values())) > 1


def choices(people: Sequence[Stakeholder], wanted: Mapping[str, int] | None = None) -> list[Choice]:
    """What will be kept of `people` (the survivor first); `wanted` says whose value of which field is to stay.

    Raises UnknownChoice.
    """
    labels = _labels(people)
    wanted = wanted or {}
    _check(labels, wanted, people)
    since = since_when(people, labels)
    made = {field: _choice(field, labels[field], people, since, wanted.get(field)) for field in labels if field != NAME}
    name = _name(labels[NAME], people, since, wanted.get(NAME), made)
    return [name, *made.values()]


def value_of(person: Stakeholder, field: str) -> str:
    """The value of a field, a field of this house's own too."""
    if field.startswith(CUSTOM):
        return str(person.custom.get(field.removeprefix(CUSTOM), ""))
    return str(getattr(person, field))


def changes_of(survivor: Stakeholder, others: Mapping[int, Stakeholder], chosen: Mapping[str, int]) -> dict[str, Any]:
    """The values that the survivor takes over, by column, when `chosen` says whose value of each field is kept."""
    taken = {field: value_of(others[pk], field) for field, pk in chosen.items() if pk in others}
    plain = {field: value for field, value in taken.items() if not field.startswith(CUSTOM)}
    if chosen.get(NAME) == PUT_TOGETHER:
        parts = [plain.get(part, getattr(survivor, part)) for part in (FIRST, LAST)]
        plain[NAME] = full_name(*parts)[:LONGEST_NAME] or survivor.name
    own = {field.removeprefix(CUSTOM): value for field, value in taken.items() if field.startswith(CUSTOM)}
    return {**plain, "custom": {**survivor.custom, **own}} if own else plain


def origin_of(merged: Stakeholder, chosen: Mapping[str, int]) -> dict[str, list[str]]:
    """The values that come from `merged`, with when they had got them."""
    fields = {field: field for field, pk in chosen.items() if pk == merged.pk}
    moments = since_when([merged], fields)
    return {field: [value_of(merged, field), moments[merged.pk, field][0].isoformat()] for field in fields}


def _labels(people: Sequence[Stakeholder]) -> dict[str, str]:
    """What can be chosen, in the order of the page; names of its parts only where somebody has them."""
    fields = {name: str(field_of(Stakeholder, name).verbose_name) for name in FIELDS}
    slugs = {slug for person in people for slug in person.custom}
    known = {field.slug: field.name for field in CustomField.objects.filter(slug__in=slugs)} if slugs else {}
    own = {
        f"{CUSTOM}{slug}": known.get(slug, slug) for slug in sorted(slugs, key=lambda slug: (slug not in known, slug))
    }
    return {**fields, **own}


def _check(labels: Mapping[str, str], wanted: Mapping[str, int], people: Sequence[Stakeholder]) -> None:
    numbers = {person.pk for person in people}
    for field, pk in wanted.items():
        if field not in labels:
            raise UnknownChoice(_("There is no field “%(field)s” to choose.") % {"field": field})
        if pk not in numbers and not (field == NAME and pk == PUT_TOGETHER):
            raise UnknownChoice(_("Number %(pk)s is not among those who become one.") % {"pk": pk})


def since_when(people: Sequence[Stakeholder], fields: Mapping[str, str]) -> dict[tuple[int, str], Moment]:
    """When each value came to be what it is, from history; when the person was last changed if history is silent."""
    since = {(person.pk, field): (person.updated_at, 0) for person in people for field in fields}
    before: dict[tuple[int, str], str] = {}
    history = Stakeholder.pgh_event_model.objects.filter(pgh_obj__in=[person.pk for person in people])  # type: ignore[attr-defined]
    for event in history.exclude(pgh_context__metadata__verb__in=NO_NEWS).order_by("pgh_id"):
        for field in fields:
            place, value = (event.pgh_obj_id, field), value_of(event, field)
            if before.get(place) != value:
                before[place], since[place] = value, (event.pgh_created_at, event.pgh_id)
    return since | _from_merges(people, since)


def _from_merges(people: Sequence[Stakeholder], since: dict[tuple[int, str], Moment]) -> dict[tuple[int, str], Moment]:
    """A value that came by a merge is as old as it was with whom it came from."""
    named = {person.pk: person for person in people}
    merges = StakeholderMerge.objects.filter(survivor__in=named, undone_at__isnull=True).order_by("pk")
    older: dict[tuple[int, str], Moment] = {}
    for survivor, taken in merges.values_list("survivor_id", "kept__since"):
        for field, (value, at) in (taken or {}).items():
            if (survivor, field) in since and value_of(named[survivor], field) == value:
                older[survivor, field] = (datetime.fromisoformat(at), 0)
    return older


def _choice(field: str, label: str, people: Sequence[Stakeholder], since: dict, wanted: int | None) -> Choice:
    values = {person.pk: value_of(person, field) for person in people}
    chosen, why = _newest(field, values, since)
    if wanted is not None and wanted != chosen:
        chosen, why = wanted, "chosen"
    return Choice(field, label, values, {pk: since[pk, field][0] for pk in values}, chosen, why)


def _newest(field: str, values: dict[int, str], since: dict) -> tuple[int, str]:
    """Whose value is kept: the newest that is not empty; the survivor's, who comes first, where they agree."""
    first = next(iter(values))
    filled = [pk for pk, value in values.items() if value]
    if len(set(values.values())) == 1 or not filled:
        return first, "same"
    newest = max(filled, key=lambda pk: (since[pk, field], -list(values).index(pk)))
    equal = [pk for pk in filled if values[pk] == values[newest]]
    return equal[0], "newest" if len({values[pk] for pk in filled}) > 1 else "only"


def _name(
    label: str, people: Sequence[Stakeholder], since: dict, wanted: int | None, made: dict[str, Choice]
) -> Choice:
    """The full name goes with the first and last name that were chosen."""
    parts = (made[FIRST].value, made[LAST].value)
    values = {person.pk: person.name for person in people}
    carriers = {person.pk: person.name for person in people if (person.first_name, person.last_name) == parts}
    if carriers:
        chosen, why = _newest(NAME, carriers, since)
        why = "same" if len(set(values.values())) == 1 else "parts" if len(carriers) < len(people) else why
    else:
        chosen, why = PUT_TOGETHER, "parts"
        values[PUT_TOGETHER] = full_name(*parts)
    if wanted is not None and wanted != chosen:
        chosen, why = wanted, "chosen"
        values.setdefault(PUT_TOGETHER, full_name(*parts)) if wanted == PUT_TOGETHER else None
    return Choice(NAME, label, values, {person.pk: since[person.pk, NAME][0] for person in people}, chosen, why)
