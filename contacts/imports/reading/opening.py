"""Opening a file: what kind it is, and its header."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.imports.errors import Unreadable
from contacts.imports.reading.delimited import Records
from contacts.imports.reading.encoding import Encoding, detect_encoding
from contacts.imports.reading.header import LOOK_AT, Known, find_header, header_score, tidy_headers
from contacts.imports.reading.lines import Block, read_blocks
from contacts.imports.reading.table import Row, Table, is_blank
from contacts.imports.reading.workbook import open_workbook

DELIMITERS = (",", ";", "\t", "|")
ZIP, COMPOUND, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def open_table(path: Path, known: Known) -> Table:
    """Open a CSV or Excel file; `known` says whether a heading means something to us; raises Unreadable."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise Unreadable(_("The file is empty. Send a CSV or Excel file with one row for each person."))
    if start.startswith(COMPOUND):
        raise Unreadable(_compound(path))
    if start.startswith(ZIP):
        return open_workbook(path, known)
    if start.startswith(PDF):
        raise Unreadable(_("This is a PDF. Save the list as CSV or Excel (.xlsx) and send that file."))
    if start.lstrip()[:5].lower() in (b"<html", b"<!doc", b"<?xml"):
        raise Unreadable(_("This is a web page, not a list. Save it as CSV or Excel (.xlsx) and send that file."))
    return _open_text(path, known)


def _compound(path: Path) -> str:
    """Old Excel and locked new Excel share a wrapping; say which it is."""
    if ENCRYPTED in path.read_bytes()[: 1 << 20]:
        return _("This workbook is locked with a password. Save it without one and send it again.")
    return _("This is an old Excel file (.xls). Open it, save it as .xlsx or CSV, and send that file.")


def _open_text(path: Path, known: Known) -> Table:
    encoding = detect_encoding(path)
    top = _top(path, encoding)
    delimiter, header = _find_delimiter(top, known)
    headers = tidy_headers(header.cells)

    def rows() -> Iterator[Row]:
        records = iter(Records(read_blocks(path, encoding, header.line), delimiter, width=len(header.cells)))
        next(records)
        return (row for row in records if row.problem or not is_blank(row.cells))

    facts = {"kind": "csv", "encoding": encoding.name, "delimiter": delimiter, "header_line": header.line}
    return Table(headers, rows, facts, _notes(encoding, header, top))


def _top(path: Path, encoding: Encoding) -> list[str]:
    """The lines among which the header must be."""
    lines = (line for block in read_blocks(path, encoding) for line in block.lines)
    return list(islice(lines, LOOK_AT * 5))


def _find_delimiter(top: list[str], known: Known) -> tuple[str, Row]:
    """The delimiter under which a header with the most headings we know shows up."""
    best: tuple[tuple[int, int], str, Row] | None = None
    for delimiter in _candidates(top):
        records = list(islice(_records(top, delimiter), LOOK_AT))
        header = find_header(records, known) or _header_by_values(records)
        if header is not None:
            score = (header_score(header.cells, known), len(header.cells))
            if best is None or score > best[0]:
                best = (score, delimiter, header)
    if best is None:
        raise Unreadable(
            _(
                "No column looks like an e-mail address or a name. "
                "Give the columns headings such as E-mail, First name, Last name."
            )
        )
    return best[1], best[2]


def _candidates(top: list[str]) -> tuple[str, ...]:
    """Excel's own hint (`sep=;`) decides; else each delimiter is tried."""
    hint = top[0].strip().strip('"').lower() if top else ""
    if hint.startswith("sep=") and len(hint) == 5:
        return (hint[4],)
    return DELIMITERS


def _records(top: list[str], delimiter: str) -> Iterator[Row]:
    try:
        yield from Records(iter([Block(1, top)]), delimiter)
    except csv.Error as error:
        raise Unreadable(_("The columns of this file cannot be told apart. Save the list as CSV (UTF-8).")) from error


def _header_by_values(records: list[Row]) -> Row | None:
    """Headings nobody knows are still a header when a column under them is full of e-mail addresses."""
    rows = [row for row in records if row.problem is None and not is_blank(row.cells)]
    if len(rows) < 2 or any("@" in cell for cell in rows[0].cells):
        return None
    columns = Counter(at for row in rows[1:] for at, cell in enumerate(row.cells) if "@" in cell)
    found = [at for at, count in columns.items() if count * 2 > len(rows) - 1 and at < len(rows[0].cells)]
    return rows[0] if any(rows[0].cells[at].strip() for at in found) else None


def _notes(encoding: Encoding, header: Row, top: list[str]) -> list[str]:
    notes = []
    if not encoding.sure:
        notes.append(
            _("The letters were read as %(encoding)s. Look at names with accents before you save.")
            % {"encoding": encoding.plain_name}
        )
    above = sum(1 for line in top[: header.line - 1] if line.strip())
    if above:
        text = ngettext(
            "%(count)d line above the headings was left out.",
            "%(count)d lines above the headings were left out.",
            above,
        )
        notes.append(text % {"count": above})
    return notes
