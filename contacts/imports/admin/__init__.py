"""The back office's doors to imports, one file for each thing that is done with a file.

    runs     the list of files, and the table of all doors of one file
    sending  send a file
    review   look at what it would do, or did
    asking   say how a file is meant that can be read in several ways
    queue    say who a row is that could mean several people
    mapping  say what its columns and words mean
    saving   save it, watch and stop it; the rows that were not taken
    reverting  take it back
    mine     a partner's own page
    partners who sends files
    feeds    places from which their files are read again and again

A new page of a file is a function `(request, run)` and a line in `runs.DOORS`.
"""

from contacts.imports.admin import feeds, partners, runs

__all__ = ["feeds", "partners", "runs"]
