"""What hostile files are made of: rows, sheets, archives and bombs, byte by byte."""

import io
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
