"""What segments may ask about fields of our own: one criterion for each field that staff made."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Case, DecimalField, F, Func, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import (
    Exact,
    GreaterThanOrEqual,
    IContains,
    IExact,
    In,
    IStartsWith,
    LessThan,
    LessThanOrEqual,
    Regex,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import CustomField
from contacts.segments import registry

Kind = CustomField.Kind
Ways = dict[str, Callable[[Any, Any], Any]]
"""For each operator how the value in the book (an expression) is compared with the value of the rule."""
A_NUMBER = r"^-?[0-9]+([.][0-9]+)?$"
FAMILY = "own"
GROUP = gettext_lazy("Fields of our own")


def own_criteria() -> list[registry.Criterion]:
    """A criterion for each field of our own there is now, such as own:ward."""
    return [_criterion(field) for field in CustomField.objects.all()]


def _criterion(field: CustomField) -> registry.Criterion:
    value, operators = _SHAPES[Kind(field.kind)]
    kept = [str(choice) for choice in field.choices]
    return registry.Criterion(
        key=f"{FAMILY}:{field.slug}",
        label=field.name,
        group=GROUP,
        operators=(*operators, *registry.ALONE),
        value=value,
        ask=_asker(field),
        choices=(lambda: [(choice, choice) for choice in kept]) if value is registry.Value.CHOICES else None,
        says=_says(field.name, value),
        operator_words={"starts_with": _("starts with")},
    )


def _asker(field: CustomField) -> registry.Ask:
    """The question to the book: the value under the short name, empty for whoever has none."""
    there = Func(F("custom"), Value(field.slug), function="jsonb_extract_path_text", output_field=TextField())
    said = Coalesce(there, Value(""), output_field=TextField())
    as_number = Case(
        When(Regex(said, A_NUMBER), then=Cast(said, DecimalField(max_digits=50, decimal_places=10))), default=None
    )

    def ask(op: str, value: Any) -> Q:
        if op == "blank":
            return Q(Exact(said, ""))
        compared = as_number if field.kind == Kind.NUMBER else said
        return Q(_WAYS[Kind(field.kind)][op](compared, value)) & ~Q(Exact(said, ""))

    return ask


def _since(said: Any, days: int) -> Any:
    today = timezone.localdate()
    first = (today - timedelta(days=days)).isoformat()
    return Q(GreaterThanOrEqual(said, first)) & Q(LessThanOrEqual(said, today.isoformat()))


_WAYS: dict[Kind, Ways] = {
    Kind.TEXT: {"is": IExact, "contains": IContains, "starts_with": IStartsWith},
    Kind.NUMBER: {"is": Exact, "at_least": GreaterThanOrEqual, "at_most": LessThanOrEqual},
    Kind.DATE: {
        "after": lambda said, day: GreaterThanOrEqual(said, day.isoformat()),
        "before": lambda said, day: LessThan(said, day.isoformat()),
        "in_last_days": _since,
    },
    Kind.YES_NO: {"is": lambda said, yes: Exact(said, "yes" if yes else "no")},
    Kind.CHOICE: {"any_of": In},
}
"""Days are kept as 2026-05-01, so that their letters stand in the order of time."""

_SHAPES: dict[Kind, tuple[registry.Value, tuple[str, ...]]] = {
    Kind.TEXT: (registry.Value.TEXT, ("is", "is_not", "contains", "starts_with")),
    Kind.NUMBER: (registry.Value.NUMBER, ("is", "is_not", "at_least", "at_most")),
    Kind.DATE: (registry.Value.DATE, ("after", "before", "in_last_days")),
    Kind.YES_NO: (registry.Value.YES_NO, ("is",)),
    Kind.CHOICE: (registry.Value.CHOICES, ("any_of", "none_of")),
}
"""What the form shows for a field of each kind, and how it can be compared."""


def _says(name: str, value: registry.Value) -> dict[str, registry.Words]:
    """What completes “Everyone who …”."""
    told = {
        "any_of": _("has %(values)s under “%(name)s”"),
        "none_of": _("does not have %(values)s under “%(name)s”"),
        "is": _("has %(values)s under “%(name)s”"),
        "is_not": _("does not have %(values)s under “%(name)s”"),
        "contains": _("has something with “%(values)s” in it under “%(name)s”"),
        "starts_with": _("has something that starts with “%(values)s” under “%(name)s”"),
        "at_least": _("has at least %(values)s under “%(name)s”"),
        "at_most": _("has at most %(values)s under “%(name)s”"),
        "after": _("has %(values)s or a later day under “%(name)s”"),
        "before": _("has a day before %(values)s under “%(name)s”"),
        "in_last_days": _("has one of the last %(values)s days under “%(name)s”"),
        "blank": _("has nothing under “%(name)s”"),
        "filled": _("has something under “%(name)s”"),
    }
    if value is registry.Value.TEXT:
        told |= {
            "is": _("has “%(values)s” under “%(name)s”"),
            "is_not": _("does not have “%(values)s” under “%(name)s”"),
        }
    return {op: words % {"name": name.replace("%", "%%"), "values": "%(values)s"} for op, words in told.items()}
