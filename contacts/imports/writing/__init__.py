"""Writing: what was planned goes into the book, a table at a time, in one transaction."""

from contacts.imports.writing.book import write_book
from contacts.imports.writing.rows import keep_cells, write_rows

__all__ = ["keep_cells", "write_book", "write_rows"]
