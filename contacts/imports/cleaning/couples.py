"""Rows that name two people, such as a household with both spouses: two entries of one row."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator

from contacts.imports.cleaning.cleaner import Cleaner
from contacts.imports.cleaning.entries import Entry
from contacts.imports.lines import SECOND_PERSON
from contacts.imports.mapping.columns import MARKS, Column
from contacts.imports.mapping.headers import PLACES, SECOND
from contacts.imports.reading import Row

SHARED = frozenset({*PLACES, *MARKS, "language", "tags", "topics", "attendance", "attended"})
"""Fields that a row says of both: where they live, and what they do not want."""
REACHES = frozenset({SECOND + "email", SECOND + "phone", SECOND + "external"})


def of_second(columns: list[Column]) -> list[Column]:
    """The columns as they are for the second person; empty when the file has none of theirs."""
    if not any(column.field.startswith(SECOND) for column in columns):
        return []
    return [dataclasses.replace(column, field=_field(column.field)) for column in columns]


def of_first(columns: list[Column]) -> list[Column]:
    """The columns as they are for the first person."""
    return [dataclasses.replace(c, field="") if c.field.startswith(SECOND) else c for c in columns]


def _field(field: str) -> str:
    if field.startswith(SECOND):
        return field.removeprefix(SECOND)
    return field if field in SHARED else ""


class Couples:
    """Makes one entry of a row, or two; `make` gives a cleaner for some columns."""

    def __init__(self, columns: list[Column], make: Callable[[list[Column]], Cleaner]) -> None:
        self.first = make(of_first(columns))
        theirs = of_second(columns)
        self.second = make(theirs) if theirs else None
        self.at = [column.at for column in columns if column.field.startswith(SECOND)]
        self.reach = [column.at for column in columns if column.field in REACHES]
        self.left_out: Counter[str] = Counter()

    def __call__(self, row: Row) -> Iterator[Entry]:
        """The entries of a row. If its second person cannot be taken, the row is rejected with the reason; one of
        whom too little is known is left out and counted.
        """
        entry = self.first(row)
        if self.second is None or entry.problem or not _any_filled(self.at, row.cells):
            yield entry
            return
        other = self.second(row)
        if not other.problem and (_any_filled(self.reach, row.cells) or (other.first_name and other.last_name)):
            yield entry
            yield other._replace(line=row.line + SECOND_PERSON)
        elif _any_filled(self.reach, row.cells):
            yield other
        else:
            self.left_out[" ".join(row.cells[at] for at in self.at if at < len(row.cells)).strip()[:60]] += 1
            yield entry


def _any_filled(places: list[int], cells: list[str]) -> bool:
    return any(at < len(cells) and cells[at].strip() for at in places)
