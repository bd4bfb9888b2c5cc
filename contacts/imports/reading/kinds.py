"""What kind of file it is, by what it holds and never by its name."""

import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable
from contacts.imports.reading.archive import guard_archive, opened_archive

TEXT, PACKED, XLSX, ODS = "text", "packed", "xlsx", "ods"
WORKBOOKS = (XLSX, ODS)
ZIP, EMPTY_ZIP, COMPOUND = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ODS_NAMES = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)
WEB_PAGE = (b"<html", b"<!doc", b"<?xml", b"<tabl", b"<head", b"<body", b"<meta", b"<!--", b"<styl")


def kind_of(path: Path) -> str:
    """One of the kinds that are read; raises Unreadable for every other and for a file that is empty."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise Unreadable(_("The file is empty. Send a CSV or Excel file with one row for each person."))
    if start.startswith(COMPOUND):
        raise Unreadable(_compound(path))
    if start.startswith((ZIP, EMPTY_ZIP)):
        return _kind_of_archive(path)
    if start.startswith(b"%PDF"):
        raise Unreadable(_("This is a PDF. Save the list as CSV or Excel (.xlsx) and send that file."))
    if start.startswith((b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ")):
        raise Unreadable(_("This file is packed in a way that is not read. Unpack it and send the list itself."))
    if _plain(start).startswith(WEB_PAGE):
        raise Unreadable(_("This is a web page, not a list. Save it as CSV or Excel (.xlsx) and send that file."))
    return TEXT


def _plain(start: bytes) -> bytes:
    """The first letters of a text in whatever encoding, in lower case."""
    return start[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:5].lower()


def _compound(path: Path) -> str:
    """Old Excel and locked new Excel share a wrapping; say which it is."""
    with path.open("rb") as file:
        beginning = file.read(1 << 20)
    if ENCRYPTED in beginning:
        return _("This workbook is locked with a password. Save it without one and send it again.")
    return _("This is an old Excel file (.xls). Open it, save it as .xlsx or CSV, and send that file.")


def _kind_of_archive(path: Path) -> str:
    with opened_archive(path) as archive:
        names = {entry.filename for entry in archive.infolist()}
        kind = _by_names(archive, names)
    if kind != PACKED:
        guard_archive(path)
    return kind


def _by_names(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/vbaProject.bin" in names:
        raise Unreadable(
            _("This workbook has macros in it. Save the list as .xlsx without macros, or as CSV, and send it.")
        )
    if "xl/workbook.bin" in names:
        raise Unreadable(_("This is a binary workbook (.xlsb). Save the list as .xlsx or CSV and send that file."))
    if any(name.startswith("xl/") for name in names):
        return XLSX
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise Unreadable(_("This is a text or slides, not a list. Save the list as CSV or .xlsx and send that file."))
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as file:
            if file.read(100).strip() in ODS_NAMES:
                return ODS
        raise Unreadable(_("This is a text or slides, not a list. Save the list as CSV or .xlsx and send that file."))
    return PACKED
