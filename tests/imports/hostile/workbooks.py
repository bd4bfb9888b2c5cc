"""Workbooks of Excel and OpenDocument."""

from tests.imports.hostile.making import (
    BOOK_ROWS,
    HEADINGS,
    LAUGHS,
    ODS_ROWS,
    TWO,
    XXE,
    Read,
    Refused,
    cells,
    compound,
    flat_bomb,
    ods,
    ods_cell,
    ods_row,
    packed,
    xlsx,
)


def excel_kinds() -> dict[str, Refused | Read]:
    """Workbooks of Excel."""
    date = '<c s="1"><v>45000</v></c>'
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    notes = cells("E-mail", "First name", "Last name", "Notes")
    return {
        "xlsx": Read(xlsx(*BOOK_ROWS), TWO),
        "xlsx called csv": Read(xlsx(*BOOK_ROWS), TWO, name="list.csv"),
        "cut xlsx": Refused(xlsx(*BOOK_ROWS)[:700], "damaged"),
        "xlsx whose sheet is cut": Refused(
            packed({"xl/workbook.xml": b"<workbook><sheets>", "xl/_rels/workbook.xml.rels": b"<R/>"}), "damaged"),
        "xlsx without its parts": Refused(packed({"xl/other.xml": b"<x/>"}), "damaged"),
        "xlsx with macros": Refused(xlsx(*BOOK_ROWS, more={"xl/vbaProject.bin": b"x"}), "macros"),
        "binary workbook": Refused(packed({"xl/workbook.bin": b"x"}), "xlsb"),
        "locked workbook": Refused(compound("EncryptedPackage"), "password"),
        "old workbook": Refused(compound("Workbook"), "old Excel"),
        "xlsx with an outside entity": Refused(xlsx(*BOOK_ROWS, doctype=XXE), "points to things outside"),
        "xlsx of a billion laughs": Refused(
            xlsx(HEADINGS, cells("ann@example.org", "&j;", "Lee"), doctype=LAUGHS), "points to things outside"),
        "xlsx that says it has a million columns": Read(xlsx(*BOOK_ROWS, before='<dimension ref="A1:XFD1048576"/>'),
                                                        TWO),
        "xlsx with a cell far away": Read(
            xlsx(*BOOK_ROWS, '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'), TWO, 1),
        "xlsx with rows that go back": Refused(xlsx(*BOOK_ROWS, '<row r="1"></row>'), "damaged"),
        "xlsx that points to no text": Read(
            xlsx(*BOOK_ROWS, cells("x@example.org", '<c t="s"><v>99</v></c>', "X"), shared="<si><t>a</t></si>"),
            TWO, 1),
        "xlsx with rich and phonetic text": Read(
            xlsx(HEADINGS, '<c t="s"><v>0</v></c>' + cells("Ann", "Lee"),
                 shared="<si><r><t>ann@</t></r><r><t>example.org</t></r><rPh><t>x</t></rPh></si>"),
            {"Ann Lee": "ann@example.org"}),
        "xlsx with unsolved formulas": Read(
            xlsx(*BOOK_ROWS[:2], cells("bo@example.org", "Bo", "King"), cells('<c><f>A1</f></c>', "X", "Y")), TWO, 1),
        "xlsx with errors in cells": Read(
            xlsx(HEADINGS, cells("ann@example.org", "Ann", "Lee"),
                 cells("bo@example.org", "Bo King", '<c t="e"><v>#N/A</v></c>')),
            {"Ann Lee": "ann@example.org", "Bo King": "bo@example.org"}),
        "xlsx with dates as numbers": Read(xlsx(notes, cells("ann@example.org", "Ann", "Lee", date), styles=styles),
                                           {"Ann Lee": "ann@example.org"}),
        "xlsx with a hidden sheet": Read(xlsx(*BOOK_ROWS, hidden=(HEADINGS, cells("x@example.org", "X", "Y"))), TWO),
        "xlsx with a merged title": Read(xlsx(cells("Members of 2019"), "", *BOOK_ROWS), TWO),
        "xlsx with zero bytes": Read(xlsx(*BOOK_ROWS, cells("x@example.org", "X_x0000_", "Y")), TWO, 1),
        "xlsx with a long cell": Read(xlsx(*BOOK_ROWS, cells("x@example.org", "x" * 200_000, "Y")), TWO, 1),
        "a bomb": Refused(flat_bomb, "unfolds to far more"),
    }  # fmt: skip


def open_kinds() -> dict[str, Refused | Read]:
    """OpenDocument sheets, and documents that are no sheets."""
    return {
        "ods": Read(ods(*ODS_ROWS), TWO),
        "ods with an outside entity": Refused(ods(*ODS_ROWS, doctype=XXE), "points to things outside"),
        "ods of a billion laughs": Refused(ods(*ODS_ROWS, ods_row("&j;"), doctype=LAUGHS), "points to things outside"),
        "ods with a billion empty rows": Read(ods(*ODS_ROWS, ods_row("", times=10**9)), TWO),
        "ods with a billion full rows": Refused(ods(*ODS_ROWS, ods_row("x@example.org", "X", "Y", times=10**9)),
                                                "unfolds to far more"),
        "ods with a billion full columns": Read(
            ods(*ODS_ROWS, ods_row("x@example.org", ods_cell("X", columns_repeated=10**9))), TWO, 1),
        "ods with a billion blanks": Read(
            ods(*ODS_ROWS[:2], ods_row("bo@example.org", f"Bo<text:s text:c=\"{10**9}\"/>", "King")), TWO),
        "ods with a comment": Read(
            ods(*ODS_ROWS[:2], ods_row("<table:table-cell><office:annotation><text:p>no@example.org</text:p>"
                                       "</office:annotation><text:p>bo@example.org</text:p></table:table-cell>",
                                       "Bo", "King")), TWO),
        "locked ods": Refused(ods(*ODS_ROWS, manifest="<m><encryption-data/></m>"), "password"),
        "cut ods": Refused(ods(*ODS_ROWS)[:300], "damaged"),
        "an OpenDocument text": Refused(ods(*ODS_ROWS, mimetype=b"application/vnd.oasis.opendocument.text"),
                                        "text or slides"),
        "a document of Word": Refused(packed({"word/document.xml": b"<x/>"}), "text or slides", "list.docx"),
    }  # fmt: skip


def workbook_kinds() -> dict[str, Refused | Read]:
    """Every kind of workbook."""
    return {**excel_kinds(), **open_kinds()}
