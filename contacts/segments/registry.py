"""What a segment may ask: criteria, registered by every app that knows something about people.

    @CRITERIA.register(
        "attended_event",
        label=_("Came to an event"),
        group=_("Engagement"),
        operators=("any_of", "none_of"),
        value=Value.CHOICES,
        choices=lambda: [(str(pk), title) for …],
        says={"any_of": _("came to %(values)s"), "none_of": _("never came to %(values)s")},
    )
    def attended_event(op, value) -> Q:
        came = Registration.objects.attended().filter(stakeholder=OuterRef("pk"), event__in=value)
        return Q(Exists(came))

The function answers with a Q on Stakeholder, made of `Exists` where it looks at another table (never
a join that multiplies people, never `NOT IN` over a column that can be NULL). It is never asked
`none_of` or `is_not`: the compiler negates `any_of` and `is` itself. `value` comes checked: a list of
choice keys or texts, an int, a date or a bool.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.registries import Registry

Words = str | Promise
Choices = Sequence[tuple[str, Words]]
Ask = Callable[[str, Any], Q]


class Value(StrEnum):
    """What a criterion is compared with, and so which field the form shows."""

    CHOICES = "choices"
    TEXTS = "texts"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"


OPERATORS: dict[str, Words] = {
    "any_of": _("is any of"),
    "none_of": _("is none of"),
    "all_of": _("is all of"),
    "is": pgettext_lazy("compares with a value", "is"),
    "is_not": pgettext_lazy("compares with a value", "is not"),
    "starts_with": _("starts with any of"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "after": _("is on or after"),
    "before": _("is before"),
    "in_last_days": _("is in the last days"),
}
"""Every operator in plain words; a criterion may call its own otherwise (`operator_words`)."""

NEGATIONS = {"none_of": "any_of", "is_not": "is"}
"""Operators that are the contrary of another: whoever is not in the one is in the other."""


@dataclass(frozen=True)
class Criterion:
    """One thing that can be asked about a stakeholder."""

    key: str
    label: Words
    group: Words
    operators: tuple[str, ...]
    value: Value
    ask: Ask
    choices: Callable[[], Choices] | None = None
    says: dict[str, Words] = field(default_factory=dict)
    operator_words: dict[str, Words] = field(default_factory=dict)
    check: Callable[[str], str] | None = None
    placeholder: Words = ""

    def operator_label(self, op: str) -> Words:
        """The operator in the words of this criterion."""
        return self.operator_words.get(op) or OPERATORS[op]


class Criteria:
    """Every criterion under its key, in the order of registration."""

    def __init__(self) -> None:
        self._entries: Registry[Criterion] = Registry("criterion")

    def register(
        self,
        key: str,
        *,
        label: Words,
        group: Words,
        operators: Sequence[str] = ("any_of", "none_of"),
        value: Value | str = Value.CHOICES,
        **more: Any,
    ) -> Callable[[Ask], Ask]:
        """Decorate the function that answers with the Q; `more` are the other fields of Criterion."""

        def keep(ask: Ask) -> Ask:
            unknown = set(operators) - OPERATORS.keys()
            if unknown:
                raise ValueError(f"criterion “{key}” names operators nobody knows: {sorted(unknown)}")
            if Value(value) is Value.CHOICES and "choices" not in more:
                raise ValueError(f"criterion “{key}” needs its choices")
            self._entries.add(key, Criterion(key, label, group, tuple(operators), Value(value), ask, **more))
            return ask

        return keep

    def get(self, key: object) -> Criterion | None:
        """The criterion of that key, or None when nobody registered one."""
        return self._entries.get(key) if isinstance(key, str) else None

    def __iter__(self) -> Iterator[Criterion]:
        return iter(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries


CRITERIA = Criteria()
