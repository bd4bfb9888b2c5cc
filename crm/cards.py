"""Cards on the dashboard: an app registers what its people want to see first.

@CARDS.register("upcoming-events")
def upcoming_events(user) -> Card | None:
    ...  # None when it is not for this user
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.invariants import INVARIANTS
from crm.models import Finding, User
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


@dataclass(frozen=True)
class Step:
    """Something to do in an empty house; gone from the dashboard once it `is_done`."""

    title: str | Promise
    text: str | Promise
    route: str
    permission: str
    is_done: Callable[[], bool]
    order: int = 100

    @property
    def url(self) -> str:
        """Where it is done."""
        return reverse(self.route)


STEPS: Registry[Step] = Registry("first step")
CARDS: Registry[Callable[[User], Card | None]] = Registry("card")


def cards_for(user: User) -> list[Card]:
    """Every card that has something to say to `user`, in their order."""
    offered = [card for make in CARDS if (card := make(user)) is not None]
    return sorted(offered, key=lambda card: card.order)


def steps_for(user: User) -> list[Step]:
    """The first steps that `user` may take and nobody has taken yet."""
    mine = sorted((step for step in STEPS if user.has_perm(step.permission)), key=lambda step: step.order)
    return [step for step in mine if not step.is_done()]


@CARDS.register("broken-promises")
def broken_promises(user: User) -> Card | None:
    """Promises that did not hold at the last look; no card while all of them do."""
    if not user.has_perm("crm.view_finding"):
        return None
    found = list(Finding.objects.broken().known(INVARIANTS.keys()))
    if not found:
        return None
    page = reverse("crm:promises")
    promises = {key: str(invariant.promise) for key, invariant in INVARIANTS.items()}
    lines = [
        Line(
            promises[one.key],
            ngettext("broken at %(n)s place", "broken at %(n)s places", one.broken or 0) % {"n": f"{one.broken:,}"},
            page,
        )
        for one in found
    ]
    said = ngettext("promise of the house does not hold", "promises of the house do not hold", len(found))
    return Card(
        _("Something does not add up"), f"{len(found):,}", said, lines, page, _("See where"), icon="error", order=2
    )
