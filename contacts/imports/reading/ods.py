"""OpenDocument spreadsheets (.ods), read as a stream; rows that repeat are counted, not written out."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from contacts.imports.errors import Unreadable
from contacts.imports.reading.archive import bomb, locked
from contacts.imports.reading.markup import Enough, hear, heard
from contacts.imports.reading.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    Cells,
    Letters,
    Oddities,
    Sheet,
    moment_text,
    number_text,
)
from contacts.imports.reading.table import Row

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
CELLS = ("table-cell", "covered-table-cell")
LONGEST_BLANK = 1_000
"""Blanks that one element may stand for."""


def _fact(facts: dict[str, str], name: str, default: str = "") -> str:
    """An attribute whatever its prefix; the usual one is looked up first."""
    for prefix in ("table:", "office:", "text:", "style:"):
        if (value := facts.get(prefix + name)) is not None:
            return value
    return default


def _times(facts: dict[str, str], name: str) -> int:
    text = _fact(facts, name, "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 1


class Lock:
    """Hears whether a document is behind a password."""

    def start(self, name: str, facts: dict[str, str]) -> None:
        """A part with a cipher is locked."""
        if name == "encryption-data":
            raise Unreadable(locked())

    def end(self, name: str) -> None:
        """Nothing is kept until here."""

    def text(self, text: str) -> None:
        """Nothing stands between the elements."""


class Tables(Lock):
    """Names of the sheets in their order, and whether they are hidden."""

    def __init__(self) -> None:
        self.found: list[tuple[str, bool]] = []
        self.style = ""
        self.hidden: set[str] = set()
        self.depth = 0

    def start(self, name: str, facts: dict[str, str]) -> None:
        """A style that hides, or a sheet that may have it."""
        if name == "style":
            self.style = _fact(facts, "name")
        elif name == "table-properties" and _fact(facts, "display") == "false":
            self.hidden.add(self.style)
        elif name == "table":
            if not self.depth:
                self.found.append((_fact(facts, "name"), _fact(facts, "style-name") in self.hidden))
            self.depth += 1

    def end(self, name: str) -> None:
        """A sheet is over."""
        if name == "table":
            self.depth -= 1


class Rows:
    """Hears one sheet of a document (the `wanted`th) and keeps its rows until they are taken."""

    def __init__(self, wanted: int, odd: Oddities) -> None:
        self.wanted, self.odd = wanted, odd
        self.done: list[tuple[Row, int]] = []
        self.cells = Cells()
        self.number, self.depth = -1, 0
        self.here = False
        self.next_line, self.row_times, self.rows = 1, 1, 0
        self.at, self.cell_times = 0, 1
        self.facts: dict[str, str] = {}
        self.letters = Letters()
        self.begun = self.inside = False
        self.aside = 0

    def start(self, name: str, facts: dict[str, str]) -> None:
        """A sheet, a row, a cell, or text in it."""
        if name == "table":
            self.depth += 1
            if self.depth == 1:
                self.number += 1
                self.here = self.number == self.wanted
        elif not self.here or self.depth > 1:
            return
        elif name == "annotation":
            self.aside += 1
        elif name == "table-row":
            self.row_times = _times(facts, "number-rows-repeated")
            self.cells.begin(self.next_line)
            self.at = 0
        elif name in CELLS:
            self.facts, self.begun = facts, False
            self.letters.clear()
            self.cell_times = _times(facts, "number-columns-repeated")
        elif not self.aside:
            self._in_text(name, facts)

    def _in_text(self, name: str, facts: dict[str, str]) -> None:
        if name == "p":
            if self.begun:
                self.letters.add("\n")
            self.begun = self.inside = True
        elif self.inside and name == "s":
            self.text(" " * min(_times(facts, "c"), LONGEST_BLANK))
        elif self.inside and name == "tab":
            self.text("\t")
        elif self.inside and name == "line-break":
            self.text("\n")

    def text(self, text: str) -> None:
        """Letters of a paragraph."""
        if self.inside and not self.aside:
            self.letters.add(text)

    def end(self, name: str) -> None:
        """The paragraph, the cell, the row or the sheet is whole."""
        if name == "table":
            self.depth -= 1
            if not self.depth and self.here:
                raise Enough
        elif not self.here or self.depth > 1:
            return
        elif name == "annotation":
            self.aside -= 1
        elif name == "p" and not self.aside:
            self.inside = False
        elif name in CELLS:
            self._cell()
        elif name == "table-row":
            self._row()

    def _cell(self) -> None:
        text = self._value()
        if text:
            for at in range(self.at, min(self.at + self.cell_times, MOST_COLUMNS + 1)):
                self.cells.put(at, text)
        elif _fact(self.facts, "formula") and not _fact(self.facts, "value-type"):
            self.odd.meet("unsolved")
        self.at += self.cell_times

    def _value(self) -> str:
        kind = _fact(self.facts, "value-type")
        if kind in ("float", "currency"):
            return number_text(_fact(self.facts, "value"))
        if kind == "boolean":
            return "TRUE" if _fact(self.facts, "boolean-value") == "true" else "FALSE"
        if kind == "date":
            raw = _fact(self.facts, "date-value")
            try:
                return moment_text(datetime.fromisoformat(raw).replace(tzinfo=None))
            except ValueError:
                return raw
        return self.letters.text()

    def _row(self) -> None:
        if self.cells.values or self.cells.problem:
            self.rows += self.row_times
            if self.rows > MOST_ROWS:
                raise Unreadable(bomb())
            self.done.append((self.cells.row(), self.row_times))
        self.next_line += self.row_times


def sheets_of(path: Path, odd: Oddities) -> list[Sheet]:
    """The sheets of a document in their order; `odd` counts what a walk through one meets."""
    tables = Tables()
    hear(path, MANIFEST, Lock())
    hear(path, CONTENT, tables)

    def rows_of(number: int) -> Iterator[Row]:
        rows = Rows(number, odd)
        for _block in heard(path, CONTENT, rows):
            for row, times in rows.done:
                yield from (row._replace(line=row.line + again) for again in range(times))
            rows.done.clear()

    return [
        Sheet(name, lambda number=number: rows_of(number), hidden)  # type: ignore[misc]
        for number, (name, hidden) in enumerate(tables.found)
    ]
