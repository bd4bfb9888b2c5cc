"""Files made to harm or merely unlucky, each built here byte by byte, with what must come of them.

A kind is either `Refused`, with words of its sentence, or `Read`, with the people that are in the book afterwards
(name → address) and how many rows were rejected.
"""

from tests.imports.hostile.archives import packed_kinds
from tests.imports.hostile.making import Read, Refused
from tests.imports.hostile.texts import csv_kinds
from tests.imports.hostile.workbooks import workbook_kinds

__all__ = ["Read", "Refused", "every_kind"]


def every_kind() -> dict[str, Refused | Read]:
    """All of them by name."""
    return {**csv_kinds(), **workbook_kinds(), **packed_kinds()}
