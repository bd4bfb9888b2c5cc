"""Writing: what was planned goes into the book, a table at a time, in one transaction."""

from contacts.imports.writing.before import LAST_LINE, keep_marks
from contacts.imports.writing.book import write_book
from contacts.imports.writing.rows import keep_cells, write_rows

__all__ = ["LAST_LINE", "keep_cells", "keep_marks", "write_book", "write_rows"]
