"""Records of a CSV file: quoted line breaks are kept, a quote that never closes swallows nothing."""

import csv
from collections import deque
from collections.abc import Iterator

from django.utils.translation import gettext as _

from contacts.imports.reading.lines import LONGEST_LINE, Line
from contacts.imports.reading.table import Problem, Row

LONGEST_CELL = 100_000
LONGEST_RECORD_LINES = 500
"""A cell may hold line breaks (addresses, notes), but not a book."""


class _Open(Exception):
    """A quote was opened and not closed yet: the record goes on in the next line."""


class Records:
    """Turns lines into rows of cells for one delimiter; `width` is the number of columns once it is known."""

    def __init__(self, lines: Iterator[Line], delimiter: str, width: int = 0) -> None:
        self.lines = lines
        self.delimiter = delimiter
        self.width = width
        self.waiting: deque[Line] = deque()
        csv.field_size_limit(1 << 24)

    def __iter__(self) -> Iterator[Row]:
        while (line := self._next()) is not None:
            if line.cut:
                yield Row(line.number, [], Problem("", _("This line is longer than a million characters.")))
            elif '"' in line.text:
                yield self._checked(self._quoted(line))
            else:
                yield self._checked(Row(line.number, line.text.split(self.delimiter)))

    def _next(self) -> Line | None:
        return self.waiting.popleft() if self.waiting else next(self.lines, None)

    def _quoted(self, first: Line) -> Row:
        """A record that has quotes: one line if it can be, more while a quote stays open."""
        taken = [first]
        text = first.text
        while True:
            try:
                cells = self._parse(text)
            except _Open:
                room = len(taken) < LONGEST_RECORD_LINES and len(text) < LONGEST_LINE
                following = self._next() if room else None
                if following is None or following.cut:
                    if following is not None:
                        taken.append(following)
                    return self._runaway(taken)
                taken.append(following)
                text = f"{text}\n{following.text}"
            except csv.Error:
                return self._runaway(taken)
            else:
                if len(taken) > 1 and self._swallowed_rows(cells):
                    return self._runaway(taken)
                return Row(first.number, cells)

    def _parse(self, text: str) -> list[str]:
        """The cells of a record; raises _Open when it goes on, csv.Error when its quotes make no sense."""
        try:
            return next(csv.reader([text], delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            if self._is_open(text):
                raise _Open from error
            raise

    def _is_open(self, text: str) -> bool:
        """Whether the last cell begins with a quote that has no partner."""
        at = 0
        while True:
            if text.startswith('"', at):
                at = _closing_quote(text, at + 1)
                if at < 0:
                    return True
            at = text.find(self.delimiter, at)
            if at < 0:
                return False
            at += 1

    def _swallowed_rows(self, cells: list[str]) -> bool:
        """Whether a cell over several lines looks like rows that a stray quote glued together."""
        if self.width and len(cells) != self.width:
            return True
        enough = max(1, self.width - 1)
        inner = (line for cell in cells if "\n" in cell for line in cell.split("\n"))
        return any(line.count(self.delimiter) >= enough and "@" in line for line in inner)

    def _runaway(self, taken: list[Line]) -> Row:
        """Report the first line and read the ones after it again, each on its own."""
        self.waiting.extendleft(reversed(taken[1:]))
        message = _("A quotation mark on this line is not closed, or stands in the middle of a cell.")
        return Row(taken[0].number, taken[0].text.split(self.delimiter), Problem("", message))

    def _checked(self, row: Row) -> Row:
        """Refuse what no cell of a list of people holds: zero bytes, broken letters, endless text."""
        text = "".join(row.cells)
        if row.problem is None and "\0" in text:
            return row._replace(problem=Problem("", _("This line holds zero bytes (NUL); the file may be damaged.")))
        if row.problem is None and not text.isascii() and _has_broken_letters(text):
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
    return "\ufffd" in text or any("\ud800" <= letter <= "\udfff" for letter in text)
