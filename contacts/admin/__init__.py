"""The back office's doors to the book, one file a noun."""

from contacts.admin import pairs, segments, stakeholders, suppression, taxonomy
from contacts.imports import admin as imports

__all__ = ["imports", "pairs", "segments", "stakeholders", "suppression", "taxonomy"]
