"""Excel workbooks (.xlsx), read as a stream: only the texts that cells share are held, packed."""

import datetime
import posixpath
import re
from array import array
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable
from contacts.imports.reading.archive import damaged
from contacts.imports.reading.markup import hear, heard
from contacts.imports.reading.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    Cells,
    Letters,
    Oddities,
    Sheet,
    day_text,
    number_text,
)
from contacts.imports.reading.table import Problem, Row

WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Numbers of the formats for days and times that every Excel knows."""
QUOTED = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]|_.|\*.', re.IGNORECASE)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
SINCE_1900, SINCE_1904 = (datetime.datetime(year, month, day) for year, month, day in ((1899, 12, 30), (1904, 1, 1)))  # noqa: DTZ001 — cells know no zones
LARGEST_SHARED = 96 << 20
"""Bytes of texts that cells may share."""


class Outline:
    """Names of the sheets, whether they are hidden, and which entry each is."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since = SINCE_1900

    def start(self, name: str, facts: dict[str, str]) -> None:
        """A sheet, or the day from which days are counted."""
        if name == "sheet":
            key = next((value for fact, value in facts.items() if fact.endswith(":id")), "")
            self.sheets.append((facts.get("name", ""), key, facts.get("state", "visible") != "visible"))
        elif name == "workbookPr" and facts.get("date1904") in ("1", "true"):
            self.since = SINCE_1904

    def end(self, name: str) -> None:
        """Nothing is kept until here."""

    def text(self, text: str) -> None:
        """Nothing stands between the elements."""


class Relations(Outline):
    """Which entry each part of a workbook is."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.shared = ""
        self.styles = ""

    def start(self, name: str, facts: dict[str, str]) -> None:
        """One part."""
        if name == "Relationship" and facts.get("TargetMode") != "External":
            target = facts.get("Target", "")
            entry = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            self.targets[facts.get("Id", "")] = entry
            kind = facts.get("Type", "").rpartition("/")[2]
            if kind == "sharedStrings":
                self.shared = entry
            elif kind == "styles":
                self.styles = entry


class Styles(Outline):
    """Which styles of cells show a number as a day or a time."""

    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.days: list[bool] = []
        self.inside = False

    def start(self, name: str, facts: dict[str, str]) -> None:
        """A format, or a style that uses one."""
        if name == "numFmt":
            self.formats[facts.get("numFmtId", "")] = facts.get("formatCode", "")
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside:
            self.days.append(self._is_day(facts.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        """The styles of cells are over."""
        if name == "cellXfs":
            self.inside = False

    def _is_day(self, number: str) -> bool:
        if number in self.formats:
            return bool(re.search("[dmyhs]", QUOTED.sub("", self.formats[number]), re.IGNORECASE))
        return number.isdigit() and int(number[:6]) in DATE_FORMATS


class Shared:
    """Texts that cells share, packed one behind the other."""

    def __init__(self) -> None:
        self.packed = bytearray()
        self.ends = array("Q")
        self.letters = Letters()
        self.wanted = False
        self.aside = 0

    def __getitem__(self, at: int) -> str:
        if not 0 <= at < len(self.ends):
            raise IndexError(at)
        return self.packed[self.ends[at - 1] if at else 0 : self.ends[at]].decode()

    def start(self, name: str, facts: dict[str, str]) -> None:
        """A text, or a part of one; readings beside it are left out."""
        if name == "si":
            self.letters.clear()
        elif name == "rPh":
            self.aside += 1
        elif name == "t":
            self.wanted = not self.aside

    def text(self, text: str) -> None:
        """Letters of a part."""
        if self.wanted:
            self.letters.add(text)

    def end(self, name: str) -> None:
        """The part, or the text, is whole."""
        if name == "t":
            self.wanted = False
        elif name == "rPh":
            self.aside -= 1
        elif name == "si":
            self.packed += unescaped(self.letters.text()).encode()
            self.ends.append(len(self.packed))
            if len(self.packed) > LARGEST_SHARED:
                raise Unreadable(_("This workbook holds too much text. Save the list as CSV (UTF-8) and send that."))


def unescaped(text: str) -> str:
    """Letters that Excel writes as `_x000D_`."""
    return ESCAPED.sub(_letter, text) if "_x" in text else text


def _letter(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)


class Rows:
    """Hears a sheet and keeps its rows until they are taken."""

    def __init__(self, shared: Shared, days: list[bool], since: datetime.datetime, odd: Oddities) -> None:
        self.shared, self.days, self.since, self.odd = shared, days, since, odd
        self.done: list[Row] = []
        self.cells = Cells()
        self.at = -1
        self.kind = ""
        self.style = 0
        self.letters = Letters()
        self.wanted = self.formula = False

    def start(self, name: str, facts: dict[str, str]) -> None:
        """A row, a cell, or what stands in it."""
        if name == "c":
            place = facts.get("r")
            self.at = _column(place) if place else self.at + 1
            self.kind = facts.get("t", "n")
            self.style = _whole(facts.get("s", "0"))
            self.formula = False
            self.letters.clear()
        elif name in ("v", "t"):
            self.wanted = True
        elif name == "f":
            self.formula = True
        elif name == "row":
            line = _whole(facts.get("r", "")) or self.cells.line + 1
            if not self.cells.line < line <= MOST_ROWS:
                raise Unreadable(damaged())
            self.cells.begin(line)
            self.at = -1

    def text(self, text: str) -> None:
        """Letters of a value."""
        if self.wanted:
            self.letters.add(text)

    def end(self, name: str) -> None:
        """The value, the cell or the row is whole."""
        if name in ("v", "t"):
            self.wanted = False
        elif name == "c":
            raw = self.letters.text()
            if raw:
                text = self._text(raw)
                if text:
                    self.cells.put(self.at, text)
            elif self.formula and self.kind != "str":
                self.odd.meet("unsolved")
        elif name == "row":
            self.done.append(self.cells.row())

    def _text(self, raw: str) -> str:
        if self.kind == "s":
            try:
                return self.shared[int(raw)]
            except (ValueError, IndexError):
                self.cells.problem = Problem("", _("This row points to a text that the workbook does not hold."))
                return ""
        if self.kind == "n":
            is_day = self.style < len(self.days) and self.days[self.style]
            return day_text(raw, self.since) if is_day else number_text(raw)
        if self.kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        if self.kind == "e":
            self.odd.meet("failed")
            return ""
        return unescaped(raw)


@lru_cache(maxsize=1 << 14)
def _letters(letters: str) -> int:
    at = 0
    for letter in letters[:4].upper():
        at = at * 26 + ord(letter) - 64
    return at - 1 if 0 < at <= 26**4 else MOST_COLUMNS


def _column(place: str) -> int:
    """The column of `AB12`, counted from 0."""
    letters = place.rstrip("0123456789")
    return _letters(letters) if letters.isascii() and letters.isalpha() else MOST_COLUMNS


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def sheets_of(path: Path, odd: Oddities) -> list[Sheet]:
    """The sheets of a workbook in their order; `odd` counts what a walk through one meets."""
    outline, relations, styles, shared = Outline(), Relations(), Styles(), Shared()
    hear(path, WORKBOOK, outline)
    hear(path, RELATIONS, relations)
    if relations.styles:
        hear(path, relations.styles, styles)
    if relations.shared:
        hear(path, relations.shared, shared)

    def rows_of(entry: str) -> Iterator[Row]:
        rows = Rows(shared, styles.days, outline.since, odd)
        for _block in heard(path, entry, rows):
            yield from rows.done
            rows.done.clear()

    return [
        Sheet(name, lambda entry=relations.targets[key]: rows_of(entry), hidden)  # type: ignore[misc]
        for name, key, hidden in outline.sheets
        if key in relations.targets
    ]
