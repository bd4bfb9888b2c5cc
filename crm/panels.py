"""Panels on the stakeholder page: each app adds what it knows about a person.

@PANELS.register("registrations")
def registrations(stakeholder_id, user) -> Panel | None:
    ...  # None when there is nothing or it is not for this user
"""

from collections.abc import Callable
from dataclasses import dataclass, field

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
