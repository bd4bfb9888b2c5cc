"""Reading: bytes of a file become rows of cells, one at a time, strictly.

    what kind of file → (CSV) encoding → lines → records → header
                      → (Excel) guard against bombs → sheet → header

A record that cannot be trusted is a `Row` with a problem, never a guess; a file that cannot be
trusted as a whole raises `Unreadable` with one sentence that says why and what to do.
"""

from contacts.imports.reading.opening import open_table
from contacts.imports.reading.table import Problem, Row, Table

__all__ = ["Problem", "Row", "Table", "open_table"]
