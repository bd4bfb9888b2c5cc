"""The broad rule: how likely it is that two of the book are one. It only proposes; a person decides.

    traits → what of somebody is compared      names → how names go together
    evidence → what each likeness is worth     weighing → the score from 0 to 100, with its reasons

Pure Python without a database. The narrow rule, which may act alone, is `compatible` in contacts/names.py.
"""

from contacts.identity.rules.evidence import Book
from contacts.identity.rules.traits import Traits, traits_of
from contacts.identity.rules.weighing import LIKELY, POSSIBLE, VERSION, Verdict, weigh

__all__ = ["LIKELY", "POSSIBLE", "VERSION", "Book", "Traits", "Verdict", "traits_of", "weigh"]
