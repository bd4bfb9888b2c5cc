"""One row of a file as a tidy entry, ready to be staged."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from contacts.addresses import fingerprint
from contacts.imports.cleaning.emails import is_email, split_emails
from contacts.imports.cleaning.marks import Marks
from contacts.imports.cleaning.names import compared, split_full_name
from contacts.imports.cleaning.own import Externals, OwnFields
from contacts.imports.cleaning.phones import split_phones
from contacts.imports.cleaning.places import Places
from contacts.imports.cleaning.presence import Presence
from contacts.imports.mapping.columns import Column, OwnField
from contacts.imports.mapping.headers import OWN, plain
from contacts.imports.mapping.values import language_code, split_words, type_slug
from contacts.imports.reading import Problem, Row

SEPARATOR = "\x1f"
"""Between the values of a list on its way into the staging table; no cleaned text holds it."""
_NOTHING = """
    - -- n/a na none null nan unknown self ninguno ninguna
"""
NOTHING = frozenset(_NOTHING.split())
_ROLE_ADDRESSES = """
    info office contact admin hello hola mail staff support team secretary church news media
"""
ROLE_ADDRESSES = frozenset(_ROLE_ADDRESSES.split())
_ORGANISATION_WORDS = """
    organisation organization org company organizacion empresa business
"""
ORGANISATION_WORDS = frozenset(_ORGANISATION_WORDS.split())

BLANKABLE = frozenset({"first_name", "last_name", "zip", "notes", "language", "street", "city", "region"})
"""Fields that an empty cell may empty, where the run says so."""


class Entry(NamedTuple):
    """A row as the staging table takes it; the order is that of its columns."""

    line: int
    kind: str = "person"
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    first_key: str = ""
    last_key: str = ""
    language: str = ""
    zip: str = ""
    notes: str = ""
    organisation: str = ""
    role: str = ""
    emails: str = ""
    prints: str = ""
    phones: str = ""
    numbers: str = ""
    types: str = ""
    tags: str = ""
    state: str = ""
    external: str = ""
    """Numbers in other systems as `system:number`, separated by SEPARATOR; without a known system there are none."""
    custom: str = ""
    """Fields of our own as JSON text by short name, empty when there are none."""
    street: str = ""
    city: str = ""
    region: str = ""
    blanked: str = ""
    """Fields whose columns are in the file and empty in this row, separated by SEPARATOR; only if the run asks."""
    attendance: str = ""
    """What they did about the occasion of the run: a key of ATTENDANCE, or empty."""
    problem_column: str = ""
    problem: str = ""


class Wrong(Exception):
    """A cell of this row cannot be taken as it is."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class Cleaner:
    """Makes entries for one file: knows its columns, the types there are, and counts what it left out."""

    def __init__(
        self,
        columns: list[Column],
        types: Mapping[str, tuple[int, str]],
        default_state: str = "",
        *,
        own: Mapping[str, OwnField] | None = None,
        system: str = "",
        blanks: bool = False,
    ) -> None:
        """`own` are the fields of our own by short name, `system` is where bare numbers of people come from,
        `blanks` asks which fields a row leaves empty.
        """
        self.width = len(columns)
        self.headings = {column.field: column.heading for column in reversed(columns) if column.field}
        self.at = {field: [c.at for c in columns if c.field == field] for field in self.headings}
        self.types = types
        self.has_names = bool(self.headings.keys() & {"first_name", "last_name", "full_name"})
        self.marks = Marks(self.at, default_state)
        self.left_out: dict[str, Counter[str]] = {
            "types": Counter(), "language": Counter(), "zip": Counter(), "custom": Counter()
        }  # fmt: skip
        self.places = Places(columns)
        self.own = OwnFields(columns, own or {}, self._strange)
        self.externals = Externals(self.at.get("external", []), system)
        self.presence = Presence(self.at)
        self.blankable = [c for c in columns if c.field in BLANKABLE or c.field.startswith(OWN)] if blanks else []

    def __call__(self, row: Row) -> Entry:
        """The entry of a row; a row that cannot be taken gives one that says why."""
        if row.problem:
            return self._rejected(row.line, row.problem)
        try:
            return self._entry(row.line, self._fitting(row.cells))
        except Wrong as wrong:
            return self._rejected(row.line, Problem(self.headings.get(wrong.field, ""), wrong.message))

    def _rejected(self, line: int, problem: Problem) -> Entry:
        return Entry(line, problem_column=problem.column, problem=problem.message)

    def _fitting(self, cells: list[str]) -> list[str]:
        """Short rows end in empty cells; a longer one means that its cells may stand under wrong headings."""
        if len(cells) < self.width:
            return cells + [""] * (self.width - len(cells))
        if len(cells) > self.width and any(cell.strip() for cell in cells[self.width :]):
            message = _(
                "This row has %(cells)d cells, the headings are %(width)d. Is a comma in a cell without quotes?"
            )
            raise Wrong("", message % {"cells": len(cells), "width": self.width})
        return cells

    def _entry(self, line: int, cells: list[str]) -> Entry:
        emails = self._emails(cells)
        phones = self._phones(cells)
        organisation = self._organisation(cells)
        types, kinds = self._types(cells)
        first, last, name = self._names(cells)
        kind = self._kind(cells, name, organisation, emails, kinds)
        if kind == "organisation":
            organisation, name, first, last = "", name or organisation, "", ""
        place = self.places.of(cells, self._strange_zip)
        externals = self.externals.of(cells) if self.externals.at else []
        self._check(kind, name, emails, bool(emails or phones or place.zip or externals))
        key = compared(first, last) if kind == "person" else compared("", name)
        return Entry(
            line,
            kind,
            name or emails[0],
            first,
            last,
            key.first,
            key.last,
            self._language(cells),
            place.zip,
            self._text(cells, "notes", 5000, keep_lines=True),
            organisation,
            self._text(cells, "role", 120),
            SEPARATOR.join(emails),
            SEPARATOR.join(map(fingerprint, emails)),
            SEPARATOR.join(written for written, _number in phones),
            SEPARATOR.join(number for _written, number in phones),
            types,
            self._tags(cells),
            self.marks.of(cells),
            SEPARATOR.join(externals),
            self.own.of(cells) if self.own.columns else "",
            place.street,
            place.city,
            place.region,
            self._blanked(cells) if self.blankable else "",
            self.presence.of(cells),
        )

    def _strange(self, field: str, value: str) -> None:
        self.left_out[field][tidy(value)[:60]] += 1

    def _strange_zip(self, cell: str) -> None:
        self.left_out["zip"][tidy(cell)[:20]] += 1

    def _blanked(self, cells: list[str]) -> str:
        """Fields of which every column is empty in this row."""
        filled = {column.field for column in self.blankable if cells[column.at].strip()}
        return SEPARATOR.join(dict.fromkeys(c.field for c in self.blankable if c.field not in filled))

    def _cells(self, cells: list[str], field: str) -> list[str]:
        return [cells[at] for at in self.at.get(field, ()) if cells[at]]

    def _text(self, cells: list[str], field: str, longest: int, keep_lines: bool = False) -> str:
        """The first filled cell of a field, tidied."""
        for at in self.at.get(field, ()):
            if cells[at]:
                text = tidy_lines(cells[at]) if keep_lines else tidy(cells[at])
                if text:
                    return _bounded(text, field, longest)
        return ""

    def _emails(self, cells: list[str]) -> list[str]:
        found: list[str] = []
        for cell in self._cells(cells, "email"):
            found += [address for address in split_emails(cell) if address not in found]
        for address in found:
            if not is_email(address):
                raise Wrong("email", _("“%(address)s” is not an e-mail address.") % {"address": address[:80]})
        return found

    def _phones(self, cells: list[str]) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for cell in self._cells(cells, "phone"):
            for written, number in split_phones(tidy(cell)):
                found.setdefault(number, written)
        return [(written, number) for number, written in found.items()]

    def _organisation(self, cells: list[str]) -> str:
        name = self._text(cells, "organisation", 200)
        return "" if name.lower() in NOTHING else name

    def _types(self, cells: list[str]) -> tuple[str, set[str]]:
        """Ids of the types of a row, and whether they are types of people or of organisations."""
        ids: dict[int, str] = {}
        for cell in self._cells(cells, "types"):
            for word in split_words(cell):
                found = self.types.get(plain(word)) or self.types.get(type_slug(word))
                if found:
                    ids[found[0]] = found[1]
                else:
                    self.left_out["types"][word[:60]] += 1
        return SEPARATOR.join(map(str, ids)), set(ids.values())

    def _names(self, cells: list[str]) -> tuple[str, str, str]:
        """First name, last name, whole name."""
        first = self._text(cells, "first_name", 100)
        last = self._text(cells, "last_name", 100)
        full = self._text(cells, "full_name", 200)
        if "@" in full:
            full = ""
        if not first and not last:
            if not full or full.lower() in NOTHING:
                return "", "", ""
            first, last = split_full_name(full)
            return _bounded(first, "full_name", 100), _bounded(last, "full_name", 100), full
        middle, second = self._text(cells, "middle_name", 100), self._text(cells, "second_last_name", 100)
        first = _bounded(f"{first} {middle}".strip(), "first_name", 100)
        last = _bounded(f"{last} {second}".strip(), "last_name", 100)
        return first, last, full or f"{first} {last}".strip()

    def _kind(self, cells: list[str], name: str, organisation: str, emails: list[str], kinds: set[str]) -> str:
        """Whether the row is about a person or about an organisation."""
        said = plain(self._text(cells, "kind", 40))
        if said:
            return "organisation" if said in ORGANISATION_WORDS else "person"
        only_organisations = kinds == {"organisation"}
        if name:
            whole = not (self.at.get("first_name") or self.at.get("last_name"))
            return "organisation" if whole and only_organisations and not organisation else "person"
        if not organisation:
            return "person"
        of_nobody = not emails or emails[0].split("@")[0] in ROLE_ADDRESSES
        return "organisation" if of_nobody or only_organisations or not self.has_names else "person"

    def _language(self, cells: list[str]) -> str:
        said = self._text(cells, "language", 200)
        if not said:
            return ""
        codes = [code for word in split_words(said) if (code := language_code(word))]
        if not codes:
            self.left_out["language"][said[:40]] += 1
        return codes[0] if codes else ""

    def _tags(self, cells: list[str]) -> str:
        found: dict[str, str] = {}
        for cell in self._cells(cells, "tags"):
            for word in split_words(cell):
                found.setdefault(tidy(word).lower(), _bounded(tidy(word), "tags", 100))
        return SEPARATOR.join(found.values())

    def _check(self, kind: str, name: str, emails: list[str], can_be_told_apart: bool) -> None:
        """Refuse what could never be recognised when it comes again."""
        field = "email" if "email" in self.at else "full_name"
        if not name and not emails:
            raise Wrong(field, _("There is neither a name nor an e-mail address."))
        if kind == "person" and not can_be_told_apart:
            raise Wrong(field, _("There is only a name. Add an e-mail address, a phone number or a zip code."))


def _bounded(text: str, field: str, longest: int) -> str:
    if len(text) > longest:
        raise Wrong(field, _("This cell is longer than %(longest)d characters.") % {"longest": longest})
    return text


def tidy(cell: str) -> str:
    """A cell on one line, without stray blanks, control letters and the quote that guards against formulas."""
    text = " ".join(cell.split())
    if text and not text.isprintable():
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@" else text


def tidy_lines(cell: str) -> str:
    """A cell that may have several lines, each tidied."""
    return "\n".join(tidy(line) for line in cell.strip().splitlines()).strip()
