"""Text files: letters, line ends, quotes, headers, cells."""

import gzip
import json

from tests.imports.hostile.making import (
    ANN,
    BO,
    HEAD,
    TWO,
    Read,
    Refused,
)


def encodings() -> dict[str, Refused | Read]:
    """In which letters they are written."""
    two = HEAD + ANN + BO
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
    }  # fmt: skip


def line_ends_and_quotes() -> dict[str, Refused | Read]:
    """Delimiters, line ends and quotation marks."""
    two = HEAD + ANN + BO
    return {
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
    }  # fmt: skip


def headers() -> dict[str, Refused | Read]:
    """Headings and rows that do not fit under them."""
    two = HEAD + ANN + BO
    return {
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
    }  # fmt: skip


def odd_cells() -> dict[str, Refused | Read]:
    """What stands in the cells."""
    named = "E-mail,Name\r\n"
    return {
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
    }  # fmt: skip


def strangers() -> dict[str, Refused | Read]:
    """Files that are no lists, and names of files."""
    two = HEAD + ANN + BO
    return {
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


def csv_kinds() -> dict[str, Refused | Read]:
    """Every kind of text file."""
    return {**encodings(), **line_ends_and_quotes(), **headers(), **odd_cells(), **strangers()}
