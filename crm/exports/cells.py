"""Cells of a file that is opened in a spreadsheet."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_cell(value: object) -> str:
    """`value` as text that no spreadsheet takes for a formula.

    A quote stands before what would start one, and before what already has such a quote: whoever takes
    away one quote from the front has the value as it was (`contacts.imports.cleaning` does).
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text
