"""The back office's doors to the book, one file a noun."""

from contacts.admin import segments, stakeholders, suppression, taxonomy

__all__ = ["segments", "stakeholders", "suppression", "taxonomy"]
