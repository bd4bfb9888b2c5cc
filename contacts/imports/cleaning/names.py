"""Names as cells say them; they are taken apart and compared as everywhere in the book (contacts/names.py)."""

from contacts.names import Name, bare, compared, compatible, in_order, is_full, key_of_name, split_full_name

__all__ = ["Name", "bare", "compared", "compatible", "in_order", "is_full", "key_of_name", "split_full_name"]
