"""Columns of one file, each with the field it is taken for and why."""

import dataclasses
from collections.abc import Iterable, Mapping

from contacts.imports.mapping.exports import HEADINGS
from contacts.imports.mapping.headers import OWN, PLACES, SECOND, SEVERAL, field_of, plain
from contacts.imports.mapping.values import email_state

BY = ("person", "partner", "export", "heading", "values", "")
"""Who or what decided about a column; the earlier wins."""
MARKS = frozenset({"status", "opted_in", "opted_out", "no_contact", "bounced"})
"""Fields that say whether somebody may be written to; every column of them is heard."""
_REPEATABLE = SEVERAL | MARKS | frozenset(PLACES) | {"organisation", "notes", "attendance", "attended", "bad_email"}
REPEATABLE = _REPEATABLE | {SECOND + field for field in _REPEATABLE}
"""Fields that may have several columns, of either person; of all others only one counts."""


@dataclasses.dataclass
class Column:
    """One column: where it stands, its heading, the field it means (empty: left out) and a few of its values."""

    at: int
    heading: str
    field: str = ""
    samples: list[str] = dataclasses.field(default_factory=list)
    filled: bool = False
    by: str = ""

    def as_dict(self) -> dict[str, object]:
        """The column as the run keeps it."""
        return {
            "at": self.at,
            "heading": self.heading,
            "field": self.field,
            "by": self.by,
            "filled": self.filled,
            "samples": self.samples[:3],
        }


@dataclasses.dataclass(frozen=True)
class OwnField:
    """A field of our own: its short name, what its values are, and everything a heading may call it."""

    slug: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Choices:
    """What was decided before we look: for this file, by this partner's last files, by the export."""

    file: Mapping[int, tuple[str, str]] = dataclasses.field(default_factory=dict)
    """For this very file, by position: the field, and who decided."""
    partner: Mapping[str, str] = dataclasses.field(default_factory=dict)
    export: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """These two by heading, in the form `plain()` gives it."""


NOTHING_CHOSEN = Choices()


def is_known(heading: str) -> bool:
    """Whether a heading means something to us; the reader finds the header by it."""
    return bool(field_of(heading)) or plain(heading) in HEADINGS


def map_columns(
    headers: list[str],
    samples: Iterable[list[str]] = (),
    own: Iterable[OwnField] = (),
    choices: Choices = NOTHING_CHOSEN,
) -> list[Column]:
    """Take each column for what was chosen, else for what its heading says, else for what stands in it."""
    ours = {plain(name): OWN + field.slug for field in own for name in (OWN + field.slug, *field.names) if name}
    columns = [Column(at, heading) for at, heading in enumerate(headers)]
    rows = list(samples)
    for column in columns:
        values = [row[column.at].strip() for row in rows if column.at < len(row) and row[column.at].strip()]
        column.filled = bool(values)
        column.samples = [value[:80] for value in values[:3]]
        if not _choose(column, choices):
            _guess(column, values, ours)
    _settle_single(columns)
    _settle_spanish_first_name(columns)
    return columns


def _choose(column: Column, choices: Choices) -> bool:
    """Take what somebody or a known export decided about this column; tells whether there was anything."""
    if column.at in choices.file:
        column.field, column.by = choices.file[column.at]
        return True
    words = plain(column.heading)
    for by, chosen in (("partner", choices.partner), ("export", choices.export)):
        if words and words in chosen:
            column.field, column.by = chosen[words], by
            return True
    return False


def _guess(column: Column, values: list[str], ours: Mapping[str, str]) -> None:
    words = plain(column.heading)
    column.field = field_of(column.heading) or ours.get(words, "")
    column.by = "heading" if column.field else ""
    seen = _look_at_values(column, words, values)
    if seen != column.field:
        column.field, column.by = seen, "values" if seen else ""


def _look_at_values(column: Column, words: str, values: list[str]) -> str:
    """A column full of addresses, unknown or called “contact”, is e-mail; a “status” about something else is none."""
    if column.field in {"", "full_name"} and values:
        addresses = sum(1 for value in values if "@" in value and " " not in value)
        if addresses * 2 > len(values):
            return "email"
    known = sum(1 for value in values if email_state(value))
    if words in {"status", "estado", "estatus"}:
        return "status" if known * 2 > len(values) else ""
    if column.field == "opted_in" and known * 2 > len(values):
        return "status"
    return column.field


def _settle_single(columns: list[Column]) -> None:
    """Of a field that can have one column only the surest counts, the first of equals."""
    seen: set[str] = set()
    for column in sorted(columns, key=lambda column: BY.index(column.by)):
        if column.field and column.field not in REPEATABLE:
            if column.field in seen:
                column.field, column.by = "", ""
            seen.add(column.field)


def _settle_spanish_first_name(columns: list[Column]) -> None:
    """“Nombre” alone holds the whole name; beside “Apellido” it is the first name."""
    fields = {column.field for column in columns}
    if "last_name" in fields or "full_name" in fields:
        return
    for column in columns:
        if column.field == "first_name" and column.by == "heading" and plain(column.heading) in {"nombre", "nombres"}:
            column.field = "full_name"
