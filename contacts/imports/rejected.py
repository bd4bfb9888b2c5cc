"""Rejected rows as a file in the sender's own columns, ready to be mended and sent again."""

import csv
from collections.abc import Iterator
from itertools import groupby

from contacts.imports.errors import NotReady
from contacts.imports.keeping.periods import why_gone
from contacts.imports.lines import row_of
from contacts.imports.mapping.telling import report_headings
from contacts.imports.models import ImportRun
from crm.exports.cells import as_cell

BOM = "\ufeff"


class _Echo:
    """Gives back what is written to it, so that a file of any length is streamed."""

    def write(self, text: str) -> str:
        return text


def rejected_csv(run: ImportRun) -> Iterator[str]:
    """The lines of the file: the sender's columns, then line, column and reason; opens rightly in Excel.

    A row that names two people is there once. Raises NotReady when the words of the rows are kept no longer.
    """
    if run.is_wordless:
        raise NotReady(why_gone(run))
    return _lines(run)


def _lines(run: ImportRun) -> Iterator[str]:
    writer = csv.writer(_Echo())
    headings = [column["heading"] for column in run.mapping.get("columns", [])]
    yield BOM + writer.writerow(map(as_cell, [*headings, *report_headings()]))
    rows = run.rows.filter(outcome__in=["rejected", "ambiguous"])
    for _line, people in groupby(rows.through_file(), key=lambda row: row_of(row.line)):
        row, *others = people
        cells = [*row.cells, *[""] * len(headings)][: max(len(headings), len(row.cells))]
        reasons = " ".join(dict.fromkeys(one.message for one in (row, *others)))
        yield writer.writerow(map(as_cell, [*cells, row.place, row.column, reasons]))
