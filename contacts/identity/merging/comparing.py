"""Two to five side by side: what each is known by, what will be kept, what moves and what consent will be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.identity.merging import consent
from contacts.identity.merging.choosing import PUT_TOGETHER, WHY, Choice, choices
from contacts.identity.merging.rows import Spot, moving_spots
from contacts.identity.merging.telling import things_of
from contacts.models import ContactPoint, ExternalId, Stakeholder, StakeholderMerge, Suppression

SHOWN_THERE = (ContactPoint, ExternalId, StakeholderMerge)
"""Shown one by one, or of no use to count."""

SAID: dict[str, str | Promise] = {
    "given": gettext_lazy("agreed"),
    "withdrawn": gettext_lazy("left"),
    "": gettext_lazy("never asked"),
}


@dataclass(frozen=True)
class Option:
    """One value that can be kept: whose it is (0: put together from the parts), and whether it is the one."""

    pk: int
    who: str
    value: str
    since: Any
    chosen: bool


@dataclass(frozen=True)
class Field:
    """One field with the values to choose from, and why the chosen one is."""

    name: str
    label: str
    options: list[Option]
    why: str | Promise
    differs: bool

    @property
    def value(self) -> str:
        """What everybody agrees on."""
        return next((option.value for option in self.options if option.value), "")


@dataclass(frozen=True)
class Column:
    """One person: their addresses with what is wrong with them, their words and what hangs on them."""

    person: Stakeholder
    stays: bool
    addresses: list[tuple[str, str]]
    words: list[str]
    things: list[str]


@dataclass(frozen=True)
class Word:
    """A topic: what each of them said last, what will hold, and why."""

    topic: str
    said: list[tuple[str, str | Promise, Any]]
    state: str
    result: str | Promise
    why: str


def in_order(people: Sequence[Stakeholder]) -> list[Stakeholder]:
    """Who has been in the book longest comes first, and stays unless another one is chosen."""
    return sorted(people, key=lambda person: (person.created_at, person.pk))


def fields_of(people: Sequence[Stakeholder], wanted: Mapping[str, int]) -> list[Field]:
    """Every field that somebody has a value of, with the choice that the rule makes or `wanted` asks for."""
    names = {person.pk: person.name for person in people}
    made = choices(people, wanted)
    return [_field(choice, names) for choice in made if any(choice.values.values())]


def columns_of(people: Sequence[Stakeholder], *, stays: int) -> list[Column]:
    """What each of them brings along; `stays` is the number of the one the others become a part of."""
    numbers = [person.pk for person in people]
    points = list(ContactPoint.objects.filter(stakeholder__in=numbers).order_by("kind", "-is_primary", "pk"))
    prints = [point.fingerprint for point in points if point.fingerprint]
    stopped = {stop.fingerprint: stop for stop in Suppression.objects.filter(channel="email", fingerprint__in=prints)}
    others = list(ExternalId.objects.filter(stakeholder__in=numbers))
    counts = _counts(numbers)
    return [
        Column(
            person,
            person.pk == stays,
            [(point.value, _trouble(point, stopped)) for point in points if point.stakeholder_id == person.pk],
            [str(number) for number in others if number.stakeholder_id == person.pk],
            counts[person.pk],
        )
        for person in people
    ]


def words_of(people: Sequence[Stakeholder]) -> list[Word]:
    """What they agreed to and what will hold: the stricter wins."""
    return [_word(outcome, people) for outcome in consent.outcomes([person.pk for person in people])]


def _field(choice: Choice, names: Mapping[int, str]) -> Field:
    options = [
        Option(
            pk,
            names.get(pk, str(_("put together from first and last name"))),
            _shown(choice.field, value),
            choice.since.get(pk),
            pk == choice.chosen,
        )
        for pk, value in sorted(choice.values.items(), key=lambda item: item[0] == PUT_TOGETHER)
    ]
    return Field(choice.field, choice.label, options, WHY[choice.why], choice.differs)


def _shown(field: str, value: str) -> str:
    return str(dict(settings.LANGUAGES).get(value, value)) if field == "language" else value


def _trouble(point: ContactPoint, stopped: Mapping[str, Suppression]) -> str:
    """What keeps an address from being used, in words."""
    if point.fingerprint in stopped:
        return _("must not be mailed: %(why)s") % {"why": stopped[point.fingerprint].get_reason_display()}
    return "" if point.status == ContactPoint.Status.VALID else str(point.get_status_display())


def _counts(numbers: list[int]) -> dict[int, list[str]]:
    """What hangs on each of them, such as “3 registrations”."""
    told: dict[int, list[str]] = {pk: [] for pk in numbers}
    for spot in moving_spots():
        if spot.model not in SHOWN_THERE:
            for pk, number in _count(spot, numbers).items():
                told[pk].append(things_of(spot.key, number))
    return told


def _count(spot: Spot, numbers: list[int]) -> dict[int, int]:
    rows = spot.rows.filter(**{f"{spot.column}__in": numbers}).order_by()
    return dict(rows.values_list(spot.column).annotate(Count(spot.column)))


def _word(outcome: consent.Outcome, people: Sequence[Stakeholder]) -> Word:
    said = []
    for person in people:
        word = outcome.said.get(person.pk)
        said.append((person.name, SAID[word.state if word else ""], word.since if word else None))
    why = _("the stricter wins: one of them left") if outcome.differ else ""
    return Word(outcome.topic.name, said, outcome.state, SAID[outcome.state], why)
