"""Lines of a text file: any line end, bounded in length, in blocks that know the number of their first line."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from contacts.imports.reading.encoding import Encoding

LONGEST_LINE = 1 << 20
"""Characters; a longer line is read past and reported, so that one cell cannot fill the memory."""
BLOCK = 1 << 16
"""Characters that are taken from the file at once."""


MARK = "\ufeff"
"""A byte order mark; where files were put together it also stands in the middle, and means nothing."""


class Block(NamedTuple):
    """Some lines as they stand in the file, without their ends; `number` is that of the first, from 1.

    A line of LONGEST_LINE characters is one that was cut there.
    """

    number: int
    lines: list[str]


def read_blocks(path: Path, encoding: Encoding, start: int = 1) -> Iterator[Block]:
    """Yield the lines of a file from line `start` on; \\n, \\r\\n and \\r all end one."""
    with path.open(encoding=encoding.name, errors=encoding.errors, newline=None) as file:
        number, rest = 1, ""
        while text := file.read(BLOCK):
            lines = text.replace(MARK, "").split("\n")
            lines[0] = rest + lines[0]
            rest = lines.pop()
            if len(rest) >= LONGEST_LINE:
                rest = _cut(file, rest, lines)
            if lines and number >= start:
                yield Block(number, lines)
            elif number + len(lines) > start:
                yield Block(start, lines[start - number :])
            number += len(lines)
        if rest and number >= start:
            yield Block(number, [rest])


def _cut(file, line: str, lines: list[str]) -> str:
    """Keep the beginning of an endless line, read past the rest of it, and return what stands after it."""
    lines.append(line[:LONGEST_LINE])
    while text := file.read(BLOCK):
        _end, found, after = text.partition("\n")
        if found:
            following = after.split("\n")
            lines += following[:-1]
            return following[-1]
    return ""
