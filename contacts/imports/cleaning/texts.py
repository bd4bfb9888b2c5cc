"""Texts of cells: tidied, bounded, and refused where they cannot be taken."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

FORMULA_STARTS = frozenset("=+-@")
SEPARATOR = "\x1f"
"""Between the values of a list on its way into the staging table; no cleaned text holds it."""


class Wrong(Exception):
    """A cell of this row cannot be taken as it is."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def bounded(text: str, field: str, longest: int) -> str:
    """The text, if it is no longer than its field may be."""
    if len(text) > longest:
        raise Wrong(field, _("This cell is longer than %(longest)d characters.") % {"longest": longest})
    return text


def tidy(cell: str) -> str:
    """A cell on one line, without stray blanks, control letters and the quote that guards against formulas."""
    text = " ".join(cell.split())
    if text and not text.isprintable():
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return unguarded(text)


def unguarded(text: str) -> str:
    """Without the one quote that keeps a spreadsheet from taking it for a formula (crm/exports/cells.py writes it)."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in FORMULA_STARTS else text


def tidy_lines(cell: str) -> str:
    """A cell that may have several lines, each tidied."""
    return "\n".join(tidy(line) for line in cell.strip().splitlines()).strip()


def first_text(cells: Iterable[str], field: str, longest: int) -> str:
    """The first filled one of some cells, tidied and bounded; empty when none is filled."""
    for cell in cells:
        if cell and (text := tidy(cell)):
            return bounded(text, field, longest)
    return ""
