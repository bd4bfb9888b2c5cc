"""What taking a file back would do, told before it is done, and which rows stayed, told afterwards."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils import timezone

from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.reverting.misread import Misread, looked_over
from contacts.imports.reverting.steps import source_of

SHOWN = 50


@dataclass(frozen=True)
class Outlook:
    """Figures before a file is taken back."""

    new: int
    """People it brought who are still in the book."""
    new_touched: int
    """Of those, people whom somebody changed since: they stay if anything of it is worth keeping."""
    changed: int
    """People it changed who are still in the book."""
    changed_touched: int
    """Of those, people whom somebody changed since: what was changed by hand stays."""
    misread: Misread
    """What could be given back if the file was misread."""


def outlook(run: ImportRun) -> Outlook:
    """Count whom taking this file back would concern."""
    saved = run.committed_at or timezone.now()
    there = Q(stakeholder__id=F("stakeholder_id"))
    since = Q(stakeholder__updated_at__gt=saved)
    new, changed = there & Q(outcome="created"), there & Q(outcome="updated")
    figures = run.rows.filter(outcome__in=["created", "updated"]).aggregate(
        new=Count("line", filter=new),
        new_touched=Count("line", filter=new & since),
        changed=Count("line", filter=changed),
        changed_touched=Count("line", filter=changed & since),
    )
    return Outlook(**figures, misread=looked_over(run, source_of(run)))


def stayed(run: ImportRun) -> list[ImportRow]:
    """The first rows of which something stayed in the book when the file was taken back, each with why."""
    left = run.rows.filter(outcome__in=["created", "updated"]).exclude(message="")
    return list(left.select_related("stakeholder").order_by("line")[:SHOWN])
