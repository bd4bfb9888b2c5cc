"""Every format of list is read to the letter, and no bytes whatever make reading fail but by a sentence."""

from contextlib import suppress
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.imports.cleaning import Cleaner
from contacts.imports.errors import Unreadable
from contacts.imports.house import House
from contacts.imports.mapping import is_known, map_columns
from contacts.imports.reading import open_table
from tests.fuzzing import examples
from tests.imports.hostile.making import (
    ANN,
    BO,
    BOOK_ROWS,
    HEAD,
    HEADINGS,
    ODS_ROWS,
    cells,
    ods,
    ods_cell,
    ods_row,
    packed,
    xlsx,
)

STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="0.00 &quot;days&quot;"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="22"/><xf numFmtId="20"/></cellXfs>'
)


def shown(table) -> list[list[str]]:
    return [row.cells for row in table.rows()]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><v>28202</v></c>", "28202"),
        ("<c><v>28202.0</v></c>", "28202"),
        ("<c><v>7.04555010E9</v></c>", "7045550100"),
        ("<c><v>0.1</v></c>", "0.1"),
        ("<c><v>12345678901234567890</v></c>", "12345678901234567890"),
        ('<c s="1"><v>45000</v></c>', "2023-03-15"),
        ('<c s="2"><v>45000</v></c>', "2023-03-15"),
        ('<c s="3"><v>45000</v></c>', "45000"),
        ('<c s="4"><v>45000.75</v></c>', "2023-03-15 18:00"),
        ('<c s="5"><v>0.75</v></c>', "18:00"),
        ('<c s="1"><v>1e300</v></c>', "1e+300"),
        ('<c s="99"><v>1</v></c>', "1"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="str"><f>A1</f><v>Lee</v></c>', "Lee"),
        ('<c t="d"><v>2023-03-15</v></c>', "2023-03-15"),
        ('<c t="inlineStr"><is><r><t>L</t></r><r><t>ee</t></r></is></c>', "Lee"),
        ('<c t="inlineStr"><is><t>a_x000D_b</t></is></c>', "a\rb"),
        ('<c t="e"><v>#REF!</v></c>', ""),
    ],
)
def test_a_cell_of_excel_is_read_as_it_is_seen(table_of, cell, text):
    table = table_of(xlsx(HEADINGS, cells("ann@example.org", "Ann") + cell, styles=STYLES))
    (row,) = shown(table)
    assert [*row, ""][2] == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<table:table-cell office:value-type="float" office:value="28202"/>', "28202"),
        ('<table:table-cell office:value-type="currency" office:value="12.5"/>', "12.5"),
        ('<table:table-cell office:value-type="date" office:date-value="2023-03-15"/>', "2023-03-15"),
        ('<table:table-cell office:value-type="date" office:date-value="2023-03-15T18:00:00"/>', "2023-03-15 18:00"),
        ('<table:table-cell office:value-type="date" office:date-value="soon"/>', "soon"),
        ('<table:table-cell office:value-type="boolean" office:boolean-value="true"/>', "TRUE"),
        (ods_cell('A<text:s text:c="2"/>B<text:tab/>C<text:line-break/>D'), "A  B\tC\nD"),
        (ods_cell("one</text:p><text:p>two"), "one\ntwo"),
    ],
)
def test_a_cell_of_opendocument_is_read_as_it_is_seen(table_of, cell, text):
    table = table_of(ods(ODS_ROWS[0], ods_row("ann@example.org", "Ann", cell)))
    assert shown(table)[0][2] == text


def test_cells_stand_in_the_column_they_name(table_of):
    far = '<c r="C2" t="inlineStr"><is><t>Lee</t></is></c><c r="A2" t="inlineStr"><is><t>ann@example.org</t></is></c>'
    assert shown(table_of(xlsx(HEADINGS, f'<row r="2">{far}</row>'))) == [["ann@example.org", "", "Lee"]]


def test_lines_are_those_of_the_sheet(table_of):
    rows = (HEADINGS, f'<row r="7">{cells("ann@example.org", "Ann", "Lee")}</row>')
    assert [row.line for row in table_of(xlsx(*rows)).rows()] == [7]
    table = table_of(ods(ODS_ROWS[0], ods_row("", times=5), ods_row("ann@example.org", "Ann", "Lee", times=2)))
    assert [row.line for row in table.rows()] == [7, 8]


def test_formulas_without_results_are_said_and_not_silently_empty(table_of):
    unsolved = cells("ann@example.org", "Ann", "<c><f>A1</f></c>")
    table = table_of(xlsx(HEADINGS, unsolved, unsolved))
    assert len(shown(table)) == 2
    assert "2 cells have formulas whose results were never saved" in table.met()[0]
    formula = '<table:table-cell table:formula="of:=[.A1]"/>'
    table = table_of(ods(ODS_ROWS[0], ods_row("ann@example.org", "Ann", formula)))
    shown(table)
    assert "1 cell has a formula" in table.met()[0]


def test_a_packed_list_stays_as_long_as_it_is_read_and_not_longer(table_of):
    table = table_of(packed({"list.csv": (HEAD + ANN + BO).encode()}))
    assert len(shown(table)) == len(shown(table)) == 2
    assert table.format["packed"] == "list.csv"
    assert "“list.csv” was taken out" in table.notes[0]


GOOD = {
    "csv": (HEAD + ANN + BO + '"c@x.org","C ""C""","two\nlines"\r\n').encode() * 3,
    "cp1252": (HEAD + "ann@example.org,José,Peña\r\n").encode("cp1252"),
    "utf-16": (HEAD + ANN).encode("utf-16"),
    "tsv": (HEAD + ANN + BO).replace(",", "\t").encode(),
    "xlsx": xlsx(*BOOK_ROWS, shared="<si><t>x</t></si>", styles=STYLES),
    "ods": ods(*ODS_ROWS),
    "zip": packed({"list.csv": (HEAD + ANN + BO).encode()}),
}
"""One good file of each kind, to be damaged."""


def understood(path) -> int:
    """Read and clean all of a file as an import does; how many rows it has."""
    table = open_table(path, is_known)
    rows = list(table.rows())
    columns = map_columns(table.headers, islice((row.cells for row in rows if not row.problem), 200))
    cleaner = Cleaner(columns, House(), blanks=True)
    for row in rows:
        entry = cleaner(row)
        assert entry.problem or entry.name or entry.emails
    return len(rows)


QUIET = examples(150)


def tried(tmp_path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with suppress(Unreadable):
        understood(path)


@QUIET
@given(st.binary(max_size=400))
def test_any_bytes_end_in_rows_or_a_sentence(tmp_path, content):
    tried(tmp_path, content)


@QUIET
@given(st.binary(max_size=200))
def test_any_bytes_under_a_good_header_end_in_rows_or_a_sentence(tmp_path, content):
    tried(tmp_path, HEAD.encode() + content)


@QUIET
@given(
    st.sampled_from(sorted(GOOD)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=3), st.booleans()), max_size=8),
    st.floats(0, 1),
)
def test_a_damaged_good_file_ends_in_rows_or_a_sentence(tmp_path, kind, hits, kept):
    content = bytearray(GOOD[kind])
    for where, new, inserted in hits:
        at = int(where * len(content))
        content[at : at if inserted else at + len(new)] = new
    tried(tmp_path, bytes(content[: round(len(content) * (kept if kept > 0.5 else 1))]))


XML = st.text(alphabet='<>/"=&;acrvtsi 0123456789:', max_size=60)


@QUIET
@given(XML, st.booleans())
def test_a_sheet_of_broken_xml_ends_in_rows_or_a_sentence(tmp_path, text, is_ods):
    tried(tmp_path, ods(*ODS_ROWS, text) if is_ods else xlsx(*BOOK_ROWS, f"<row>{text}</row>"))
