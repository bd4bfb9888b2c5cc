"""One row of a file as a tidy entry."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.utils.translation import gettext as _

from contacts.addresses import fingerprint
from contacts.imports.cleaning.cells import remembered
from contacts.imports.cleaning.emails import is_email, ordinary_email, split_emails
from contacts.imports.cleaning.entries import Entry
from contacts.imports.cleaning.marks import Marks, bad_emails, good_emails
from contacts.imports.cleaning.names import Name, in_order, key_of_name, split_full_name
from contacts.imports.cleaning.own import Externals, OwnFields, is_ours
from contacts.imports.cleaning.phones import ordinary_phone, split_phones
from contacts.imports.cleaning.places import Places
from contacts.imports.cleaning.presence import Presence
from contacts.imports.cleaning.texts import SEPARATOR, Wrong, bounded, first_text, tidy, tidy_lines
from contacts.imports.cleaning.vocabulary import Values, Vocabulary
from contacts.imports.house import House
from contacts.imports.mapping.columns import Column
from contacts.imports.mapping.headers import OWN, plain
from contacts.imports.mapping.words import Words
from contacts.imports.reading import Problem, Row

Result = TypeVar("Result")
NAMES = ("first_name", "last_name", "full_name", "middle_name", "second_last_name")
"""Fields that hold names."""
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


class Cleaner:
    """Makes entries for one file: knows its columns and words, and counts what it left out."""

    def __init__(
        self,
        columns: list[Column],
        house: House,
        *,
        values: Values | None = None,
        default_state: str = "",
        presence: str = "",
        system: str = "",
        blanks: bool = False,
    ) -> None:
        """`values` say what words of the file mean, `default_state` and `presence` what being in it means,
        `system` where bare numbers of people come from; `blanks` asks which fields a row leaves empty.
        """
        self.width = len(columns)
        self.headings = {column.field: column.heading for column in reversed(columns) if column.field}
        self.at = {field: [c.at for c in columns if c.field == field] for field in self.headings}
        self.words = Vocabulary(house, values or {})
        self.has_names = bool(self.headings.keys() & {"first_name", "last_name", "full_name"})
        self.marks = Marks(self.at, default_state, self.words.states, bad_emails(columns))
        self.left_out: dict[str, Counter[str]] = {"zip": Counter(), "custom": Counter()}
        self.places = Places(columns)
        self.own = OwnFields(columns, house.own, self._strange)
        self.externals = Externals(self.at.get("external", []), system)
        self.presence = Presence(self.at, presence)
        self.blankable = [c for c in columns if c.field in BLANKABLE or c.field.startswith(OWN)] if blanks else []
        self._ask_rows()

    def _ask_rows(self) -> None:
        """Questions to a row, each answered once for cells that come again."""
        self.notes_at = self.at.get("notes", [])
        self.bad_at = self.marks.bad
        self.emails_at, self.phones_at = self.at.get("email", []), self.at.get("phone", [])
        self.name_fields = [field for field in NAMES for _column in self.at.get(field, ())]
        self.names_of = self._remembered(self._names, *NAMES)
        self.types_of = self._remembered(self._types, "types")
        self.tags_of = self._remembered(self._tags, "tags")
        self.language_of = self._remembered(self._language, "language")
        self.topics_of = self._remembered(self._topics, "topics", "left_topics")
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
        types, kinds, type_words = self.types_of(cells)
        self.words.types.hear(type_words)
        first, last, name, key = self.names_of(cells)
        kind = self._kind(cells, name, organisation, emails, kinds)
        if kind == "organisation":
            organisation, name, first, last = "", name or organisation, "", ""
            key = key_of_name("", name)
        elif "," in name:
            name = in_order(first, last, name)
        place = self.places.of(cells, self._strange_zip)
        externals = self.externals.of(cells) if self.externals.at else []
        if is_ours(externals):
            first, last, name = self._our_names(cells, kind)
            place = place._replace(zip=self.places.zip_of(cells)[0].zip)
        self._check(kind, name, emails, bool(emails or phones or place.zip or externals))
        return Entry(
            line,
            kind,
            name or emails[0],
            first,
            last,
            key.first,
            key.last,
            self._heard(self.language_of(cells), self.words.language),
            place.zip,
            self._notes(cells) if self.notes_at else "",
            organisation,
            self.role_of(cells),
            SEPARATOR.join(emails),
            SEPARATOR.join(map(fingerprint, emails)),
            phones,
            numbers,
            types,
            self._heard(self.tags_of(cells), self.words.tags),
            self.marks.of(cells),
            SEPARATOR.join(externals),
            self.own.of(cells) if self.own.columns else "",
            place.street,
            place.city,
            place.region,
            self._blanked(cells) if self.blankable else "",
            self.presence.of(cells) if self.presence.any else "",
            self._heard(self.topics_of(cells), self.words.topics),
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
        if self.bad_at:
            filled = good_emails(cells, self.emails_at, self.bad_at) or filled
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

    def _heard(self, found: tuple[str, tuple[str, ...]], words: Words) -> str:
        """The value that was found, once its words are counted."""
        words.hear(found[1])
        return found[0]

    def _types(self, cells: Iterable[str]) -> tuple[str, frozenset[str], tuple[str, ...]]:
        """Ids of the types of a row, whether they are types of people or of organisations, and its words."""
        said = self.words.types.read(cells)
        found = [self.words.type_of[slug] for slug in said.targets]
        return SEPARATOR.join(str(kind.pk) for kind in found), frozenset(kind.kind for kind in found), said.words

    def _names(self, cells: Sequence[str]) -> tuple[str, str, str, Name]:
        """First name, last name, whole name, and the form in which it is compared."""
        first, last, name = self._three_names(cells)
        return first, last, name, key_of_name(first, last)

    def _three_names(self, cells: Sequence[str]) -> tuple[str, str, str]:
        said = dict.fromkeys(NAMES, "")
        for field, cell in zip(self.name_fields, cells, strict=True):
            if cell and not said[field]:
                said[field] = tidy(cell)
        first, last, full, middle, second = said.values()
        bounded(first, "first_name", 100), bounded(last, "last_name", 100), bounded(full, "full_name", 200)
        if "@" in full:
            full = ""
        if not first and not last:
            if not full or full.lower() in NOTHING:
                return "", "", ""
            first, last = split_full_name(full)
            return bounded(first, "full_name", 100), bounded(last, "full_name", 100), full
        if middle:
            first = bounded(f"{first} {bounded(middle, 'middle_name', 100)}".strip(), "first_name", 100)
        if second:
            last = bounded(f"{last} {bounded(second, 'second_last_name', 100)}".strip(), "last_name", 100)
        return first, last, full or f"{first} {last}".strip()

    def _our_names(self, cells: list[str], kind: str) -> tuple[str, str, str]:
        """First, last and whole name as this house wrote them: a whole name alone is not taken apart."""
        first, last, full = (first_text([cells[at] for at in self.at.get(name, ())], name, 200) for name in NAMES[:3])
        return ("", "", full) if kind == "organisation" else (first, last, full or f"{first} {last}".strip())

    def _kind(self, cells: list[str], name: str, organisation: str, emails: list[str], kinds: frozenset[str]) -> str:
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

    def _language(self, cells: Iterable[str]) -> tuple[str, tuple[str, ...]]:
        said = self.words.language.read(cells)
        return next(iter(said.targets), ""), said.words

    def _tags(self, cells: Iterable[str]) -> tuple[str, tuple[str, ...]]:
        said = self.words.tags.read(cells)
        found: dict[str, str] = {}
        for tag in map(tidy, said.targets):
            found.setdefault(tag.lower(), bounded(tag, "tags", 100))
        return SEPARATOR.join(found.values()), said.words

    def _topics(self, cells: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """Empty when the file has no such column; else what was agreed to, and with a minus what was left."""
        columns = len(self.at.get("topics", ()))
        agreed, left = self.words.topics.read(cells[:columns]), self.words.topics.read(cells[columns:])
        ids = [str(self.words.topic_of[slug].pk) for slug in agreed.targets]
        ids += [f"-{self.words.topic_of[slug].pk}" for slug in left.targets]
        return SEPARATOR.join([*(["0"] if columns else []), *ids]), agreed.words + left.words

    def _check(self, kind: str, name: str, emails: list[str], can_be_told_apart: bool) -> None:
        """Refuse what could never be recognised when it comes again."""
        field = "email" if "email" in self.at else "full_name"
        if not name and not emails:
            raise Wrong(field, _("There is neither a name nor an e-mail address."))
        if kind == "person" and not can_be_told_apart:
            raise Wrong(field, _("There is only a name. Add an e-mail address, a phone number or a zip code."))
