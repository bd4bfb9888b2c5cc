"""Workbooks written as a stream are read to the letter by openpyxl and by our own reader."""

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from contacts.imports.reading.sheets import Oddities
from contacts.imports.reading.xlsx import sheets_of
from crm.exports import workbook
from crm.exports.registry import NotExportable
from crm.exports.workbook import XlsxSheet, letters_of

TEXTS = {
    "plain": "Ann Lee",
    "marks of XML": "<b>R&D</b> ]]> \"quoted\" 'so'",
    "blanks at the ends": "  Ann ",
    "a blank at one end": "Ann ",
    "lines": "first\nsecond\n",
    "zeros": "02138",
    "a long number": "12345678901234567890",
    "accents and signs": "José Ñandú 李小龙 👩‍👧 😀",
    "no-break": "a\u00a0b",
    "looks like a formula": "'=1+1",
    "an error": "#N/A",
    "a tab": "a\tb",
}


def written(path: Path, *rows: list[str]) -> Path:
    with XlsxSheet(path) as sheet:
        sheet.write(rows)
    return path


def by_openpyxl(path: Path) -> list[list[str]]:
    return [[cell or "" for cell in row] for row in load_workbook(path).worksheets[0].values]


def by_us(path: Path) -> list[list[str]]:
    (sheet,) = sheets_of(path, Oddities())
    return [row.cells for row in sheet.rows()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_read_as_it_was_written(text, path):
    rows = [["one", "two", "three"], ["a", text, "z"], [text, "", text]]
    written(path, *rows)
    assert by_openpyxl(path) == rows
    assert by_us(path) == rows


@pytest.mark.parametrize(
    ("text", "read"),
    [("a\r\nb\rc", "a\nb\nc"), ("a\x00b\x1fc", "abc"), ("\ufffe", ""), ("a_x000D_b", "a_x000D_b"), ("_x0_", "_x0_")],
)
def test_what_a_workbook_cannot_hold_is_left_out_and_what_looks_like_an_escape_is_none(text, read, path):
    written(path, ["head", "text"], ["a", text])
    assert [*by_us(path)[1], ""][:2] == ["a", read]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=3, max_size=3), max_size=6
    )
)
def test_any_texts_at_all(rows, path):
    written(path, ["a", "b", "c"], *rows)
    kept = [[re.sub("\r\n?", "\n", text) for text in row] for row in rows]
    kept = [[workbook.NOT_XML.sub("", text) for text in row] for row in kept]
    read = [row + [""] * (3 - len(row)) for row in by_us(path)]
    assert [row for row in read[1:] if any(row)] == [row for row in kept if any(row)]


def test_rows_may_come_in_any_number_of_pieces(path):
    with XlsxSheet(path) as sheet:
        sheet.write([["head"]])
        sheet.write([])
        for piece in range(3):
            sheet.write([[f"{piece}{row}"] for row in range(2)])
    assert by_openpyxl(path) == [["head"], ["00"], ["01"], ["10"], ["11"], ["20"], ["21"]]


def test_a_cell_is_as_long_as_excel_allows_in_its_own_counting(path):
    written(path, ["head"], ["a" * 40_000], ["😀" * 20_000])
    assert [len(row[0]) for row in by_us(path)[1:]] == [32_767, 16_383]


def test_a_sheet_that_is_full_or_too_large_says_so(path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(NotExportable, match="1,048,576"):
        written(path, ["head"], ["a"], ["b"])
    monkeypatch.setattr(workbook, "LARGEST", 1_000)
    with pytest.raises(NotExportable, match="too long for an Excel sheet"):
        written(path, ["head"], ["a" * 1_000])


def test_cells_are_formatted_as_text_and_headings_stay_in_sight(path):
    written(path, ["Zip code"], ["02138"])
    sheet = load_workbook(path).worksheets[0]
    assert (sheet["A1"].font.b, sheet["A2"].font.b, sheet.freeze_panes) == (True, False, "A2")
    assert {sheet["A1"].number_format, sheet["A2"].number_format} == {"@"}
    assert sheet["A2"].data_type == "s"


def test_the_archive_is_one_that_every_excel_opens(path):
    written(path, ["head"], ["a"])
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        assert [entry.filename for entry in archive.infolist() if entry.extra or entry.flag_bits & 0x08] == []


@pytest.mark.parametrize(("at", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_letters(at, letters):
    assert letters_of(at) == letters
