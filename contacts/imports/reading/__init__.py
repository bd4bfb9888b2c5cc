"""Reading: bytes of a file become rows of cells, one at a time, strictly.

    what kind of file → (CSV, TSV)  encoding → blocks of lines → records → header
                      → (XLSX, ODS) guard against bombs → stream of XML → sheet → header
                      → (ZIP)       guard against bombs → the one list in it, again from the start

Memory is flat in the number of rows for each of them. Where a file leaves open how it is meant, the best
guess is taken and the table has a `Doubt` with the options. A record that cannot be trusted is a `Row` with a
problem, never a guess; a file that cannot be trusted as a whole raises `Unreadable` with one sentence that says
why and what to do.
"""

from contacts.imports.reading.opening import open_table
from contacts.imports.reading.table import ASK, Answers, Doubt, Option, Problem, Row, Table

__all__ = ["ASK", "Answers", "Doubt", "Option", "Problem", "Row", "Table", "open_table"]
