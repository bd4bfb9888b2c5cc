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
`none_of`, `is_not` or `filled`: the compiler negates `any_of`, `is` and `blank` itself. `value` comes
checked: a list of choice keys or texts, one text, an int, a date or a bool.

Criteria that staff make themselves come from a family: `CRITERIA.family("own", criteria)`, where
`criteria()` gives those there are now, each with a key such as own:ward.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"


OPERATORS: dict[str, Words] = {
    "any_of": _("is any of"),
    "none_of": _("is none of"),
    "all_of": _("is all of"),
    "is": pgettext_lazy("compares with a value", "is"),
    "is_not": pgettext_lazy("compares with a value", "is not"),
    "contains": _("contains"),
    "starts_with": _("starts with any of"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "after": _("is on or after"),
    "before": _("is before"),
    "in_last_days": _("is in the last days"),
    "blank": _("is blank"),
    "filled": _("is filled"),
}
"""Every operator in plain words; a criterion may call its own otherwise (`operator_words`)."""

NEGATIONS = {"none_of": "any_of", "is_not": "is", "filled": "blank"}
"""Operators that are the contrary of another: whoever is not in the one is in the other."""

ALONE = ("blank", "filled")
"""Operators that compare with nothing; their value is `true`."""


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


Family = Callable[[], Iterable[Criterion]]
Made = dict[str, dict[str, Criterion]]


class Criteria:
    """Every criterion under its key, in the order of registration; those of families last."""

    def __init__(self) -> None:
        self._entries: Registry[Criterion] = Registry("criterion")
        self._families: Registry[Family] = Registry("family of criteria")

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

    def family(self, name: str, members: Family) -> None:
        """Let `members` say which criteria with a key such as `name:ward` there are now."""
        self._families.add(name, members)

    def get(self, key: object, made: Made | None = None) -> Criterion | None:
        """The criterion of that key, or None when there is none.

        Whoever asks for many passes one `made`, so that each family is asked for its members once.
        """
        if not isinstance(key, str):
            return None
        name, made = key.partition(":")[0], {} if made is None else made
        if name not in made and (family := self._families.get(name)):
            made[name] = {criterion.key: criterion for criterion in family()}
        return self._entries.get(key) or made.get(name, {}).get(key)

    def __iter__(self) -> Iterator[Criterion]:
        yield from self._entries
        for family in self._families:
            yield from family()

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None


CRITERIA = Criteria()
