"""Questions about partners, the files they send and the rows of them."""

from collections.abc import Iterator
from heapq import merge
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Mod

from contacts.imports.lines import SECOND_PERSON, row_of

if TYPE_CHECKING:
    from contacts.imports.models import ImportRow


class PartnerQuerySet(models.QuerySet):
    """Who sends files."""

    def visible_to(self, user):
        """Partners see the organisations they belong to; staff see all."""
        return self if user.has_perm("contacts.view_partner") else self.filter(members=user)


class ImportRunQuerySet(models.QuerySet):
    """Files and what became of them."""

    def visible_to(self, user):
        """Partners see their own runs; staff see all."""
        return self if user.has_perm("contacts.view_importrun") else self.filter(partner__members=user)


class ImportRowQuerySet(models.QuerySet):
    """Rows of one file in its order: the second person of a row comes behind the first."""

    def next_in_file(self, after: int, most: int) -> list["ImportRow"]:
        """At most so many rows behind line `after`."""
        first, second = self._both(after)
        return sorted([*first[:most], *second[:most]], key=_in_file)[:most]

    def by_row(self) -> "ImportRowQuerySet":
        """In the order of the file, for pages by number; sorts them all."""
        return self.order_by(Mod("line", SECOND_PERSON), "line")

    def through_file(self) -> Iterator["ImportRow"]:
        """All of them, a few thousand at a time."""
        first, second = self._both(0)
        return merge(first.iterator(chunk_size=2_000), second.iterator(chunk_size=2_000), key=_in_file)

    def _both(self, after: int) -> tuple["ImportRowQuerySet", "ImportRowQuerySet"]:
        """First and second persons apart, so that both are read by the index of lines."""
        row, is_second = row_of(after), after >= SECOND_PERSON
        first = self.filter(line__gt=row, line__lt=SECOND_PERSON)
        second = self.filter(line__gte=SECOND_PERSON + row + is_second)
        return first.order_by("line"), second.order_by("line")


def _in_file(row: "ImportRow") -> tuple[int, int]:
    return row_of(row.line), row.line
