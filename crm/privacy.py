"""Every place where something about a person is kept, and what becomes of it (docs/decisions/0013-erasure.md).

Each app classifies its own places in its `privacy.py`:

    RELATIONS.add("contacts.ContactPoint.stakeholder", Place(
        merge=Merge.MOVE, export=listed(ContactPoint, "stakeholder", "kind", "value"),
        erase=deleted(ContactPoint, "stakeholder")))

A test walks every relation to Stakeholder in every app and fails on one that is missing here. `TRACES`
are places that know a person by their address only.

Two people who turn out to be one may both have a row where the database allows one (a seat at the same
event). `Place.twice` then says what the row that stays takes over from the other, and `Place.returns`
what is different when that other row comes back because the two are taken apart again.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model

from crm.registries import Registry


class Merge(StrEnum):
    """What becomes of a row when its person turns out to be another one, too."""

    MOVE = "move"
    MOVE_UNLESS_TWICE = "move unless the other has it too"
    DERIVED = "follows from other rows"
    STAYS = "stays as it was: it is history"


@dataclass(frozen=True)
class Leaving:
    """Who is erased: their number and name, the addresses that are theirs alone, and who stands in for them."""

    person: int
    name: str
    addresses: tuple[str, ...]
    fingerprints: tuple[str, ...]
    stand_in: Callable[[], int]


Export = Callable[[int], list[dict[str, Any]]]
Erase = Callable[[Leaving], int]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row that the other person has, too.

    `takes` are values that the row that stays takes over from it. Without `becomes` it is dropped, and
    remembered whole; otherwise it is kept with these values. One of the two must let the person go: the row
    that comes, by `becomes`, or the one that stays, by `takes`; then the other one takes its place.
    """

    takes: dict[str, Any] = field(default_factory=dict)
    becomes: dict[str, Any] | None = None


Twice = Callable[[str, Any, Any], Verdict]
"""Gets the name of the constraint, the row that stays and the row that comes."""
Returns = Callable[[Any], str]
"""Gets a row about to be as it was, not yet saved: changes what cannot be any more and says so in a sentence."""


def first_stays(constraint: str, stays: Any, comes: Any) -> Verdict:
    """The row that is there says it all."""
    return Verdict()


def as_it_was(row: Any) -> str:
    """Nothing keeps the row from being as it was."""
    return ""


@dataclass(frozen=True)
class Place:
    """One relation to a person: how it is merged, exported (None: it repeats other rows) and erased.

    `holds` locks what a change of these rows would lock, before the people themselves are locked. `address`
    names the column by which a row that came after a merge is known to belong to one of the two. `words` counts
    the rows on a page (`ngettext_lazy("%d tag", "%d tags")`) where the table's own name would puzzle a reader.
    """

    merge: Merge
    export: Export | None
    erase: Erase
    twice: Twice = first_stays
    returns: Returns = as_it_was
    holds: Callable[[Collection[int]], None] | None = None
    address: str = ""
    words: Any = None


@dataclass(frozen=True)
class Trace:
    """A place that knows people by address: `export` gets the addresses, `erase` who leaves."""

    export: Callable[[tuple[str, ...]], list[dict[str, Any]]]
    erase: Erase


RELATIONS: Registry[Place] = Registry("relation to a person")
TRACES: Registry[Trace] = Registry("trace of a person")


def listed(model: type[Model], field: str, *columns: str) -> Export:
    """Export the rows whose `field` is the person, with these columns."""

    def export(person: int) -> list[dict[str, Any]]:
        return list(model._default_manager.filter(**{field: person}).values(*columns))

    return export


def deleted(model: type[Model], field: str) -> Erase:
    """Erase by deleting the rows whose `field` is the person."""

    def erase(leaving: Leaving) -> int:
        return model._default_manager.filter(**{field: leaving.person}).delete()[0]

    return erase


def emptied(model: type[Model], field: str, **blanks: Any) -> Erase:
    """Erase by keeping the rows, so that counts stay true, with these values instead of what was personal."""

    def erase(leaving: Leaving) -> int:
        return model._default_manager.filter(**{field: leaving.person}).update(**blanks)

    return erase
