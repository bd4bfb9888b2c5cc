"""Mapping: which column of a file says what, and what its values mean.

headers   heading → field: synonyms in English and Spanish
exports   headings of known tools (Mailchimp, Salesforce …), which know better
values    value → slug: types, languages, consent states, attendance
words     the words of one file, looked up once and counted
columns   each column with its field and why
deciding  a person's choice, the partner's last one, the tool's, ours; what is remembered
choosing  the verb with which a person chooses
"""

from contacts.imports.mapping.columns import Column, OwnField, is_known, map_columns

__all__ = ["Column", "OwnField", "is_known", "map_columns"]
