"""Records of a CSV file: quoted line breaks are kept, a quote that never closes swallows nothing."""

import csv
from collections.abc import Iterator
from contextlib import suppress

from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable
from contacts.imports.reading.lines import LONGEST_LINE, Block
from contacts.imports.reading.table import Problem, Row

LONGEST_CELL = 100_000
LONGEST_RECORD_LINES = 500
"""A cell may hold line breaks (addresses, notes), but not a book."""

MOST_WASTED_LINES = 500_000
"""Lines behind quotes that never close; each is read again by itself."""


class Records:
    """Turns lines into rows of cells for one delimiter; `width` is the number of columns once it is known.

    Lines that hold one record each, as nearly all do, are taken quickly; the others are looked at one by one.
    """

    def __init__(self, blocks: Iterator[Block], delimiter: str, width: int = 0) -> None:
        self.blocks = blocks
        self.delimiter = delimiter
        self.width = width
        self.number = 1
        self.lines: list[str] = []
        self.at = 0
        self.wasted = self.size = 0
        self.sound = True
        """Whether the lines at hand hold nothing for which one of them would be refused."""
        csv.field_size_limit(1 << 24)

    def __iter__(self) -> Iterator[Row]:
        while self.at < len(self.lines) or self._more():
            if self.sound:
                yield from self._quick()
            if self.at < len(self.lines):
                yield self._careful()

    def _more(self) -> bool:
        """Have the next lines at hand, behind those that are not read yet."""
        block = next(self.blocks, None)
        if block is None:
            return False
        left = self.lines[self.at :]
        self.number, self.lines, self.at = block.number - len(left), left + block.lines, 0
        self.sound = _is_sound(self.lines)
        return True

    def _quick(self) -> Iterator[Row]:
        """The records of one line each, up to one that is longer or cannot be read."""
        number = first = self.number + self.at
        reader = csv.reader(self.lines[self.at :], delimiter=self.delimiter, strict=True)
        with suppress(csv.Error):
            for cells in reader:
                if first + reader.line_num - 1 != number:
                    break
                yield Row(number, cells)
                number += 1
        self.at += number - first

    def _careful(self) -> Row:
        """The next record, with a problem if it cannot be trusted."""
        number, text = self.number + self.at, self.lines[self.at]
        if len(text) >= LONGEST_LINE:
            self.at += 1
            return Row(number, [], Problem("", _("This line is longer than a million characters.")))
        cells = self._quoted(text) if '"' in text else text.split(self.delimiter)
        if cells is None:
            self.at += 1
            message = _("A quotation mark on this line is not closed, or stands in the middle of a cell.")
            return Row(number, text.split(self.delimiter), Problem("", message))
        self.at += 1 + sum(cell.count("\n") for cell in cells)
        return _checked(Row(number, cells))

    def _quoted(self, first: str) -> list[str] | None:
        """The cells of a record with quotes: one line if it can be, more while a quote stays open.

        None when its quotes make no sense; the lines after the first are then read again, each on its own.
        """
        taken = [first]
        is_open = self._ends_open(first, 0)
        while is_open and self._take_one_more(taken):
            is_open = self._ends_open(taken[-1], _closing_quote(taken[-1], 0))
        cells = None if is_open else self._parse("\n".join(taken))
        if cells is None or (len(taken) > 1 and self._swallowed_rows(cells)):
            self._waste(len(taken))
            return None
        return cells

    def _take_one_more(self, taken: list[str]) -> bool:
        """Add the next line to an open record; false when the record is too long or the file at its end."""
        self.size = (self.size if len(taken) > 1 else 0) + len(taken[-1]) + 1
        if len(taken) >= LONGEST_RECORD_LINES or self.size > LONGEST_LINE:
            return False
        if self.at + len(taken) == len(self.lines) and not self._more():
            return False
        line = self.lines[self.at + len(taken)]
        if len(line) >= LONGEST_LINE:
            return False
        taken.append(line)
        return True

    def _ends_open(self, line: str, at: int) -> bool:
        """Whether the record goes on after this line, of which `at` is the beginning of a cell or the end of one.

        -1 says that the cell that was open from before is not closed in this line.
        """
        if at > 0:
            if not line.startswith(self.delimiter, at):
                return False
            at += 1
        while at >= 0:
            if line.startswith('"', at):
                at = _closing_quote(line, at + 1)
                if at < 0:
                    return True
                if not line.startswith(self.delimiter, at):
                    return False
            else:
                at = line.find(self.delimiter, at)
                if at < 0:
                    return False
            at += 1
        return True

    def _parse(self, text: str) -> list[str] | None:
        """The cells of a record; None when its quotes make no sense."""
        with suppress(csv.Error):
            return next(csv.reader([text], delimiter=self.delimiter, strict=True))
        return None

    def _waste(self, lines: int) -> None:
        """Count lines that were looked at for nothing; a file made of open quotes is not read to its end."""
        self.wasted += lines
        if self.wasted > MOST_WASTED_LINES:
            raise Unreadable(
                _("The quotation marks of this file do not match, line after line. Save it again as CSV (UTF-8).")
            )

    def _swallowed_rows(self, cells: list[str]) -> bool:
        """Whether a cell over several lines looks like rows that a stray quote glued together."""
        if self.width and len(cells) != self.width:
            return True
        enough = max(1, self.width - 1)
        inner = (line for cell in cells if "\n" in cell for line in cell.split("\n"))
        return any(line.count(self.delimiter) >= enough and "@" in line for line in inner)


def _is_sound(lines: list[str]) -> bool:
    """Whether no line holds zero bytes, broken letters or endless text."""
    text = "".join(lines)
    return (
        max(map(len, lines), default=0) <= LONGEST_CELL
        and "\0" not in text
        and (text.isascii() or not _has_broken_letters(text))
    )


def _checked(row: Row) -> Row:
    """Refuse what no cell of a list of people holds: zero bytes, broken letters, endless text."""
    text = "".join(row.cells)
    if "\0" in text:
        return row._replace(problem=Problem("", _("This line holds zero bytes (NUL); the file may be damaged.")))
    if not text.isascii() and _has_broken_letters(text):
        return row._replace(problem=Problem("", _("This line has letters that cannot be read; save it as UTF-8.")))
    if len(text) > LONGEST_CELL and any(len(cell) > LONGEST_CELL for cell in row.cells):
        return row._replace(problem=Problem("", _("A cell of this line is longer than 100,000 characters.")))
    return row


def _closing_quote(text: str, at: int) -> int:
    """Where the quote that opened before `at` closes (the position after it), or -1; doubled quotes are letters."""
    while True:
        at = text.find('"', at)
        if at < 0:
            return -1
        if text.startswith('""', at):
            at += 2
            continue
        return at + 1


def _has_broken_letters(text: str) -> bool:
    if "\ufffd" in text:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
