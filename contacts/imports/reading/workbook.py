"""Excel workbooks: checked for bombs before they are opened, then read sheet by sheet."""

import datetime
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

from contacts.imports.errors import Unreadable
from contacts.imports.reading.delimited import LONGEST_CELL
from contacts.imports.reading.header import LOOK_AT, Known, find_header, header_score, tidy_headers
from contacts.imports.reading.table import Problem, Row, Table, is_blank

LARGEST = 256 << 20
"""Bytes a workbook may unfold to."""
STEEPEST = 200
"""How many times its packed size one large entry may unfold to; spreadsheets stay under 60."""
MOST_ENTRIES = 2_000
BLOCK = 1 << 20


def guard_archive(path: Path) -> None:
    """Refuse workbooks that unfold to more than they should, by what they really hold and not by what they say."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_other_archives({entry.filename for entry in entries})
            if len(entries) > MOST_ENTRIES:
                raise Unreadable(_("This workbook has too many parts. Save the list as CSV (UTF-8) and send that."))
            left = LARGEST
            for entry in entries:
                left -= _unfolded_size(path, archive, entry, left)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Unreadable(_damaged()) from error


def _damaged() -> str:
    return _("This workbook is damaged and cannot be opened. Save the list again as .xlsx or CSV and send it.")


def _refuse_other_archives(names: set[str]) -> None:
    if "xl/vbaProject.bin" in names:
        raise Unreadable(
            _("This workbook has macros in it. Save the list as .xlsx without macros, or as CSV, and send it.")
        )
    if not any(name.startswith("xl/") for name in names):
        raise Unreadable(
            _("This is a packed file, but no Excel workbook. Unpack it and send the list itself as CSV or .xlsx.")
        )


def _unfolded_size(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Count the true bytes of one entry; raises Unreadable as soon as there are too many."""
    if entry.file_size > left:
        raise Unreadable(_bomb())
    size = 0
    with path.open("rb") as raw:
        raw.seek(entry.header_offset + 26)
        name_and_extra = int.from_bytes(raw.read(2), "little") + int.from_bytes(raw.read(2), "little")
        raw.seek(name_and_extra, 1)
        if entry.compress_type == zipfile.ZIP_STORED:
            return entry.compress_size
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            raise Unreadable(_damaged())
        inflater = zlib.decompressobj(-15)
        steep = max(BLOCK * 4, entry.compress_size * STEEPEST)
        while not inflater.eof and (packed := inflater.unconsumed_tail or raw.read(1 << 16)):
            size += len(inflater.decompress(packed, BLOCK))
            if size > left or size > steep:
                raise Unreadable(_bomb())
    return size


def _bomb() -> str:
    return _(
        "This workbook unfolds to far more than a list of people needs. Save the list as CSV (UTF-8) and send that."
    )


def open_workbook(path: Path, known: Known) -> Table:
    """The first sheet that looks like people, as a table; raises Unreadable."""
    guard_archive(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        sheet, header = _best_sheet(workbook, names, known)
    except PasswordError as error:
        raise Unreadable(_locked()) from error
    except (CalamineError, XmlError, ZipError, OSError) as error:
        raise Unreadable(_damaged()) from error
    headers = tidy_headers(header.cells)

    def rows() -> Iterator[Row]:
        for row in _rows_of(workbook, sheet):
            if row.line > header.line and not is_blank(row.cells):
                yield _checked(row)

    notes = []
    if len(names) > 1:
        notes.append(
            _("Only the sheet “%(sheet)s” was read; the workbook has %(count)d.")
            % {"sheet": sheet, "count": len(names)}
        )
    return Table(headers, rows, {"kind": "xlsx", "sheet": sheet, "header_line": header.line}, notes)


def _locked() -> str:
    return _("This workbook is locked with a password. Save it without one and send it again.")


def _best_sheet(workbook: CalamineWorkbook, names: list[str], known: Known) -> tuple[str, Row]:
    """The sheet whose header has the most headings we know."""
    best: tuple[int, str, Row] | None = None
    for name in names:
        top = (row for row, _n in zip(_rows_of(workbook, name), range(LOOK_AT), strict=False))
        header = find_header(top, known)
        if header is not None:
            score = header_score(header.cells, known)
            if best is None or score > best[0]:
                best = (score, name, header)
    if best is None:
        raise Unreadable(
            _("No sheet has headings that look like people. Name the columns, such as E-mail, First name, Last name.")
        )
    return best[1], best[2]


def _rows_of(workbook: CalamineWorkbook, name: str) -> Iterator[Row]:
    sheet = workbook.get_sheet_by_name(name)
    first = (sheet.start[0] if sheet.start else 0) + 1
    for at, cells in enumerate(sheet.iter_rows()):
        yield Row(first + at, [cell_text(cell) for cell in cells])


def cell_text(cell: object) -> str:
    """A cell as the sender sees it: 28202.0 is 28202, a day without a time is a date."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="minutes")
    return "" if cell is None else str(cell)


def _checked(row: Row) -> Row:
    if any("\0" in cell for cell in row.cells):
        return row._replace(problem=Problem("", _("This row holds zero bytes (NUL); the file may be damaged.")))
    if any(len(cell) > LONGEST_CELL for cell in row.cells):
        return row._replace(problem=Problem("", _("A cell of this row is longer than 100,000 characters.")))
    return row
