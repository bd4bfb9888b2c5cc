"""What the kinds of workbook have in common: sheets of rows, and cells as their sender sees them."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _

from contacts.imports.reading.delimited import LONGEST_CELL
from contacts.imports.reading.table import MOST_COLUMNS, Problem, Row

MOST_ROWS = 1 << 20
"""What a sheet of Excel can have."""


@dataclass
class Sheet:
    """One sheet; `rows()` may be called again and starts over."""

    name: str
    rows: Callable[[], Iterator[Row]]
    hidden: bool = False


@dataclass
class Oddities:
    """What a walk through a sheet met that its sender should know."""

    counts: Counter[str] = field(default_factory=Counter)

    def __getitem__(self, name: str) -> int:
        return self.counts[name]

    def meet(self, name: str) -> None:
        """Count one."""
        self.counts[name] += 1


class Letters:
    """The text of one cell, gathered piece by piece; of an endless one no more than shows that it is too long."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.size = 0

    def add(self, piece: str) -> None:
        """One more piece."""
        if self.size <= LONGEST_CELL:
            self.pieces.append(piece)
            self.size += len(piece)

    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)

    def clear(self) -> None:
        """Begin another cell."""
        if self.pieces:
            self.pieces.clear()
            self.size = 0


class Cells:
    """The cells of one row, put together from left to right."""

    def __init__(self) -> None:
        self.line = 0
        self.values: list[str] = []
        self.problem: Problem | None = None

    def begin(self, line: int) -> None:
        """Start the row of this line."""
        self.line, self.values, self.problem = line, [], None

    def put(self, at: int, text: str) -> None:
        """A cell that is not empty at a column counted from 0; those between stay empty."""
        if at >= MOST_COLUMNS:
            self.problem = Problem("", _("This row has more than 2,000 columns."))
            return
        missing = at - len(self.values)
        if missing > 0:
            self.values.extend([""] * missing)
        if missing < 0:
            self.values[at] = text
        else:
            self.values.append(text)

    def row(self) -> Row:
        """The row as it is."""
        return Row(self.line, self.values, self.problem)


@lru_cache(maxsize=8192)
def number_text(raw: str) -> str:
    """A number as people see it: 28202.0 is 28202, 7.04555E+09 is 7045550000."""
    if raw.isascii() and raw.isdigit():
        return raw
    try:
        number = float(raw)
    except ValueError:
        return raw
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


@lru_cache(maxsize=8192)
def day_text(raw: str, since: datetime.datetime) -> str:
    """A number of days since a day, as a date; with the time of the day if there is one."""
    try:
        number = float(raw)
        moment = since + datetime.timedelta(seconds=round(number * 86_400))
    except (ValueError, OverflowError):
        return number_text(raw)
    if 0 <= number < 1:
        return moment.strftime("%H:%M")
    return moment_text(moment)


def moment_text(moment: datetime.datetime) -> str:
    """2026-05-01, and 2026-05-01 18:30 when there is a time."""
    midnight = moment.time() == datetime.time(0)
    return moment.date().isoformat() if midnight else moment.isoformat(sep=" ", timespec="minutes")
