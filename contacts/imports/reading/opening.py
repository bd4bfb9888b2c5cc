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
from contacts.imports.reading.encoding import Encoding, detect_encoding, telling_lines
from contacts.imports.reading.guessing import DOS, MAC, plain_name
from contacts.imports.reading.header import LOOK_AT, Known, find_header, header_score, tidy_headers
from contacts.imports.reading.kinds import PACKED, WORKBOOKS, kind_of
from contacts.imports.reading.lines import Block, read_blocks
from contacts.imports.reading.packed import Unpacked
from contacts.imports.reading.table import ASK, MOST_COLUMNS, Answers, Doubt, Option, Row, Table, is_blank
from contacts.imports.reading.workbook import open_workbook

DELIMITERS = (",", ";", "\t", "|")
LARGEST_TOP = 4 << 20
"""Characters among which the header must be."""
SHOWN_LINES, SHOWN_LETTERS = 3, 160
ENCODING = "encoding"


def open_table(path: Path, known: Known, answers: Answers | None = None) -> Table:
    """Open a list of people; `known` says whether a heading means something to us; raises Unreadable.

    `answers` is what a person said where a file leaves it open. What is not answered is guessed, with a doubt
    in the table when the guess is no better than others.
    """
    kind = kind_of(path)
    if kind == PACKED:
        return _open_packed(path, known, answers or {})
    return _open(path, kind, known, answers or {})


def _open(path: Path, kind: str, known: Known, answers: Answers) -> Table:
    table = open_workbook(path, kind, known, answers) if kind in WORKBOOKS else _open_text(path, known, answers)
    if len(table.headers) > MOST_COLUMNS:
        raise Unreadable(_("This file has more than 2,000 columns. Send a list with the columns that matter."))
    return table


def _open_packed(path: Path, known: Known, answers: Answers) -> Table:
    unpacked = Unpacked(path)
    kind = kind_of(unpacked.path)
    if kind == PACKED:
        raise Unreadable(_("This is a packed file in a packed file. Send the list itself as CSV or .xlsx."))
    table = _open(unpacked.path, kind, known, answers)
    rows = table.rows

    def held() -> Iterator[Row]:
        """The rows; as long as they can be asked for, the unpacked file stays."""
        yield from rows() if unpacked else ()

    table.rows = held
    table.format["packed"] = unpacked.name
    table.notes.insert(0, _("The list “%(name)s” was taken out of the packed file.") % {"name": unpacked.name})
    return table


def _open_text(path: Path, known: Known, answers: Answers) -> Table:
    encoding = _encoding(path, answers.get(ENCODING, ""))
    top = _top(path, encoding)
    delimiter, header = _find_delimiter(top, known)
    headers = tidy_headers(header.cells)

    def rows() -> Iterator[Row]:
        records = iter(Records(read_blocks(path, encoding, header.line), delimiter, width=len(header.cells)))
        next(records)
        return (row for row in records if row.problem or not is_blank(row.cells))

    facts = {
        "kind": "csv",
        "encoding": encoding.name,
        "sure": encoding.sure,
        "delimiter": delimiter,
        "header_line": header.line,
    }
    return Table(headers, rows, facts, _notes(encoding, header, top), _doubts(path, encoding))


def _encoding(path: Path, answer: str) -> Encoding:
    """The encoding that was said or is likely; with every other one beside it for somebody who wants to be asked."""
    if answer != ASK:
        return detect_encoding(path, answer)
    likely = detect_encoding(path)
    return likely._replace(options=tuple(dict.fromkeys((likely.name, *likely.options, "utf-8", "cp1252", MAC, DOS))))


def _doubts(path: Path, encoding: Encoding) -> list[Doubt]:
    """How the first telling lines look under each plausible encoding."""
    if not encoding.options:
        return []
    lines = telling_lines(path)[: 1 << 16].splitlines()[:SHOWN_LINES]
    return [
        Doubt(
            ENCODING,
            [
                Option(name, plain_name(name), [line.decode(name, "replace")[:SHOWN_LETTERS] for line in lines])
                for name in encoding.options
            ],
        )
    ]


def _top(path: Path, encoding: Encoding) -> list[str]:
    """The lines among which the header must be."""
    kept: list[str] = []
    size = 0
    for block in read_blocks(path, encoding):
        for line in block.lines:
            kept.append(line)
            size += len(line)
            if len(kept) == LOOK_AT * 5 or size > LARGEST_TOP:
                return kept
    return kept


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
