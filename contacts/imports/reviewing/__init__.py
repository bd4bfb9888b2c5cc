"""Reviewing: the rows of a file one page at a time, each with what it would change or did change.

    before a file is saved  staged.py reads the tables that the check left: what is planned, old → new
    afterwards              saved.py reads the rows that were kept, with what was there before

Both answer with `Line`s; `lines_of` knows which to ask.
"""

from contacts.imports.mapping.headers import SECOND
from contacts.imports.models import ImportRun
from contacts.imports.reviewing import saved, staged
from contacts.imports.reviewing.lines import PER_PAGE, Change, Line
from contacts.imports.reviewing.staged import changes_by_field, is_staged

__all__ = ["PER_PAGE", "Change", "Line", "changes_by_field", "is_staged", "lines_of", "names_two", "second_persons"]


def lines_of(run: ImportRun, outcome: str, *, after: int = 0, words: str = "") -> list[Line]:
    """Rows with this outcome beyond line `after` that hold `words`; one more than PER_PAGE tells of a next page."""
    source = staged if is_staged(run) else saved
    return source.lines_of(run, outcome, after=after, words=words)


def second_persons(run: ImportRun) -> dict[str, int]:
    """How many second persons of rows have each outcome: the counts of a run are those of its rows."""
    if not names_two(run):
        return {}
    return (staged if is_staged(run) else saved).second_persons(run)


def names_two(run: ImportRun) -> bool:
    """Whether rows of the file may name two people."""
    return any(column["field"].startswith(SECOND) for column in run.mapping.get("columns", []))
