"""Lines: which row of a file is meant, and which of the two people it may name."""

from django.utils.translation import gettext_lazy as _

SECOND_PERSON = 1_000_000_000
"""Added to the line of a row for the second person it names (contacts/imports/cleaning/couples.py)."""


def place_of(line: int) -> str:
    """A line of the file in words; a row may name two people."""
    row = line % SECOND_PERSON
    return _("%(line)d, second person") % {"line": row} if line >= SECOND_PERSON else str(row)


def row_of(line: int) -> int:
    """The line of the file on which the row of an entry starts."""
    return line % SECOND_PERSON
