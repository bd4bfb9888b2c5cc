"""Files made to harm or merely unlucky, each built here byte by byte, with what must come of them.

A kind is either `Refused`, with words of its sentence, or `Read`, with the people that are in the book afterwards
(name → address) and how many rows were rejected.
"""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import NamedTuple

HEAD = "E-mail,First name,Last name\r\n"
ANN = "ann@example.org,Ann,Lee\r\n"
BO = "bo@example.org,Bo,King\r\n"
TWO = {"Ann Lee": "ann@example.org", "Bo King": "bo@example.org"}


class Refused(NamedTuple):
    """A file of which nothing is taken."""

    content: bytes | Callable[[], bytes]
    words: str
    name: str = "list.csv"


class Read(NamedTuple):
    """A file of which the right rows are taken."""

    content: bytes | Callable[[], bytes]
    people: dict[str, str]
    rejected: int = 0
    name: str = "list.csv"


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of named entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def cells(*values: object) -> str:
    """Cells of a sheet of Excel: text as inline text, numbers as numbers, ready-made XML as it is."""
    made = []
    for value in values:
        if isinstance(value, str) and value.startswith("<c"):
            made.append(value)
        elif isinstance(value, str):
            made.append(f'<c t="inlineStr"><is><t>{value}</t></is></c>')
        else:
            made.append(f"<c><v>{value}</v></c>")
    return "".join(made)


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(*rows: str, before: str = "", shared: str = "", doctype: str = "", more: dict[str, bytes] | None = None,
         styles: str = "", hidden: tuple[str, ...] = ()) -> bytes:  # fmt: skip
    """A workbook whose sheet has these rows (XML of their cells); `hidden` are rows of a hidden sheet before it."""
    sheets = [hidden, rows] if hidden else [rows]
    names = [("Secret", ' state="hidden"'), ("Sheet1", "")] if hidden else [("Sheet1", "")]
    listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"{s}/>' for i, (n, s) in enumerate(names, 1))
    parts = "".join(f'<Relationship Id="r{i}" Type="{TYPE}/worksheet" Target="worksheets/s{i}.xml"/>' for i in (1, 2))
    if shared:
        parts += f'<Relationship Id="r8" Type="{TYPE}/sharedStrings" Target="sharedStrings.xml"/>'
    if styles:
        parts += f'<Relationship Id="r9" Type="{TYPE}/styles" Target="/xl/styles.xml"/>'
    entries = {
        "xl/workbook.xml": f'{doctype}<workbook {MAIN} xmlns:r="{TYPE}"><sheets>{listed}</sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}">{parts}</Relationships>'.encode(),
        **({"xl/sharedStrings.xml": f"<sst {MAIN}>{shared}</sst>".encode()} if shared else {}),
        **({"xl/styles.xml": f"<styleSheet {MAIN}>{styles}</styleSheet>".encode()} if styles else {}),
    }
    for number, made in enumerate(sheets, 1):
        body = "".join(row if row.startswith("<row") else f"<row>{row}</row>" for row in made)
        sheet = f"{doctype}<worksheet {MAIN}>{before}<sheetData>{body}</sheetData></worksheet>"
        entries[f"xl/worksheets/s{number}.xml"] = sheet.encode()
    return packed({**entries, **(more or {})})


HEADINGS = cells("E-mail", "First name", "Last name")
BOOK_ROWS = (HEADINGS, cells("ann@example.org", "Ann", "Lee"), cells("bo@example.org", "Bo", "King"))
XXE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"


def ods_cell(text: str, **facts: object) -> str:
    """One cell of text, with attributes of `table:` (`columns_repeated`)."""
    more = "".join(f' table:number-{name.replace("_", "-")}="{value}"' for name, value in facts.items())
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def ods_row(*values: str, times: int = 1) -> str:
    """One row of cells; ready-made XML is taken as it is."""
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    made = "".join(value if value.startswith("<table:") else ods_cell(value) for value in values)
    return f"<table:table-row{repeated}>{made}</table:table-row>"


def ods(*rows: str, doctype: str = "", manifest: str = "<m/>", mimetype: bytes = ODS_MIME) -> bytes:
    """An OpenDocument sheet with these rows."""
    spaces = " ".join(f'xmlns:{name}="{OPEN}{name}:1.0"' for name in ("office", "table", "text", "style"))
    table = f'<table:table table:name="Sheet1">{"".join(rows)}</table:table>'
    content = f"{doctype}<office:document-content {spaces}><office:body><office:spreadsheet>{table}"
    content += "</office:spreadsheet></office:body></office:document-content>"
    entries = {"mimetype": mimetype, "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    return packed(entries)


ODS_ROWS = (
    ods_row("E-mail", "First name", "Last name"),
    ods_row("ann@example.org", "Ann", "Lee"),
    ods_row("bo@example.org", "Bo", "King"),
)


def flat_bomb(name: str = "xl/worksheets/s1.xml") -> bytes:
    """Three hundred megabytes of noughts in a few hundred kilobytes."""
    out = io.BytesIO(xlsx(*BOOK_ROWS))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(name + ".more", "w", force_zip64=True) as entry,
    ):
        for _megabyte in range(300):
            entry.write(b"0" * (1 << 20))
    return out.getvalue()


def lying_bomb() -> bytes:
    """A bomb whose directory says that it is small."""
    content = bytearray(packed({"list.csv": b"0" * (64 << 20)}))
    size = (64 << 20).to_bytes(4, "little")
    return bytes(content.replace(size, (100).to_bytes(4, "little")))


def nested_bomb() -> bytes:
    """Packed files in packed files."""
    content = packed({"list.csv": b"0" * (1 << 20)})
    for _level in range(5):
        content = packed({f"{n}.zip": content for n in range(10)})
    return content


def locked_zip() -> bytes:
    """A ZIP file that says its entry has a password."""
    content = bytearray(packed({"list.csv": (HEAD + ANN).encode()}))
    content[6] |= 1
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def linked_zip() -> bytes:
    """A ZIP file whose entry is a link to a file of the server."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("list.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def compound(marker: str = "") -> bytes:
    """The wrapping that old Excel and locked new Excel share."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + marker.encode("utf-16-le") + bytes(600)


def csv_kinds() -> dict[str, Refused | Read]:
    """Text files: letters, line ends, quotes, headers."""
    two = HEAD + ANN + BO
    named = "E-mail,Name\r\n"
    return {
        "UTF-8": Read(two.encode(), TWO),
        "a byte order mark": Read(two.encode("utf-8-sig"), TWO),
        "a byte order mark in the middle": Read((HEAD + ANN + "\ufeff" + BO).encode(), TWO),
        "UTF-16 with a mark": Read(two.encode("utf-16"), TWO),
        "UTF-16 big end first": Read(two.encode("utf-16-be"), TWO),
        "UTF-32": Read(two.encode("utf-32"), TWO),
        "UTF-16 cut in the middle of a letter": Read(b"\xff\xfe" + two.encode("utf-16-le")[:-1], TWO, 1),
        "Windows letters": Read((HEAD + "ann@example.org,José,Peña\r\n").encode("cp1252"),
                                {"José Peña": "ann@example.org"}),
        "an impossible byte": Read((HEAD + ANN).encode() + b"bo@example.org,B\xc3\x28,King\r\n"
                                   + "jo@example.org,José,Peña\r\nio@example.org,Iñés,Núñez\r\n".encode(),
                                   {"Ann Lee": "ann@example.org", "José Peña": "jo@example.org"}, 1),
        "sep= and semicolons": Read(("sep=;\r\n" + two.replace(",", ";")).encode(), TWO),
        "sep= a quotation mark": Read(('sep="\r\n' + two).encode(), TWO),
        "tabs": Read(two.replace(",", "\t").encode(), TWO, name="list.tsv"),
        "carriage returns only": Read(two.replace("\r\n", "\r").encode(), TWO),
        "all kinds of line ends": Read((HEAD + ANN.replace("\r\n", "\n") + BO.replace("\r\n", "\r")).encode(), TWO),
        "a line separator of Unicode in a cell": Read((HEAD + "ann@example.org,A\u2028nn,Lee\r\n").encode(),
                                                      {"A nn Lee": "ann@example.org"}),
        "quotes everywhere": Read("\r\n".join(",".join(f'"{cell}"' for cell in line.split(","))
                                              for line in two.split("\r\n") if line).encode(), TWO),
        "quotes in quotes": Read((HEAD + 'ann@example.org,"Ann ""Annie""",Lee\r\n').encode(),
                                 {'Ann "Annie" Lee': "ann@example.org"}),
        "a quote that never closes": Read((HEAD + '"x@example.org,X,X\r\n' + ANN + BO).encode(), TWO, 1),
        "quotes that open on every other page": Refused(
            lambda: (HEAD + ('"' + '""\n' * 499) * 1_200).encode(), "quotation marks of this file do not match"),
        "a cell of a megabyte": Read((HEAD + f"x@example.org,{'x' * (1 << 20)},X\r\n" + ANN + BO).encode(), TWO, 1),
        "a cell of a megabyte with line breaks": Read(
            (HEAD + 'x@example.org,"' + ("x" * 60 + "\n") * 17_000 + '",X\r\n' + ANN + BO).encode(), TWO, -1),
        "ten thousand columns": Refused((",".join(["E-mail", *map(str, range(10_000))]) + "\r\n" + ANN).encode(),
                                        "more than 2,000 columns"),
        "no columns": Refused(b"\r\n\r\n\r\n \r\n", "empty"),
        "commas only": Refused(b",,,\r\n,,,\r\n", "No column looks like"),
        "a header and nothing else": Refused(HEAD.encode(), "no rows under"),
        "the header twice": Read((HEAD + ANN + HEAD + BO).encode(), TWO, 1),
        "the header in row 30": Read(("Read this first\r\n" * 29 + two).encode(), TWO),
        "the header in row 300": Refused(("x,y\r\n" * 299 + two).encode(), "No column looks like"),
        "the same heading twice": Read((HEAD.replace("Last name", "Last name,E-mail") + "ann@example.org,Ann,Lee,\r\n"
                                        + "bo@example.org,Bo,King,\r\n").encode(), TWO),
        "empty headings": Read((",," + HEAD + "1,2," + ANN + ",," + BO).encode(), TWO),
        "empty headings at the right": Read((HEAD.strip() + ",,,\r\n" + ANN.strip() + ",,,\r\n" + BO).encode(), TWO),
        "more cells than headings": Read((HEAD + "x@example.org,X,Y,1,2,3\r\n" + ANN + BO).encode(), TWO, 1),
        "ragged rows": Read((HEAD + ANN + "bo@example.org,Bo\r\nx@example.org,X,Y,Z,Q\r\n").encode(),
                            {"Ann Lee": "ann@example.org", "Bo": "bo@example.org"}, 1),
        "zero bytes": Read((HEAD + ANN + BO + "x@example.org,X\0,Y\r\n").encode(), TWO, 1),
        "nothing but zero bytes": Refused(bytes(5000), "empty"),
        "control letters": Read((HEAD + "ann@example.org,A\x07nn,L\x1bee\r\n").encode(),
                                {"A nn L ee": "ann@example.org"}),
        "formulas for names": Read((named + "ann@example.org,'=cmd|' /C calc'!A0\r\n"
                                    "bo@example.org,'+Bo King\r\n").encode(),
                                   {"=cmd|' /C calc'!A0": "ann@example.org", "+Bo King": "bo@example.org"}),
        "a formula for an address": Read((HEAD + "=cmd|' /C calc'!A0,X,Y\r\n" + ANN + BO).encode(), TWO, 1),
        "SQL for a name": Read((named + "ann@example.org,Robert'); DROP TABLE contacts_stakeholder;--\r\n").encode(),
                               {"Robert'); DROP TABLE contacts_stakeholder;--": "ann@example.org"}),
        "HTML for a name": Read((named + "ann@example.org,<script>alert(1)</script>\r\n").encode(),
                                {"<script>alert(1)</script>": "ann@example.org"}),
        "backslashes for a name": Read((HEAD + "ann@example.org,\\N,\\.\r\n").encode(), {"\\N \\.": "ann@example.org"}),
        "letters from right to left": Read((named + "ann@example.org,محمد علي\r\n").encode(),
                                           {"محمد علي": "ann@example.org"}),
        "letters without width": Read((HEAD + "ann@example.org,An\u200bn,\u202eLee\r\n").encode(),
                                      {"An n Lee": "ann@example.org"}),
        "emoji": Read((HEAD + "ann@example.org,Ann 🎉,Lee\r\n").encode(), {"Ann 🎉 Lee": "ann@example.org"}),
        "people called Null and True": Read((HEAD + "ann@example.org,Null,True\r\n").encode(),
                                            {"Null True": "ann@example.org"}),
        "an address with letters of other alphabets": Read((HEAD + "ann@münchen.example,Ann,Lee\r\n").encode(),
                                                           {"Ann Lee": "ann@münchen.example"}),
        "a quoted local part": Read((HEAD + '"""a b""@example.org",X,Y\r\n' + ANN + BO).encode(), TWO, 1),
        "mailto and brackets": Read((HEAD + "mailto:ann@example.org,Ann,Lee\r\nBo King <bo@example.org>,Bo,King\r\n")
                                    .encode(), TWO),
        "several addresses in a cell": Read((HEAD + "ann@example.org; ann@example.net,Ann,Lee\r\n").encode(),
                                            {"Ann Lee": "ann@example.org"}),
        "digits of another script": Read(("E-mail,Name,Phone\r\nann@example.org,Ann Lee,٧٠٤٥٥٥٠١٠٠\r\n").encode(),
                                         {"Ann Lee": "ann@example.org"}),
        "JSON": Refused(json.dumps([{"email": "ann@example.org", "name": "Ann"}]).encode(), "No column looks like"),
        "XML": Refused(b'<?xml version="1.0"?><people><p>Ann</p></people>', "web page"),
        "a web page called Excel": Refused(b"\xef\xbb\xbf\r\n<table><tr><td>E-mail</td></tr></table>", "web page",
                                           "list.xls"),
        "a web page in UTF-16": Refused("<html><table>".encode("utf-16"), "web page", "list.xls"),
        "a mail": Refused(b"From: ann@example.org\r\nSubject: list\r\n\r\nHere it is.\r\n", "No column looks like"),
        "a PDF": Refused(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        "a picture": Refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8, "not a text or Excel file"),
        "gzip": Refused(gzip.compress((HEAD + ANN).encode()), "packed in a way that is not read", "list.csv.gz"),
        "nothing": Refused(b"", "empty"),
        "a name with a path": Read(two.encode(), TWO, name="../../etc/passwd"),
        "a name with control letters": Read(two.encode(), TWO, name="li\nst\t\x1b[31m.csv"),
        "a very long name": Read(two.encode(), TWO, name="x" * 400 + ".csv"),
    }  # fmt: skip


def workbook_kinds() -> dict[str, Refused | Read]:
    """Workbooks of Excel and OpenDocument."""
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


def packed_kinds() -> dict[str, Refused | Read]:
    """Packed files."""
    two = (HEAD + ANN + BO).encode()
    return {
        "zip of a csv": Read(packed({"list.csv": two}), TWO),
        "zip of a csv, called csv": Read(packed({"list.csv": two}), TWO, name="list.csv"),
        "zip of a workbook": Read(packed({"list.xlsx": xlsx(*BOOK_ROWS)}), TWO),
        "zip of an ods": Read(packed({"list.ods": ods(*ODS_ROWS)}), TWO),
        "zip of a Mac": Read(packed({"list.csv": two, "__MACOSX/._list.csv": b"\0\5\x16\7", ".DS_Store": b"x"}), TWO),
        "zip of a list and a letter": Read(packed({"in/list.csv": two, "in/read me.pdf": b"%PDF"}), TWO),
        "zip of two lists": Refused(packed({"a.csv": two, "b.csv": two}), "several lists in it: a.csv, b.csv"),
        "zip in a zip": Refused(packed({"list.csv": packed({"list.csv": two})}), "packed file in a packed file"),
        "zip of a zip": Refused(packed({"inner.zip": packed({"list.csv": two})}), "inner.zip, which is not read"),
        "zip of nothing": Refused(packed({}), "without a list"),
        "zip of an empty list": Refused(packed({"list.csv": b""}), "empty"),
        "zip of a folder": Refused(packed({"list.csv/": b""}), "without a list"),
        "zip that climbs out": Read(packed({"../../../tmp/list.csv": two}), TWO),
        "zip that climbs out as on Windows": Read(packed({"..\\..\\list.csv": two}), TWO),
        "zip with an absolute name": Read(packed({"/etc/cron.d/list.csv": two}), TWO),
        "zip with a link": Refused(linked_zip(), "without a list"),
        "locked zip": Refused(locked_zip(), "password"),
        "cut zip": Refused(packed({"list.csv": two})[:80], "damaged"),
        "zip of a bomb": Refused(lambda: packed({"list.csv": b"0" * (64 << 20)}), "unfolds to far more"),
        "zip that lies about its size": Refused(lying_bomb, "unfolds to far more"),
        "zip of zips of zips": Refused(nested_bomb, "which is not read"),
        "zip of three thousand parts": Refused(lambda: packed({f"{n}.csv": b"x" for n in range(3000)}),
                                               "too many parts"),
    }  # fmt: skip


def every_kind() -> dict[str, Refused | Read]:
    """All of them by name."""
    return {**csv_kinds(), **workbook_kinds(), **packed_kinds()}
