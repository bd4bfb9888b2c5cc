"""Cells of a file that is opened in a spreadsheet."""

from collections.abc import Iterable

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
GUARDED = frozenset((*FORMULA_STARTS, "'"))
"""What the first letter of a cell is when a quote may have to stand before it."""


def as_cell(value: object) -> str:
    """`value` as text that no spreadsheet takes for a formula.

    A quote stands before what would start one, and before what already has such a quote: whoever takes
    away one quote from the front has the value as it was (`contacts.imports.cleaning` does).
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def as_cells(row: Iterable[object]) -> list[str]:
    """The same for a whole row, in which hardly a text needs a closer look."""
    return [cell if type(cell) is str and cell[:1] not in GUARDED else as_cell(cell) for cell in row]
