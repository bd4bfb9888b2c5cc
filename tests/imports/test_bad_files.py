"""Files as they should not be: each ends in a sentence or in exact rows, never in a traceback or a wrong person."""

import io
import random
import zipfile
from contextlib import suppress

import openpyxl
import pytest

from contacts.imports.actions import check_import
from contacts.imports.errors import Unreadable
from contacts.imports.models import ImportRun
from contacts.models import Stakeholder
from tests.imports.conftest import csv_of

GOOD = b"E-mail,First name,Last name\r\nann@example.org,Ann,Lee\r\n"


def workbook(rows, name="Sheet1", before=()) -> bytes:
    """An Excel file with the sheets `before` and then one with `rows`."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in (*before, (name, rows)):
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zip_of(**entries: bytes) -> bytes:
    """A ZIP file of named entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def bomb() -> bytes:
    """A workbook of a few hundred kilobytes that unfolds to more than we ever read."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry,
    ):
        for _megabyte in range(300):
            entry.write(b"0" * (1 << 20))
    return out.getvalue()


REFUSED = {
    "empty": (b"", "empty"),
    "only blanks": (b"\r\n \r\n\t\r\n", "empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "empty"),
    "random bytes": (random.Random(1).randbytes(4000), "not a text or Excel file"),
    "an executable": (b"\x7fELF\x02\x01\x01" + bytes(3000), "not a text or Excel file"),
    "a photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + random.Random(2).randbytes(3000), "not a text or Excel file"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "PDF"),
    "a web page": (b"<!DOCTYPE html><html><table><tr><td>E-mail", "web page"),
    "headings nobody knows": (b"Colour,Shape\r\nred,round\r\n", "No column looks like"),
    "only a zip column": (b"Zip,Phone\r\n28202,7045550100\r\n", "No column looks like"),
    "no header": (b"ann@example.org,Ann,Lee\r\nbo@example.org,Bo,Lee\r\n", "No column looks like"),
    "headings and nothing under them": (b"E-mail,First name\r\n", "no rows under"),
    "prose": (b"Dear all,\r\nplease find the list attached.\r\nBest\r\n", "No column looks like"),
    "an old Excel file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "old Excel"),
    "a locked workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600),
        "password",
    ),
    "a workbook with macros": (zip_of(xl__workbook=b"x", **{"xl/vbaProject.bin": b"x"}), "macros"),
    "a packed text": (zip_of(list=b"E-mail\r\na@example.org"), "without a list in it"),
    "a cut workbook": (workbook([["E-mail"], ["a@example.org"]])[:900], "damaged"),
    "a workbook of garbage": (zip_of(xl__workbook=b"<broken"), "damaged"),
    "a workbook of no people": (workbook([["Colour", "Shape"], ["red", "round"]]), "No sheet has headings"),
    "an empty workbook": (workbook([]), "No sheet has headings"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_with_a_sentence(receive, kind):
    content, words = REFUSED[kind]
    run = receive(content)
    with pytest.raises(Unreadable, match=words) as refusal:
        check_import(run)
    run.refresh_from_db()
    assert (run.state, run.refusal) == (ImportRun.State.REFUSED, str(refusal.value))
    assert "\n" not in run.refusal


def test_a_bomb_is_refused_before_it_unfolds(receive):
    with pytest.raises(Unreadable, match="unfolds to far more"):
        check_import(receive(bomb(), name="list.xlsx"))


ROWS = [("E-mail", "First name", "Last name"), ("ann@example.org", "Ana", "Núñez"), ("bo@example.org", "Bo", "Lee")]
TEXT = "\r\n".join(",".join(row) for row in ROWS) + "\r\n"

READ = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "UTF-16 little with a mark": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "UTF-16 big with a mark": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "UTF-16 little without": TEXT.encode("utf-16-le"),
    "UTF-16 big without": TEXT.encode("utf-16-be"),
    "UTF-32": TEXT.encode("utf-32"),
    "Windows-1252": TEXT.encode("cp1252"),
    "Latin-1": TEXT.encode("latin-1"),
    "semicolons": TEXT.replace(",", ";").encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
    "bars": TEXT.replace(",", "|").encode(),
    "Excel's hint": b"sep=;\r\n" + TEXT.replace(",", ";").encode(),
    "line feeds": TEXT.replace("\r\n", "\n").encode(),
    "carriage returns": TEXT.replace("\r\n", "\r").encode(),
    "mixed line ends": TEXT.replace("\r\n", "\n", 1).encode(),
    "no line end at the end": TEXT.rstrip().encode(),
    "empty lines at the end": TEXT.encode() + b"\r\n\r\n,,\r\n\r\n",
    "empty columns at the right": TEXT.replace("\r\n", ",,\r\n").encode(),
    "a title above": b"Alumni list 2019\r\nPlease do not share\r\n\r\n" + TEXT.encode(),
    "everything in quotes": "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS).encode(),
    "a second column of one name": TEXT.replace("\r\n", ",\r\n").replace("Last name,", "Last name,E-mail", 1).encode(),
    "short rows": TEXT.replace("Last name", "Last name,Zip,Notes", 1).encode(),
    "an unknown heading over addresses": TEXT.replace("E-mail", "Kontakt", 1).encode(),
    "a workbook": workbook(ROWS),
    "a workbook with a cover": workbook(ROWS, before=[("Cover", [["Read me"], ["2019"]])]),
    "a workbook with a title above": workbook([["Alumni list"], [], *ROWS]),
}


@pytest.mark.parametrize("kind", READ)
def test_it_is_read_to_the_letter(commit, kind):
    run = commit(READ[kind])
    assert run.counts["created"] == 2, run.warnings
    assert sorted(Stakeholder.objects.values_list("name", flat=True)) == ["Ana Núñez", "Bo Lee"]


REJECTED = {
    "an unclosed quote": (b'"bo@example.org,Bo,Lee', 3, "not closed"),
    "a quote inside a cell": (b'bo@example.org,"Bo" x,Lee', 3, "not closed, or stands in the middle"),
    "a zero byte": (b"bo@example.org,B\0o,Lee", 3, "zero bytes"),
    "a cell of ten megabytes": (b"bo@example.org,Bo," + b"x" * (10 << 20), 3, "longer than a million"),
    "a quoted cell of ten megabytes": (b'bo@example.org,Bo,"' + b"x" * (10 << 20) + b'"', 3, "longer than a million"),
    "a cell of two hundred thousand letters": (b"bo@example.org,Bo," + b"x" * 200_000, 3, "longer than 100,000"),
    "a name of three hundred letters": (b"bo@example.org," + b"B" * 300 + b",Lee", 3, "longer than 100"),
    "too many cells": (b"bo@example.org,Bo,Lee,Jr,Esq", 3, "5 cells, the headings are 3"),
    "no address": (b"bo at example,Bo,Lee", 3, "not an e-mail address"),
    "two at signs": (b"bo@@example.org,Bo,Lee", 3, "not an e-mail address"),
    "nothing to know them by": (b",Bo,Lee", 3, "only a name"),
    "neither name nor address": (b",,x", 3, "only a name"),
    "a letter of another alphabet": (b"bo@example.org,B\xff\xfeo,Lee,", 3, ""),
}


@pytest.mark.parametrize("kind", REJECTED)
def test_one_bad_row_is_reported_and_the_others_are_read(commit, kind):
    bad, line, words = REJECTED[kind]
    run = commit(GOOD + bad + b"\r\ncy@example.org,Cy,King\r\ndi@example.org,Di,Long\r\n")
    names = set(Stakeholder.objects.values_list("name", flat=True))
    assert {"Ann Lee", "Cy King", "Di Long"} <= names
    if words:
        row = run.rows.get(outcome="rejected")
        assert row.line == line
        assert words in row.message
        assert run.counts["created"] == 3


def test_a_runaway_quote_swallows_nothing_whatever_follows(commit):
    rows = [f"p{n}@example.org,P{n},Lee" for n in range(900)]
    rows[10] = '"p10@example.org,P10,Lee'
    rows[700] = 'p700@example.org,"Quoted, with comma",Lee'
    run = commit(("E-mail,First name,Last name\n" + "\n".join(rows)).encode())
    assert (run.counts["created"], run.counts["rejected"]) == (899, 1)
    assert run.rows.get(outcome="rejected").line == 12


def test_line_breaks_in_quotes_are_kept_and_lines_counted(commit):
    run = commit(csv_of(("E-mail", "Name", "Notes"), ("a@x.org", "Ann Lee", "one\ntwo\nthree"), ("bad", "Bo Lee", "")))
    assert run.rows.get(outcome="rejected").line == 5
    assert Stakeholder.objects.get().notes == "one\ntwo\nthree"


def test_numbers_of_a_workbook_are_read_as_people_see_them(commit):
    head = ["E-mail", "Name", "Zip", "Phone", "Notes"]
    commit(workbook([head, ["a@x.org", "Ann Lee", 28202.0, 7045550100, None], ["b@x.org", "Bo Lee", 7030, "", True]]))
    ann, bo = Stakeholder.objects.order_by("name")
    assert (ann.zip, bo.zip) == ("28202", "07030")
    assert ann.contact_points.get(kind="phone").normalized == "+17045550100"


def test_broken_letters_reject_a_row_and_not_the_file(commit):
    good = "".join(f"p{n}@example.org,José{n},Núñez\r\n" for n in range(50)).encode()
    run = commit(b"E-mail,First name,Last name\r\n" + good + b"x@example.org,Jos\xe9,Lee\r\n")
    assert (run.counts["created"], run.counts["rejected"]) == (50, 1)
    assert "letters that cannot be read" in run.rows.get(outcome="rejected").message


def test_reading_does_not_grow_with_the_file(table_of):
    import tracemalloc

    head = b"E-mail,First name,Last name\r\n"
    table = table_of(head + b"".join(b"p%d@example.org,Ann,Lee\r\n" % n for n in range(60_000)))
    tracemalloc.start()
    assert sum(1 for _row in table.rows()) == 60_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 << 20


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_end_in_a_sentence_or_rows(receive, seed):
    chance = random.Random(seed)
    content = bytearray(chance.choice([TEXT.encode() * 20, workbook(ROWS), READ["UTF-16 little with a mark"]]))
    for _hit in range(chance.randrange(1, 30)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    run = receive(bytes(content))
    with suppress(Unreadable):
        check_import(run)
    run.refresh_from_db()
    assert run.refusal or sum(run.counts.values())
