"""One row of a file as a page shows it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from contacts.imports.lines import place_of

PER_PAGE = 50

CHANGE_NAMES = {
    "name": gettext_lazy("Name"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "zip": gettext_lazy("Zip code"),
    "notes": gettext_lazy("Notes"),
    "language": gettext_lazy("Language"),
    "email": gettext_lazy("E-mail"),
    "main email": gettext_lazy("Main e-mail"),
    "phone": gettext_lazy("Phone"),
    "postal": gettext_lazy("Postal address"),
    "main postal": gettext_lazy("Main postal address"),
    "type": gettext_lazy("Type"),
    "types": gettext_lazy("Types"),
    "tag": gettext_lazy("Tag"),
    "tags": gettext_lazy("Tags"),
    "organisation": gettext_lazy("Organisation"),
    "external": gettext_lazy("Number in their system"),
    "externals": gettext_lazy("Numbers in their system"),
    "custom": gettext_lazy("Fields of our own"),
    "given": gettext_lazy("Agrees to"),
    "withdrawn": gettext_lazy("Leaves"),
    "suppressed": gettext_lazy("Never mail"),
    "status": gettext_lazy("Address"),
}
"""What can change about somebody, in words."""


class Change(NamedTuple):
    """One thing about somebody: what it is, what is there, what comes; an empty `was` is an addition."""

    what: str
    was: str
    now: str


@dataclass
class Line:
    """A row of a file with who it is and what becomes of them."""

    number: int
    outcome: str
    who: str = ""
    person: int | None = None
    facts: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    column: str = ""
    message: str = ""

    @property
    def place(self) -> str:
        """Where it stands in the file, in words."""
        return place_of(self.number)


def called(what: str) -> str:
    """The name of what changes; a field of our own is called as it is kept."""
    return str(CHANGE_NAMES.get(what, what.removeprefix("custom:")))
