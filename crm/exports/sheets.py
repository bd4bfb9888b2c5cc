"""Sheets written row by row to a path; how long they get does not matter to memory."""

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from crm.exports.registry import NotExportable

LONGEST_EXCEL_CELL = 32_767
MOST_EXCEL_ROWS = 1_048_576


class Sheet(Protocol):
    """A file that is being written; leaving the `with` in peace finishes it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None: ...

    def write(self, cells: Sequence[str]) -> None:
        """Add one row."""


class CsvSheet:
    """Comma-separated, UTF-8 with a mark at its start so that Excel reads accents rightly."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file, lineterminator="\r\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def write(self, cells: Sequence[str]) -> None:
        """Add one row."""
        self.writer.writerow(cells)


class XlsxSheet:
    """An Excel workbook of one sheet, every cell a text: zip codes keep their zeros, long numbers their digits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = Workbook(write_only=True)
        self.sheet = self.book.create_sheet()
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.book.save(self.path)
        else:
            self.sheet.close()

    def write(self, cells: Sequence[str]) -> None:
        """Add one row; raises NotExportable when Excel has no room for it."""
        if self.rows >= MOST_EXCEL_ROWS:
            raise NotExportable(_("An Excel sheet ends after 1,048,576 rows. Take the list as CSV."))
        self.rows += 1
        self.sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell)[:LONGEST_EXCEL_CELL] for cell in cells])


SHEETS: dict[str, type[CsvSheet] | type[XlsxSheet]] = {"csv": CsvSheet, "xlsx": XlsxSheet}
