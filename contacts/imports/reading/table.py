"""What reading hands on: a header and a stream of rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Problem(NamedTuple):
    """Why a row cannot be read: the column where it shows (may be empty) and a sentence."""

    column: str
    message: str


class Row(NamedTuple):
    """One row: the line of the file it starts on, its cells, and what is wrong with it if anything is."""

    line: int
    cells: list[str]
    problem: Problem | None = None


@dataclass
class Table:
    """A file opened for reading; `rows()` may be called again and starts over."""

    headers: list[str]
    rows: Callable[[], Iterator[Row]]
    format: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Sentences about how the file was understood that the sender should look at."""


def is_blank(cells: list[str]) -> bool:
    """Whether a row has nothing in it, such as the empty lines at the end of a spreadsheet."""
    return not (cells and cells[0].strip()) and not "".join(cells).strip()
