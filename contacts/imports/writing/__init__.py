"""Writing: what was planned goes into the book, a table at a time."""

from contacts.imports.writing.before import keep_marks
from contacts.imports.writing.book import ALONE, Alone, write_book
from contacts.imports.writing.rows import keep_cells, write_review, write_rows

__all__ = ["ALONE", "Alone", "keep_cells", "keep_marks", "write_book", "write_review", "write_rows"]
