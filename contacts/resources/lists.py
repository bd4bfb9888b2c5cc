"""Several values in one cell, so that they come apart again."""

import re
from collections.abc import Iterable

NEEDS_QUOTES = re.compile(r'[,;|"\n*:]|^\s|\s$')


def in_one_cell(values: Iterable[str]) -> str:
    """Values with commas between them; one that holds a comma stands in quotes, as in a CSV file."""
    return ", ".join(_quoted(value) if NEEDS_QUOTES.search(value) else value for value in values)


def _quoted(value: str) -> str:
    return '"{}"'.format(value.replace('"', '""'))
