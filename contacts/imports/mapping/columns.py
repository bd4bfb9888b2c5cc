"""Columns of one file, each with the field it was recognised as."""

import dataclasses
from collections.abc import Iterable

from contacts.imports.mapping.headers import OWN, PLACES, SEVERAL, field_of, plain
from contacts.imports.mapping.values import email_state


@dataclasses.dataclass
class Column:
    """One column: where it stands, its heading, the field it means (empty: left out) and a few of its values."""

    at: int
    heading: str
    field: str = ""
    samples: list[str] = dataclasses.field(default_factory=list)
    filled: bool = False

    def as_dict(self) -> dict[str, object]:
        """The column as the run keeps it."""
        return {"at": self.at, "heading": self.heading, "field": self.field, "samples": self.samples[:3]}


def is_known(heading: str) -> bool:
    """Whether a heading means something to us; the reader finds the header by it."""
    return bool(field_of(heading))


@dataclasses.dataclass(frozen=True)
class OwnField:
    """A field of our own: its short name, what its values are, and everything a heading may call it."""

    slug: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def map_columns(headers: list[str], samples: Iterable[list[str]] = (), own: Iterable[OwnField] = ()) -> list[Column]:
    """Recognise the columns by their headings, then by their values where headings say nothing."""
    ours = {plain(name): OWN + field.slug for field in own for name in (OWN + field.slug, *field.names) if name}
    columns = [
        Column(at, heading, field_of(heading) or ours.get(plain(heading), "")) for at, heading in enumerate(headers)
    ]
    rows = list(samples)
    for column in columns:
        values = [row[column.at].strip() for row in rows if column.at < len(row) and row[column.at].strip()]
        column.filled = bool(values)
        column.samples = [value[:80] for value in values[:3]]
        _look_at_values(column, values)
    _settle_names(columns)
    _settle_spanish_first_name(columns)
    return columns


def _look_at_values(column: Column, values: list[str]) -> None:
    """An unknown column full of addresses is the e-mail column; a “status” about something else is none."""
    if not column.field and values:
        addresses = sum(1 for value in values if "@" in value and " " not in value)
        if addresses * 2 > len(values):
            column.field = "email"
    known = sum(1 for value in values if email_state(value))
    if plain(column.heading) in {"status", "estado", "estatus"}:
        column.field = "status" if known * 2 > len(values) else ""
    elif column.field == "opted_in" and known * 2 > len(values):
        column.field = "status"


def _settle_names(columns: list[Column]) -> None:
    """Only the first column counts where a field can have one; e-mails, phones, tags and types may have several."""
    seen: set[str] = set()
    for column in columns:
        if column.field in SEVERAL or not column.field:
            continue
        if column.field in seen and column.field not in {"organisation", "notes", *PLACES, *MARKS}:
            column.field = ""
        seen.add(column.field)


MARKS = frozenset({"status", "opted_in", "opted_out", "no_contact", "bounced"})
"""Fields that say whether somebody may be written to; every column of them is heard."""


def _settle_spanish_first_name(columns: list[Column]) -> None:
    """“Nombre” alone holds the whole name; beside “Apellido” it is the first name."""
    fields = {column.field for column in columns}
    if "last_name" in fields or "full_name" in fields:
        return
    for column in columns:
        if column.field == "first_name" and plain(column.heading) in {"nombre", "nombres"}:
            column.field = "full_name"
