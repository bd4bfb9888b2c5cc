"""Questions about pairs that may be one."""

import re
from typing import NamedTuple

from django.db import models
from django.db.models import Q

from contacts.identity.rules import LIKELY

PLACE = re.compile(r"([0-9]{1,3})\.([0-9]{1,18})")


class Place(NamedTuple):
    """Where a page of the list ends: the score and the number of its last pair."""

    score: int
    pk: int

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place in a link (`87.4512`), or None when it says nothing."""
        found = PLACE.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{self.score}.{self.pk}"


class CandidateQuerySet(models.QuerySet):
    """Pairs that may be one."""

    def visible_to(self, user):
        """Who sees the book sees its pairs."""
        return self if user.has_perm("contacts.view_stakeholder") else self.none()

    def open(self):
        """Those nobody has decided about."""
        return self.filter(state="open")

    def dismissed(self):
        """Those of whom a person said that they are two."""
        return self.filter(state="dismissed")

    def likely(self):
        """Those that are more likely one than two."""
        return self.filter(score__gte=LIKELY)

    def because(self, code: str):
        """Those with this among their reasons."""
        return self.filter(reasons__contains=[code])

    def about(self, stakeholder_id: int):
        """Those that somebody is one of."""
        return self.filter(Q(one=stakeholder_id) | Q(other=stakeholder_id))

    def after(self, place: Place | None):
        """Those that come after a place in the list, the surest first."""
        found = self.order_by("-score", "pk")
        if place is None:
            return found
        return found.filter(Q(score__lt=place.score) | Q(score=place.score, pk__gt=place.pk), score__lte=place.score)
