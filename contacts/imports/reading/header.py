"""Where the header is: real exports put titles and instructions above it."""

from collections.abc import Callable, Iterable

from contacts.imports.reading.table import Row, is_blank

LOOK_AT = 40
"""Rows in which a header must show up."""

Known = Callable[[str], bool]


def find_header(rows: Iterable[Row], known: Known) -> Row | None:
    """The row with the most headings we know, the first of equals; None when no row has any."""
    best, best_score = None, 0
    for row in rows:
        if row.problem is None and not is_blank(row.cells):
            score = header_score(row.cells, known)
            if score > best_score:
                best, best_score = row, score
    return best


def header_score(cells: list[str], known: Known) -> int:
    """How much a row looks like a header; a row with data in it (an address) scores nothing."""
    if any("@" in cell and "." in cell for cell in cells):
        return 0
    return sum(1 for cell in cells if len(cell) < 100 and known(cell))


def tidy_headers(cells: list[str]) -> list[str]:
    """The headings without blanks around them and without empty columns at the right end."""
    headers = [" ".join(cell.split()) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    return headers
