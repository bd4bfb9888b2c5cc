"""One row of a file as a tidy entry, ready to be staged."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.utils.translation import gettext as _

from contacts.addresses import fingerprint
from contacts.imports.cleaning.cells import remembered
from contacts.imports.cleaning.emails import is_email, ordinary_email, split_emails
from contacts.imports.cleaning.marks import Marks
from contacts.imports.cleaning.names import compared, split_full_name
from contacts.imports.cleaning.own import Externals, OwnFields
from contacts.imports.cleaning.phones import ordinary_phone, split_phones
from contacts.imports.cleaning.places import Places
from contacts.imports.cleaning.presence import Presence
from contacts.imports.cleaning.texts import SEPARATOR, Wrong, bounded, first_text, tidy, tidy_lines
from contacts.imports.mapping.columns import Column, OwnField
from contacts.imports.mapping.headers import OWN, plain
from contacts.imports.mapping.values import language_code, split_words, type_slug
from contacts.imports.reading import Problem, Row

Result = TypeVar("Result")
NAMES = {"first_name": 100, "last_name": 100, "full_name": 200, "middle_name": 100, "second_last_name": 100}
"""Fields that hold names, with the characters each may have."""
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
        self.notes_at = self.at.get("notes", [])
        self.emails_at, self.phones_at = self.at.get("email", []), self.at.get("phone", [])
        self.name_fields = [field for field in NAMES for _column in self.at.get(field, ())]
        self.names_of = self._remembered(self._names, *NAMES)
        self.types_of = self._remembered(self._types, "types")
        self.tags_of = self._remembered(self._tags, "tags")
        self.language_of = self._remembered(self._language, "language")
        self.organisation_of = self._remembered(self._organisation, "organisation")
        self.role_of = self._remembered(lambda cells: first_text(cells, "role", 120), "role")
        self.said_kind_of = self._remembered(lambda cells: plain(first_text(cells, "kind", 40)), "kind")

    def _remembered(self, read: Callable[[Sequence[str]], Result], *fields: str) -> Callable[[list[str]], Result]:
        """`read` as a question to a row; it gets the cells of these fields, in the order of the fields."""
        return remembered([at for field in fields for at in self.at.get(field, ())], read)

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
        phones, numbers = self._phones(cells)
        organisation = self.organisation_of(cells)
        types, kinds = self._known_types(cells)
        first, last, name = self.names_of(cells)
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
            self._known_language(cells),
            place.zip,
            self._notes(cells) if self.notes_at else "",
            organisation,
            self.role_of(cells),
            SEPARATOR.join(emails),
            SEPARATOR.join(map(fingerprint, emails)),
            phones,
            numbers,
            types,
            self.tags_of(cells),
            self.marks.of(cells),
            SEPARATOR.join(externals),
            self.own.of(cells) if self.own.columns else "",
            place.street,
            place.city,
            place.region,
            self._blanked(cells) if self.blankable else "",
            self.presence.of(cells) if self.presence.any else "",
        )

    def _strange(self, field: str, value: str) -> None:
        self.left_out[field][tidy(value)[:60]] += 1

    def _strange_zip(self, cell: str) -> None:
        self.left_out["zip"][tidy(cell)[:20]] += 1

    def _blanked(self, cells: list[str]) -> str:
        """Fields of which every column is empty in this row."""
        filled = {column.field for column in self.blankable if cells[column.at].strip()}
        return SEPARATOR.join(dict.fromkeys(c.field for c in self.blankable if c.field not in filled))

    def _notes(self, cells: list[str]) -> str:
        for at in self.notes_at:
            if cells[at] and (text := tidy_lines(cells[at])):
                return bounded(text, "notes", 5000)
        return ""

    def _emails(self, cells: list[str]) -> list[str]:
        filled = [cells[at] for at in self.emails_at if cells[at]]
        if len(filled) == 1 and (address := ordinary_email(filled[0])):
            return [address]
        found = list(dict.fromkeys(address for cell in filled for address in split_emails(cell)))
        for address in found:
            if not is_email(address):
                raise Wrong("email", _("“%(address)s” is not an e-mail address.") % {"address": address[:80]})
        return found

    def _phones(self, cells: list[str]) -> tuple[str, str]:
        """The numbers of a row as written and as compared, each separated by SEPARATOR."""
        filled = [cells[at] for at in self.phones_at if cells[at]]
        if len(filled) == 1 and (number := ordinary_phone(filled[0])):
            return filled[0], number
        found: dict[str, str] = {}
        for cell in filled:
            for written, number in split_phones(tidy(cell)):
                found.setdefault(number, written)
        return SEPARATOR.join(found.values()), SEPARATOR.join(found)

    def _organisation(self, cells: Iterable[str]) -> str:
        name = first_text(cells, "organisation", 200)
        return "" if name.lower() in NOTHING else name

    def _known_types(self, cells: list[str]) -> tuple[str, set[str]]:
        """Ids of the types of a row, and whether they are types of people or of organisations."""
        types, kinds, strange = self.types_of(cells)
        if strange:
            self.left_out["types"].update(strange)
        return types, kinds

    def _types(self, cells: Iterable[str]) -> tuple[str, set[str], list[str]]:
        ids: dict[int, str] = {}
        strange: list[str] = []
        for word in (word for cell in cells for word in split_words(cell)):
            found = self.types.get(plain(word)) or self.types.get(type_slug(word))
            if found:
                ids[found[0]] = found[1]
            else:
                strange.append(word[:60])
        return SEPARATOR.join(map(str, ids)), set(ids.values()), strange

    def _names(self, cells: Sequence[str]) -> tuple[str, str, str]:
        """First name, last name, whole name."""
        said: dict[str, str] = {}
        for field, cell in zip(self.name_fields, cells, strict=True):
            said[field] = said.get(field) or tidy(cell)
        first, last, full = (bounded(said.get(name, ""), name, NAMES[name]) for name in list(NAMES)[:3])
        if "@" in full:
            full = ""
        if not first and not last:
            if not full or full.lower() in NOTHING:
                return "", "", ""
            first, last = split_full_name(full)
            return bounded(first, "full_name", 100), bounded(last, "full_name", 100), full
        middle, second = (bounded(said.get(name, ""), name, NAMES[name]) for name in list(NAMES)[3:])
        first = bounded(f"{first} {middle}".strip(), "first_name", 100)
        last = bounded(f"{last} {second}".strip(), "last_name", 100)
        return first, last, full or f"{first} {last}".strip()

    def _kind(self, cells: list[str], name: str, organisation: str, emails: list[str], kinds: set[str]) -> str:
        """Whether the row is about a person or about an organisation."""
        said = self.said_kind_of(cells)
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

    def _known_language(self, cells: list[str]) -> str:
        code, strange = self.language_of(cells)
        if strange:
            self.left_out["language"][strange] += 1
        return code

    def _language(self, cells: Iterable[str]) -> tuple[str, str]:
        """The language of a row, and what it says when that is none we know."""
        said = first_text(cells, "language", 200)
        codes = [code for word in split_words(said) if (code := language_code(word))]
        return (codes[0], "") if codes else ("", said[:40])

    def _tags(self, cells: Iterable[str]) -> str:
        found: dict[str, str] = {}
        for word in (tidy(word) for cell in cells for word in split_words(cell)):
            found.setdefault(word.lower(), bounded(word, "tags", 100))
        return SEPARATOR.join(found.values())

    def _check(self, kind: str, name: str, emails: list[str], can_be_told_apart: bool) -> None:
        """Refuse what could never be recognised when it comes again."""
        field = "email" if "email" in self.at else "full_name"
        if not name and not emails:
            raise Wrong(field, _("There is neither a name nor an e-mail address."))
        if kind == "person" and not can_be_told_apart:
            raise Wrong(field, _("There is only a name. Add an e-mail address, a phone number or a zip code."))
