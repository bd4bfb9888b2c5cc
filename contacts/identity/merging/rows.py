"""Rows as plain values that a merge can keep for years, and back again."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import Field, Model, QuerySet, UniqueConstraint
from pghistory.models import Event

from contacts.models import Stakeholder
from crm.privacy import RELATIONS, Merge, Place

BOOK = "contacts.Stakeholder"


@dataclass(frozen=True)
class Spot:
    """One classified relation with its table: rows of `model` point to a person by `column`."""

    key: str
    place: Place
    model: type[Model]
    field: Any

    @property
    def column(self) -> str:
        """Such as "stakeholder_id"."""
        return self.field.attname

    @property
    def rows(self) -> QuerySet:
        """Every row there is."""
        return self.model._base_manager.all()

    def of(self, person: int) -> QuerySet:
        """The rows of one person."""
        return self.rows.filter(**{self.column: person})

    def rules(self) -> list[UniqueConstraint]:
        """The constraints by which two people may not both have a row, as the table declares them."""
        name = self.field.name
        return [
            rule for rule in self.model._meta.constraints if isinstance(rule, UniqueConstraint) and name in rule.fields
        ]

    def siblings(self) -> list["Spot"]:
        """Other relations of the same rows to a person."""
        return [other for other in spots() if other.model is self.model and other.key != self.key]


@lru_cache(maxsize=1)
def spots() -> tuple[Spot, ...]:
    """Every classified relation, in the order of the registry."""
    return tuple(spot(key) for key, _place in RELATIONS.items())


@lru_cache(maxsize=256)
def spot(key: str) -> Spot:
    """The relation of this name, such as "contacts.Typing.stakeholder"."""
    label, _dot, name = key.rpartition(".")
    model = apps.get_model(label)
    place = RELATIONS.get(key)
    if place is None:
        raise LookupError(f"nobody classified the relation “{key}”")
    return Spot(key, place, model, model._meta.get_field(name))


def moving_spots() -> Iterator[Spot]:
    """The relations whose rows go with their person."""
    return (spot for spot in spots() if spot.place.merge in (Merge.MOVE, Merge.MOVE_UNLESS_TWICE))


def table(place: str) -> type[Model]:
    """The model of a relation, or the book itself."""
    return Stakeholder if place == BOOK else spot(place).model


def plain(field: Field, value: Any) -> Any:
    """A value as JSON can hold it, without losing a microsecond."""
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def plain_row(row: Model) -> dict[str, Any]:
    """A whole row as plain values, by column."""
    return {field.attname: plain(field, getattr(row, field.attname)) for field in columns(type(row))}


def row_from(model: type[Model], values: dict[str, Any]) -> Model:
    """The row that `plain_row` described; columns that came since have their defaults, those that went are left out."""
    known = {field.attname: field for field in columns(model)}
    return model(**{name: known[name].to_python(value) for name, value in values.items() if name in known})


def field_of(model: type[Model], name: str) -> Field:
    """The field of this name, or of the column of this name."""
    return next(field for field in columns(model) if name in (field.name, field.attname))


def columns(model: type[Model]) -> list[Field]:
    """The columns of a table."""
    return [field for field in model._meta.concrete_fields if field.column is not None]


def numbers(rows: QuerySet) -> list[Any]:
    """The keys of some rows, in order; a key of two columns is a list."""
    found = rows.order_by("pk").values_list("pk", flat=True)
    return [list(pk) if isinstance(pk, tuple) else pk for pk in found]


def keys(ids: list[Any]) -> list[Any]:
    """The same for a query."""
    return [tuple(pk) if isinstance(pk, list) else pk for pk in ids]


def without(ids: list[Any], known: set[Any]) -> list[Any]:
    """Those keys that are not among `known`, which holds keys as a query takes them."""
    return [pk for pk, key in zip(ids, keys(ids), strict=True) if key not in known]


def dependents(model: type[Model]) -> list[Any]:
    """The relations of other tables to rows of `model`, without the copies that history keeps."""
    relations = [
        field for field in model._meta.get_fields(include_hidden=True) if field.one_to_many or field.one_to_one
    ]
    return [
        relation.remote_field
        for relation in relations
        if relation.auto_created and not relation.concrete and not issubclass(relation.related_model or Model, Event)
    ]
