"""Fields of our own and numbers in other systems, as the cells of a row give them."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from contacts.imports.cleaning.texts import unguarded
from contacts.imports.mapping.columns import Column, OwnField
from contacts.imports.mapping.headers import OWN, plain
from contacts.imports.mapping.values import NO, YES

SYSTEM = re.compile(r"([a-z][a-z0-9_.-]{1,39}):(?!//)(\S.*)")
"""A number that says whose it is, such as salesforce:0031x."""
OURS = "alliance:"
"""What stands before our own numbers: alliance:17 is the stakeholder 17 of this book."""
DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%d.%m.%Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%Y/%m/%d")
LONGEST_VALUE = 1_000
LONGEST_NUMBER = 120


class OwnFields:
    """Reads the columns of one file that hold fields of our own; `strange(field, value)` hears what does not fit."""

    def __init__(self, columns: list[Column], known: Mapping[str, OwnField], strange: Callable[[str, str], None]):
        self.strange = strange
        self.columns = [
            (column.at, known[slug])
            for column in columns
            if column.field.startswith(OWN) and (slug := column.field.removeprefix(OWN)) in known
        ]

    def of(self, cells: list[str]) -> str:
        """The values as JSON text by short name; the first filled column of a field counts."""
        found: dict[str, str] = {}
        for at, own in self.columns:
            text = cells[at].strip()
            if text and own.slug not in found:
                value = read_value(own, text)
                if value:
                    found[own.slug] = value
                else:
                    self.strange("custom", text)
        return json.dumps(found, ensure_ascii=False) if found else ""


def read_value(own: OwnField, text: str) -> str:
    """A cell as the book keeps it (dates 2026-05-01, numbers 12.5, yes and no), empty when it does not fit."""
    text = unguarded(" ".join(text.replace("\0", "").split()))[:LONGEST_VALUE]
    return _READERS.get(own.kind, _text)(own, text)


def _text(_own: OwnField, text: str) -> str:
    return text


def _number(_own: OwnField, text: str) -> str:
    try:
        number = Decimal(text.replace(",", "").replace("$", "").replace(" ", ""))
    except InvalidOperation:
        return ""
    return format(number.normalize(), "f") if number.is_finite() and abs(number.adjusted()) < 40 else ""


def _date(_own: OwnField, text: str) -> str:
    found = (_day(text, form) for form in DATES)
    return _day(text[:10], DATES[0]) or next((day for day in found if day), "")


def _day(text: str, form: str) -> str:
    try:
        return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 — only the day is kept
    except ValueError:
        return ""


def _yes_no(_own: OwnField, text: str) -> str:
    word = plain(text)
    return "yes" if word in YES else "no" if word in NO else ""


def _choice(own: OwnField, text: str) -> str:
    word = plain(text)
    return next((choice for choice in own.choices if plain(choice) == word), "")


_READERS = {"number": _number, "date": _date, "yes_no": _yes_no, "choice": _choice}


class Externals:
    """Reads the columns that hold numbers in other systems; a bare number belongs to `system`."""

    def __init__(self, at: list[int], system: str) -> None:
        self.at = at
        self.system = system

    def of(self, cells: list[str]) -> list[str]:
        """Each number as `system:number`, once; one of an unknown system is left out."""
        found: dict[str, None] = {}
        for at in self.at:
            for part in re.split(r"[;|\n]", cells[at]):
                if text := " ".join(part.split()).removeprefix("'"):
                    known = SYSTEM.fullmatch(text)
                    system, number = known.groups() if known else (self.system, text)
                    if system and len(number) <= LONGEST_NUMBER and number not in {"0", "-"}:
                        found[f"{system}:{number}"] = None
        return list(found)


def is_ours(externals: list[str]) -> bool:
    """Whether a row carries a number of this house: it was exported here."""
    return any(number.startswith(OURS) for number in externals)
