"""Committing: a checked file goes into the book, some thousand people at a time.

    prepare    the staging is there, or is made anew from the file; `todo` says who each row is, and is kept by
               the database even when it crashes
    save       the next leaders (first rows of people) with the rows that repeat them, in one transaction:
               whoever came into the book since they were matched is matched again, then planned, then written
    finish     counts, and the staging is dropped

Each chunk ends with how far it is (`ImportRun.reached`): whoever takes the run up after a crash goes on from there,
and what comes out is what would have come out.
"""

from contacts.imports.committing.saving import save_file

__all__ = ["save_file"]
