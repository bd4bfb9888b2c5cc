"""What each app knows about people: panels on the page of one, and the last contact with several.

@PANELS.register("registrations")
def registrations(stakeholder_id, user) -> Panel | None:
    ...  # None when there is nothing or it is not for this user

@CONTACTS.register("registrations")
def last_registrations(people, user) -> Iterable[Contact]:
    ...  # the latest of each of them, in one query
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from crm.models import User
from crm.registries import Registry


@dataclass(frozen=True)
class Panel:
    """A titled box whose `template` is rendered with `context`."""

    title: str
    template: str
    context: dict = field(default_factory=dict)
    order: int = 100


PANELS: Registry[Callable[[int, User], Panel | None]] = Registry("panel")


def panels_for(stakeholder_id: int, user: User) -> list[Panel]:
    """Every panel that has something to say about this stakeholder to `user`, in their order."""
    offered = [panel for make in PANELS if (panel := make(stakeholder_id, user)) is not None]
    return sorted(offered, key=lambda panel: panel.order)


class Contact(NamedTuple):
    """What somebody last did or got as one app knows it: whose it is, when, and in words."""

    person: int
    at: datetime
    text: str


CONTACTS: Registry[Callable[[Sequence[int], User], Iterable[Contact]]] = Registry("contact")


def last_contacts(people: Sequence[int], user: User) -> dict[int, Contact]:
    """The latest contact with each of `people` (their numbers) of which `user` may know."""
    latest: dict[int, Contact] = {}
    for ask in CONTACTS if people else ():
        for contact in ask(people, user):
            if contact.person not in latest or latest[contact.person].at < contact.at:
                latest[contact.person] = contact
    return latest
