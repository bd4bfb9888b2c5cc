"""Workbooks: which sheet holds the people, and its rows as a table."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.imports.errors import Unreadable
from contacts.imports.reading import ods, xlsx
from contacts.imports.reading.delimited import LONGEST_CELL
from contacts.imports.reading.header import LOOK_AT, Known, find_header, header_score, tidy_headers
from contacts.imports.reading.sheets import Oddities, Sheet
from contacts.imports.reading.table import ASK, Answers, Doubt, Option, Problem, Row, Table, is_blank

SHOWN_ROWS, SHOWN_LETTERS = 3, 160
SHEET = "sheet"


class Candidate(NamedTuple):
    """A sheet that looks like people: how many of its headings we know, its header, and how it begins."""

    score: int
    sheet: Sheet
    header: Row
    beginning: list[str]


def open_workbook(path: Path, kind: str, known: Known, answers: Answers) -> Table:
    """The sheet that looks like people, as a table; raises Unreadable. `kind` is xlsx or ods."""
    odd = Oddities()
    sheets = (xlsx if kind == "xlsx" else ods).sheets_of(path, odd)
    candidates = [found for sheet in sheets if (found := _candidate(sheet, known))]
    if not candidates:
        raise Unreadable(
            _("No sheet has headings that look like people. Name the columns, such as E-mail, First name, Last name.")
        )
    chosen = _chosen(candidates, answers)
    sheet, header = chosen.sheet, chosen.header
    notes: list[str] = []

    def rows() -> Iterator[Row]:
        odd.counts.clear()
        for row in sheet.rows():
            if row.line > header.line and (row.problem or not is_blank(row.cells)):
                yield _checked(row)
        notes[:] = _odd_notes(odd)

    said = answers.get(SHEET, "")
    facts = {"kind": kind, "sheet": sheet.name, "sure": len(candidates) < 2, "header_line": header.line}
    table = Table(tidy_headers(header.cells), rows, facts)
    table.notes = [] if said else _notes(sheets, chosen)
    table.doubts = [] if said and said != ASK else _doubts(candidates, chosen, all_of_them=said == ASK)
    table.met = lambda: notes
    return table


def _candidate(sheet: Sheet, known: Known) -> Candidate | None:
    top = list(islice(sheet.rows(), LOOK_AT))
    header = find_header(top, known)
    if header is None:
        return None
    shown = [row for row in top if row.line >= header.line and not is_blank(row.cells)][:SHOWN_ROWS]
    beginning = [" · ".join(cell for cell in row.cells[:12] if cell)[:SHOWN_LETTERS] for row in shown]
    return Candidate(header_score(header.cells, known), sheet, header, beginning)


def _chosen(candidates: list[Candidate], answers: Answers) -> Candidate:
    """What a person said; else a sheet that can be seen, with the most headings we know, the first of equals."""
    if answers.get(SHEET, ASK) != ASK:
        named = [found for found in candidates if found.sheet.name == answers[SHEET]]
        if not named:
            raise Unreadable(
                _("The workbook has no sheet “%(sheet)s” with headings that look like people.")
                % {"sheet": answers[SHEET][:80]}
            )
        return named[0]
    return max(candidates, key=lambda found: (not found.sheet.hidden, found.score))


def _doubts(candidates: list[Candidate], chosen: Candidate, *, all_of_them: bool) -> list[Doubt]:
    """Several sheets with people under headings that say about as much: only a person knows which is meant."""
    enough = max(2, chosen.score - 1)
    seen = [found for found in candidates if found.sheet.hidden == chosen.sheet.hidden and found.score >= enough]
    if all_of_them:
        seen = sorted(candidates, key=lambda found: found is not chosen)
    rivals = [found for found in seen if len(found.beginning) > 1]
    if len(rivals) < 2:
        return []
    return [Doubt(SHEET, [Option(found.sheet.name, found.sheet.name, found.beginning) for found in rivals])]


def _notes(sheets: list[Sheet], chosen: Candidate) -> list[str]:
    if len(sheets) < 2:
        return []
    text = _("Only the sheet “%(sheet)s” was read; the workbook has %(count)d.")
    return [text % {"sheet": chosen.sheet.name, "count": len(sheets)}]


def _odd_notes(odd: Oddities) -> list[str]:
    """Sentences about cells that were empty only because the workbook does not say what is in them."""
    notes = []
    if unsolved := odd["unsolved"]:
        text = ngettext(
            "%(count)d cell has a formula whose result was never saved and was read as empty. "
            "Open the file in Excel, save it and send it again.",
            "%(count)d cells have formulas whose results were never saved and were read as empty. "
            "Open the file in Excel, save it and send it again.",
            unsolved,
        )
        notes.append(text % {"count": unsolved})
    if failed := odd["failed"]:
        text = ngettext(
            "%(count)d cell shows an error such as #N/A and was read as empty.",
            "%(count)d cells show an error such as #N/A and were read as empty.",
            failed,
        )
        notes.append(text % {"count": failed})
    return notes


def _checked(row: Row) -> Row:
    if row.problem:
        return row
    if any("\0" in cell for cell in row.cells):
        return row._replace(problem=Problem("", _("This row holds zero bytes (NUL); the file may be damaged.")))
    if any("\ufffd" in cell for cell in row.cells):
        return row._replace(problem=Problem("", _("This row has letters that cannot be read.")))
    if any(len(cell) > LONGEST_CELL for cell in row.cells):
        return row._replace(problem=Problem("", _("A cell of this row is longer than 100,000 characters.")))
    return row
