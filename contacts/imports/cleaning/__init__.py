"""Cleaning: the cells of one row become one tidy entry, or a sentence about the cell that is wrong."""

from contacts.imports.cleaning.entries import Cleaner, Entry

__all__ = ["Cleaner", "Entry"]
