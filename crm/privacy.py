"""Every place where something about a person is kept, and what becomes of it (docs/decisions/0013-erasure.md).

Each app classifies its own places in its `privacy.py`:

    RELATIONS.add("contacts.ContactPoint.stakeholder", Place(
        merge=Merge.MOVE, export=listed(ContactPoint, "stakeholder", "kind", "value"),
        erase=deleted(ContactPoint, "stakeholder")))

A test walks every relation to Stakeholder in every app and fails on one that is missing here. `TRACES`
are places that know a person by their address only.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
    """Who is erased: their number, the addresses that are theirs alone, and who stands in for them."""

    person: int
    addresses: tuple[str, ...]
    fingerprints: tuple[str, ...]
    stand_in: Callable[[], int]


Export = Callable[[int], list[dict[str, Any]]]
Erase = Callable[[Leaving], int]


@dataclass(frozen=True)
class Place:
    """One relation to a person: how it is merged, exported (None: it repeats other rows) and erased."""

    merge: Merge
    export: Export | None
    erase: Erase


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
