"""Lines of a text file: any line end, bounded in length, with their numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from contacts.imports.reading.encoding import Encoding

LONGEST_LINE = 1 << 20
"""Characters; a longer line is read past and reported, so that one cell cannot fill the memory."""


class Line(NamedTuple):
    """One line as it stands in the file: number from 1, text without its end, whether it was cut."""

    number: int
    text: str
    cut: bool = False


def read_lines(path: Path, encoding: Encoding) -> Iterator[Line]:
    """Yield the lines of a file; \\n, \\r\\n and \\r all end one."""
    with path.open(encoding=encoding.name, errors=encoding.errors, newline=None) as file:
        number = 0
        while text := file.readline(LONGEST_LINE):
            number += 1
            if text[-1] == "\n":
                yield Line(number, text[:-1])
            elif len(text) < LONGEST_LINE:
                yield Line(number, text)
            else:
                _skip_rest(file)
                yield Line(number, text[:1000], cut=True)


def _skip_rest(file) -> None:
    while (rest := file.readline(LONGEST_LINE)) and rest[-1] != "\n":
        continue
