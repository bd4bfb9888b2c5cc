"""Sheets written some rows at a time to a path; how long they get does not matter to memory."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from crm.exports.workbook import XlsxSheet

Rows = Iterable[Sequence[str]]


class Sheet(Protocol):
    """A file that is being written; leaving the `with` in peace finishes it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None: ...

    def write(self, rows: Rows) -> None:
        """Add some rows; the first of the first ones holds the headings."""


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

    def write(self, rows: Rows) -> None:
        """Add some rows."""
        self.writer.writerows(rows)


SHEETS: dict[str, type[CsvSheet] | type[XlsxSheet]] = {"csv": CsvSheet, "xlsx": XlsxSheet}
