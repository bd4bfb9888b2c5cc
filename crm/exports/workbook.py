"""Excel workbooks of one sheet, written as a stream: the XML of some rows goes packed to the file and is forgotten.

openpyxl takes seventeen times as long, even where it writes only. What is written here is little of the format: texts
that stand in their cells (`inlineStr`), each cell formatted as text, headings that are bold and stay in sight.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _

from crm.exports.registry import NotExportable

LONGEST_CELL = 32_767
"""Letters of a cell, as Excel counts them: in units of UTF-16."""
MOST_ROWS = 1_048_576
LARGEST = (1 << 31) - (1 << 20)
"""Bytes of a sheet before it is packed; past 2 GB a ZIP needs marks at which Excel offers a repair."""
PACKED = 1
"""How hard it is packed: the usual 6 makes the file a sixth smaller and the sheet a third slower to write."""

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LINES = re.compile("\r\n?")
LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as a letter by its number, such as `_x000D_`."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET = "xl/worksheets/sheet1.xml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/{SHEET}" ContentType="{KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATED}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
"""Everything of a workbook but its rows. Format 49 is text: what is typed into a cell later stays as it is typed."""
TEXT, BOLD = 1, 2
"""Places in `cellXfs`."""
BEFORE = (
    f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    f'<cols><col min="1" max="%d" width="18" customWidth="1" style="{TEXT}"/></cols><sheetData>'
)
AFTER = "</sheetData></worksheet>"


class XlsxSheet:
    """A workbook of one sheet, every cell a text: zip codes keep their zeros, long numbers their digits."""

    def __init__(self, path: Path) -> None:
        self.archive = ZipFile(path, "w", ZIP_DEFLATED, compresslevel=PACKED)
        for name, text in PARTS.items():
            self.archive.writestr(name, XML + text)
        self.sheet = self.archive.open(SHEET, "w")
        self.places: list[str] = []
        self.rows = self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._add(AFTER)
        finally:
            self.sheet.close()
            self.archive.close()

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Add some rows; raises NotExportable when Excel has no room for them."""
        written = []
        for cells in rows:
            if self.rows >= MOST_ROWS:
                raise NotExportable(_("An Excel sheet ends after 1,048,576 rows. Take the list as CSV."))
            self.rows += 1
            if self.rows == 1:
                self.places = [f'<c r="{letters_of(at)}' for at in range(len(cells))]
                self._add(BEFORE % len(cells))
            written.append(self._row(cells))
        self._add("".join(written))

    def _row(self, cells: Sequence[str]) -> str:
        """The XML of a row; cells without a text are left out."""
        texts, mark = _escaped(cells)
        middle = f'{self.rows}" s="{BOLD if self.rows == 1 else TEXT}" t="inlineStr"><is>{mark}'
        placed = zip(self.places, texts, strict=True)
        filled = "".join([f"{place}{middle}{text}</t></is></c>" for place, text in placed if text])
        return f'<row r="{self.rows}">{filled}</row>'

    def _add(self, text: str) -> None:
        packed = text.encode()
        self.size += len(packed)
        if self.size > LARGEST:
            raise NotExportable(_("This list is too long for an Excel sheet. Take it as CSV."))
        self.sheet.write(packed)


def letters_of(at: int) -> str:
    """The letters of a column: A for 0, Z for 25, AA for 26."""
    letters = ""
    at += 1
    while at:
        at, place = divmod(at - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def _escaped(cells: Sequence[str]) -> tuple[Sequence[str], str]:
    """The texts as they stand in XML, and the mark before each; most rows are escaped at once, without a look at every
    cell."""
    row = "<".join(cells)
    if (
        row.isprintable()
        and len(row) <= LONGEST_CELL // 2
        and row.count("<") == len(cells) - 1
        and not any(odd in row for odd in ("_x", " <", "< "))
        and row == row.strip()
    ):
        return row.replace("&", "&amp;").replace(">", "&gt;").split("<"), "<t>"
    return [_text(cell) if cell else "" for cell in cells], '<t xml:space="preserve">'


def _text(cell: str) -> str:
    """A text with nothing in it that XML or Excel cannot hold, and with lines broken as Excel breaks them."""
    text = NOT_XML.sub("", LINES.sub("\n", cell))
    if len(text) > LONGEST_CELL // 2:
        text = text.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore")
    text = LOOKS_ESCAPED.sub("_x005F_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
