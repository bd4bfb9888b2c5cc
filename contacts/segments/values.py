"""The value of a rule: checked against what its criterion takes, and put in words for people."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.segments.registry import ALONE, CRITERIA, Criterion, Made, Value

MOST_VALUES = 1000
LIST_OPERATORS = {"any_of", "none_of", "all_of", "starts_with"}
LONGEST_TEXT = 200
MOST_DAYS = 36_500
MOST_NUMBER = 10**12


class BadValue(ValueError):
    """The value does not fit; `str()` says why in words for people."""


class Values:
    """Reads values; asks each criterion for its choices, and each family for its criteria, once."""

    def __init__(self) -> None:
        self._made: Made = {}
        self._choices: dict[str, dict[str, tuple[str, str]]] = {}

    def criterion(self, key: object) -> Criterion | None:
        """The criterion of that key, or None when there is none."""
        return CRITERIA.get(key, self._made)

    def read(self, criterion: Criterion, op: str, value: object) -> tuple[Any, list[str]]:
        """The value as the criterion takes it, and the same in words. Raises BadValue."""
        if op in ALONE:
            return True, []
        if criterion.value is Value.YES_NO:
            return _yes_no(value)
        if criterion.value is Value.DATE and op != "in_last_days":
            return _date(value)
        if criterion.value in (Value.NUMBER, Value.DATE):
            return _number(value, MOST_DAYS if op == "in_last_days" else MOST_NUMBER)
        if criterion.value is Value.TEXT:
            return _one(value)
        texts = _texts(value)
        if criterion.value is Value.TEXTS:
            return _checked(criterion, op, texts)
        found = [self._choice(criterion, text) for text in texts]
        return [key for key, _label in found], [label for _key, label in found]

    def _choice(self, criterion: Criterion, text: str) -> tuple[str, str]:
        """A choice by its key or by its name, whatever the case; the key is what is asked with."""
        found = self._spellings(criterion).get(text.casefold())
        if found is None:
            raise BadValue(_("“%(value)s” is not one of the choices.") % {"value": text})
        return found

    def _spellings(self, criterion: Criterion) -> dict[str, tuple[str, str]]:
        if criterion.key not in self._choices:
            offered = [(str(key), str(label)) for key, label in (criterion.choices or list)()]
            by_name = {label.casefold(): (key, label) for key, label in offered}
            self._choices[criterion.key] = by_name | {key.casefold(): (key, label) for key, label in offered}
        return self._choices[criterion.key]


def _texts(value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    texts = [str(item).strip() for item in listed if isinstance(item, str | int) and not isinstance(item, bool)]
    if len(texts) != len(listed):
        raise BadValue(_("choose from the list or write words."))
    texts = list(dict.fromkeys(text for text in texts if text))
    if not texts:
        raise BadValue(_("choose at least one."))
    if len(texts) > MOST_VALUES:
        raise BadValue(_("at most %(most)d values fit in one rule.") % {"most": MOST_VALUES})
    if any(len(text) > LONGEST_TEXT or "\x00" in text for text in texts):
        raise BadValue(_("one of the values is too long or cannot be read."))
    return texts


def _checked(criterion: Criterion, op: str, texts: list[str]) -> tuple[list[str], list[str]]:
    if criterion.check and op != "starts_with":
        try:
            texts = [criterion.check(text) for text in texts]
        except ValueError as error:
            raise BadValue(str(error)) from error
    return texts, texts


def _yes_no(value: object) -> tuple[bool, list[str]]:
    if not isinstance(value, bool):
        raise BadValue(_("choose yes or no."))
    return value, [_("yes") if value else _("no")]


def _one(value: object) -> tuple[str, list[str]]:
    if isinstance(value, str) and not value.strip():
        raise BadValue(_("write what to compare with."))
    texts = _texts(value)
    if len(texts) > 1:
        raise BadValue(_("write one text only."))
    return texts[0], texts


def _number(value: object, most: int) -> tuple[int, list[str]]:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise BadValue(_("write a whole number."))
    return value, [str(value)]


def _date(value: object) -> tuple[date, list[str]]:
    try:
        day = date.fromisoformat(str(value))
    except ValueError as error:
        raise BadValue(_("write a date like 2026-09-30.")) from error
    return day, [date_format(day)]
