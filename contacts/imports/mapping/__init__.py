"""Mapping: which column of a file says what, and what its values mean.

heading → field (headers.py: synonyms of known exports, English and Spanish)
value   → slug  (values.py: types, languages, consent states)
"""

from contacts.imports.mapping.columns import Column, OwnField, is_known, map_columns

__all__ = ["Column", "OwnField", "is_known", "map_columns"]
