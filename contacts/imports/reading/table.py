"""What reading hands on: a header and a stream of rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_COLUMNS = 2_000
"""No list of people has more; what has is something else, or made to harm."""


class Problem(NamedTuple):
    """Why a row cannot be read: the column where it shows (may be empty) and a sentence."""

    column: str
    message: str


class Row(NamedTuple):
    """One row: the line of the file it starts on, its cells, and what is wrong with it if anything is."""

    line: int
    cells: list[str]
    problem: Problem | None = None


Answers = Mapping[str, str]
"""What a person said where a file leaves it open: `encoding`, `sheet`; or that they want to be asked (ASK)."""
ASK = "?"
"""The answer of somebody who sees that the guess was wrong: show every way to read the file, however sure it was."""


class Option(NamedTuple):
    """One way to read a file: its value as an answer, what it is called, and a few lines read that way."""

    value: str
    label: str
    lines: list[str]


class Doubt(NamedTuple):
    """What a file leaves open: the key of the answer and its options, the best guess first."""

    key: str
    options: list[Option]


@dataclass
class Table:
    """A file opened for reading; `rows()` may be called again and starts over."""

    headers: list[str]
    rows: Callable[[], Iterator[Row]]
    format: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Sentences about how the file was understood that the sender should look at."""
    doubts: list[Doubt] = field(default_factory=list)
    """What only a person can say; without an answer the best guess was taken."""
    met: Callable[[], list[str]] = list
    """More such sentences, known once all rows were read."""


def is_blank(cells: list[str]) -> bool:
    """Whether a row has nothing in it, such as the empty lines at the end of a spreadsheet."""
    return not any(map(str.strip, cells))
