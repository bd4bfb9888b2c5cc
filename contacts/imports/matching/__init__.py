"""Matching: who each row is, in the book and among the other rows of the file.

    number in the partner's system → alone enough, whatever else the row says
    e-mail and a name that goes with it → alone enough (one address, two names: two people)
    no e-mail: phone and the same name → name and zip, unless the phones say otherwise
    organisations: e-mail and name → name, unless the zip codes say otherwise
    several candidates → a person decides, never we

Nearly all rows are settled by two set queries; only addresses that several rows or people share
("knots") are looked at one by one, in Python, a group at a time.
"""

from contacts.imports.matching.numbers import refuse_without_number
from contacts.imports.matching.settling import match

__all__ = ["match", "refuse_without_number"]
