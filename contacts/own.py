"""Values of fields of our own: as the book keeps them, and as people read them."""

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.imports.cleaning.own import read_value
from contacts.imports.mapping.columns import OwnField
from contacts.models import CustomField

Kind = CustomField.Kind


def kept_as(field: CustomField, text: str) -> str:
    """What somebody wrote as the book keeps it (2026-05-01, 12.5, yes); empty when it does not fit the field."""
    return read_value(OwnField(field.slug, field.kind, tuple(map(str, field.choices))), text)


def in_words(field: CustomField, value: str) -> str:
    """A value as people read it; one that does not fit the field any more stands as it is."""
    if field.kind == Kind.YES_NO:
        return {"yes": _("yes"), "no": _("no")}.get(value, value)
    if field.kind == Kind.DATE:
        try:
            return date_format(date.fromisoformat(value))
        except ValueError:
            return value
    return value


def told_values(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and value in words of each field that is filled, in the order of the fields."""
    if not values:
        return []
    fields = CustomField.objects.filter(slug__in=values)
    return [(field.name, in_words(field, str(values[field.slug]))) for field in fields if values[field.slug]]
