"""Zip codes from whatever stands in the cell."""

import re

PLAIN = re.compile(r"(\d{5})(?:[- ]?\d{4})?")
"""28202, 28202-1234, 282021234."""
SHORT = re.compile(r"\d{4}")
"""A spreadsheet ate the zero at the front: 7030 is 07030."""
AT_THE_END = re.compile(
    r"(?:\b[A-Z]{2}[.,]?\s+|[,\s])(\d{5})(?:-\d{4})?\s*(?:,?\s*(?:US|USA|United States)\.?)?$", re.IGNORECASE
)
NOTHING = frozenset(("", "-", "n/a", "N/A", "na", "none", "None", "null", "0"))


def read_zip(cell: str) -> str | None:
    """Five digits, empty for an empty cell, None when the cell says something else."""
    text = cell.strip().removesuffix(".0")
    found = PLAIN.fullmatch(text)
    if found:
        return found[1]
    if text in NOTHING:
        return ""
    if SHORT.fullmatch(text):
        return text.zfill(5)
    return zip_of_address(text) or None


def zip_of_address(address: str) -> str:
    """The zip code at the end of a postal address, empty when there is none."""
    found = AT_THE_END.search(" ".join(address.split()))
    return found[1] if found else ""
