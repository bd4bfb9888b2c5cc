"""Reverting: taking back what an import did, and nothing that anybody did since.

    undo (the next few thousand rows, people locked) → fields, addresses, types, tags … that are still as the
      import left them go back → people it made whom nothing else needs go → its yes is taken back → what stays,
      and why, is written to the row; then organisations and tags it brought into being, likewise

Each chunk is a transaction that ends with how far it is (`ImportRun.reached`): a killed worker's successor goes on
from there. What was done since stays: a later edit, a registration, a mail, a word about consent.
"""

from contacts.imports.reverting.report import told_in_words
from contacts.imports.reverting.steps import begin_revert, revert_import

__all__ = ["begin_revert", "revert_import", "told_in_words"]
