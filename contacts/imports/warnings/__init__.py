"""What a person should know before a file is saved: each warning with a code, a sentence and its figure.

    figures    what the database says of a planned file, in a handful of queries
    sentences  a warning for each figure that matters; those that must be ticked before saving
    ticks      who ticked what, and when

To add a warning: a figure, a function that makes its sentence, a line in `sentences.WARNINGS`.
"""

from contacts.imports.warnings.sentences import warning, warnings_about

__all__ = ["warning", "warnings_about"]
