"""Rows that could mean several people: what the row says beside whom it could mean, what agrees and what differs."""

from dataclasses import dataclass

from contacts.imports.cleaning.couples import SHARED
from contacts.imports.files import as_checked
from contacts.imports.lines import SECOND_PERSON, row_of
from contacts.imports.mapping.fields import name_of
from contacts.imports.mapping.headers import SECOND
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.querysets import ImportRowQuerySet
from contacts.imports.reading import Row
from contacts.imports.reviewing.candidates import Met
from contacts.imports.reviewing.comparing import Candidate, compare
from crm.models import User
from crm.panels import last_contacts

MOST = 12
"""Candidates who are shown side by side; a crowd behind one address is no help to anybody."""


@dataclass(frozen=True)
class Said:
    """One thing the row says, under the heading of its column."""

    label: str
    value: str


def open_rows(run: ImportRun) -> ImportRowQuerySet:
    """Rows of a file that still wait for somebody to say who they are; one that was emptied says nothing any more."""
    decided = run.decisions.values("line")
    return run.rows.filter(outcome=ImportRow.Outcome.AMBIGUOUS).exclude(cells=[]).exclude(line__in=decided)


def next_open(run: ImportRun, *, after: int = 0) -> ImportRow | None:
    """The next row that waits beyond line `after`, or the first one again."""
    waiting = open_rows(run)
    return next(iter(waiting.next_in_file(after, 1) or waiting.next_in_file(0, 1)), None)


def said_by(run: ImportRun, row: ImportRow) -> list[Said]:
    """What stands in the filled cells of the columns that are read, of the person whom the row means."""
    second = row.line >= SECOND_PERSON
    return [
        Said(name_of(column["field"]) or column["heading"], row.cells[column["at"]])
        for column in run.mapping.get("columns", [])
        if column["field"] and column["at"] < len(row.cells) and row.cells[column["at"]].strip()
        and (column["field"] in SHARED or column["field"].startswith(SECOND) == second)
    ]  # fmt: skip


def candidates_of(run: ImportRun, row: ImportRow, *, by: User) -> list[Candidate]:
    """Whom the row could mean in the book as it is now, those with whom it agrees most first.

    As many queries for a dozen as for one. `by` sees of their last contact what they may see of it elsewhere.
    """
    read = as_checked(run)(Row(row_of(row.line), row.cells))
    entry = next((entry for entry in read if entry.line == row.line), None)
    if entry is None:
        return []
    met = Met(entry)
    everybody = [compare(person, entry, once=met.once.get(person.pk, [])) for person in met.people()]
    found = sorted(everybody, key=lambda candidate: (-candidate.agreeing, candidate.person.pk))[:MOST]
    latest = last_contacts([candidate.person.pk for candidate in found], by)
    for candidate in found:
        candidate.contact = latest.get(candidate.person.pk)
    return found
