"""Cleaning: the cells of one row become one tidy entry, or a sentence about the cell that is wrong."""

from contacts.imports.cleaning.cleaner import Cleaner
from contacts.imports.cleaning.entries import Entry

__all__ = ["Cleaner", "Entry"]
