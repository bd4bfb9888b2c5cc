"""The back office's doors to the book, one file a noun."""

from contacts.admin import segments, stakeholders, suppression, taxonomy
from contacts.imports import admin as imports

__all__ = ["imports", "segments", "stakeholders", "suppression", "taxonomy"]
