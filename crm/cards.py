"""Cards on the dashboard: an app registers what its people want to see first.

@CARDS.register("upcoming-events")
def upcoming_events(user) -> Card | None:
    ...  # None when it is not for this user
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from crm.models import User
from crm.registries import Registry


@dataclass(frozen=True)
class Line:
    """One row inside a card, such as one coming event."""

    text: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Card:
    """A figure with what it means, and where to go from it.

    `figure` is shown large ("412"), `meaning` in words beside it ("people · 38 more than last week").
    `empty` replaces both when there is nothing yet: what will be here and how to start.
    """

    title: str
    figure: str = ""
    meaning: str = ""
    lines: list[Line] = field(default_factory=list)
    url: str = ""
    action: str = ""
    icon: str = "insights"
    empty: str = ""
    order: int = 100


CARDS: Registry[Callable[[User], Card | None]] = Registry("card")


def cards_for(user: User) -> list[Card]:
    """Every card that has something to say to `user`, in their order."""
    offered = [card for make in CARDS if (card := make(user)) is not None]
    return sorted(offered, key=lambda card: card.order)
