"""What a row of a file becomes: a tidy entry, ready to be staged, or the cell that is wrong."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A row as the staging table takes it; the order is that of its columns."""

    line: int
    kind: str = "person"
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    first_key: str = ""
    last_key: str = ""
    language: str = ""
    zip: str = ""
    notes: str = ""
    organisation: str = ""
    role: str = ""
    emails: str = ""
    prints: str = ""
    phones: str = ""
    numbers: str = ""
    types: str = ""
    tags: str = ""
    state: str = ""
    external: str = ""
    """Numbers in other systems as `system:number`, separated by SEPARATOR; without a known system there are none."""
    custom: str = ""
    """Fields of our own as JSON text by short name, empty when there are none."""
    street: str = ""
    city: str = ""
    region: str = ""
    blanked: str = ""
    """Fields whose columns are in the file and empty in this row, separated by SEPARATOR; only if the run asks."""
    attendance: str = ""
    """What they did about the occasion of the run: a key of ATTENDANCE, or empty."""
    topics: str = ""
    """Which topics they agreed to: empty where the file has no such column, else 0 and the ids of topics; those
    they left stand here with a minus."""
    problem_column: str = ""
    problem: str = ""
