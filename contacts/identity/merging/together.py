"""Merge: two who are one become one.

    lock → choose field by field → move everything → the stricter consent → the merged one leaves the book

Each merge keeps a journal of every row it touched (`StakeholderMerge.kept`), so that `unmerge` can take it
back at any later time. The moves follow crm.privacy.RELATIONS, so an app that adds a relation decides there.
"""

from collections.abc import Mapping, Sequence

import pgtrigger
import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.identity.counting import forget_count
from contacts.identity.current import current_id
from contacts.identity.merging import consent
from contacts.identity.merging.choosing import changes_of, choices, origin_of
from contacts.identity.merging.journal import Journal
from contacts.identity.merging.moving import hold_what_moves, left_behind, move_candidates, move_everything, owned
from contacts.identity.merging.rows import BOOK, plain_row
from contacts.identity.models import StakeholderMerge
from contacts.locks import have_the_book_alone, patiently
from contacts.models import Stakeholder
from contacts.signals import stakeholders_merged
from crm.errors import Refused
from crm.history import acting

APPEND_ONLY = "contacts.ConsentEvent:append_only"
MOST = 5
"""More columns than that cannot be compared side by side."""

logger = structlog.get_logger(__name__)


class CannotMerge(Refused):
    """These cannot become one."""


class LeftBehind(RuntimeError):
    """Something still points to the merged one; the merge is undone as a whole."""


@patiently
@transaction.atomic
def merge_stakeholders(
    survivor: Stakeholder, merged: Stakeholder, *, fields: Mapping[str, int] | None = None, by
) -> StakeholderMerge:
    """Make `merged` a part of `survivor`; done already, it is the same merge again.

    `fields` says whose value is kept, such as {"zip": merged.pk, "custom:district": survivor.pk}; what is not
    named follows the rule of `choosing`. Raises CannotMerge, and UnknownChoice for a field nobody knows.
    """
    known = StakeholderMerge.objects.filter(merged_id=merged.pk, survivor=survivor.pk, undone_at__isnull=True).first()
    return known or merge_all(survivor, [merged], fields=fields, by=by)[0]


@patiently
@transaction.atomic
def merge_all(
    survivor: Stakeholder, others: Sequence[Stakeholder], *, fields: Mapping[str, int] | None = None, by
) -> list[StakeholderMerge]:
    """Make several a part of `survivor`, chosen among all of them at once; one merge for each, in their order."""
    people = _lock_all([survivor.pk, *(other.pk for other in others)])
    chosen = {choice.field: choice.chosen for choice in choices(people, fields)}
    names_later = chosen["name"] == 0
    merges = []
    with acting("merge_stakeholders", by):
        for other in people[1:]:
            own = {field: pk if pk == other.pk else survivor.pk for field, pk in chosen.items()}
            if names_later and other is people[-1]:
                own["name"] = 0
            merge = StakeholderMerge.objects.create(survivor=people[0], merged_id=other.pk, by=by)
            put_together(merge, chosen=own, by=by)
            merges.append(merge)
    logger.info("stakeholders_merged", survivor=survivor.pk, merged=[merge.merged_id for merge in merges])
    return merges


def named(numbers: Sequence[int]) -> list[Stakeholder]:
    """The stakeholders of these numbers in their order; of one that is gone the verb says what became."""
    known = Stakeholder.objects.in_bulk(numbers)
    return [known.get(number) or Stakeholder(pk=number) for number in numbers]


def put_together(merge: StakeholderMerge, *, chosen: Mapping[str, int], by) -> None:
    """Do what `merge` stands for and keep its journal; both must be locked."""
    survivor = Stakeholder.objects.get(pk=merge.survivor_id)
    merged = Stakeholder.objects.get(pk=merge.merged_id)
    had, row, journal = owned(survivor.pk), plain_row(merged), Journal()
    disagreed = [outcome for outcome in consent.outcomes([survivor.pk, merged.pk]) if outcome.differ]
    since = origin_of(merged, chosen)
    taken = changes_of(survivor, {merged.pk: merged}, chosen)
    with pgtrigger.ignore(APPEND_ONLY):
        move_everything(journal, survivor.pk, merged.pk)
        move_candidates(journal, survivor.pk, merged.pk)
    journal.change(BOOK, survivor, {**taken, "updated_at": timezone.now()})
    consent.derive([survivor.pk, merged.pk])
    said = consent.withdraw(
        Stakeholder.objects.get(pk=survivor.pk),
        [(outcome.topic.pk, outcome.channel) for outcome in disagreed],
        source=consent.source_of(merge),
        evidence={"merge": merge.pk, "because": "one of the two had left"},
        by=by,
    )
    _leave_the_book(merged)
    merge.kept = {
        "survivor": survivor.pk,
        "row": row,
        "chosen": dict(chosen),
        "since": since,
        "had": had,
        "journal": journal.steps,
        "said": said,
    }
    merge.save(update_fields=["kept"])
    ids = {"survivor_id": survivor.pk, "merged_id": merged.pk, "merge_id": merge.pk}
    transaction.on_commit(forget_count, robust=True)
    transaction.on_commit(lambda: stakeholders_merged.send_robust(StakeholderMerge, **ids))


def _leave_the_book(merged: Stakeholder) -> None:
    """Only the row itself goes: whatever still pointed to it would be an error, never quietly deleted."""
    forgotten = left_behind(merged.pk)
    if forgotten:
        raise LeftBehind(f"a merge left rows behind in {', '.join(forgotten)}")
    rows = Stakeholder.objects.filter(pk=merged.pk)
    rows._raw_delete(rows.db)


def lock(people: Sequence[int]) -> dict[int, Stakeholder]:
    """Lock people in the order of their numbers, as everybody does, after the book and what hangs on them."""
    numbers = sorted(set(people))
    have_the_book_alone()
    hold_what_moves(numbers)
    rows = Stakeholder.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    return {person.pk: person for person in rows}


def _lock_all(numbers: list[int]) -> list[Stakeholder]:
    """The people as they are now, locked, the survivor first. Raises CannotMerge."""
    if len(set(numbers)) < len(numbers):
        raise CannotMerge(_("Nobody can be merged with themselves. Choose two different ones."))
    if not 2 <= len(numbers) <= MOST:
        raise CannotMerge(_("Choose two to %(most)d at a time.") % {"most": MOST})
    there = lock(numbers)
    for pk in numbers:
        if pk not in there:
            raise CannotMerge(_gone(pk))
    people = [there[pk] for pk in numbers]
    if len({person.kind for person in people}) > 1:
        raise CannotMerge(_("A person and an organisation cannot be one. Make the person a member instead."))
    return people


def _gone(pk: int) -> str:
    now = current_id(pk)
    if now == pk:
        return _("Number %(pk)s is no longer in the book. Nothing was changed.") % {"pk": pk}
    words = _("Number %(pk)s was merged with number %(now)s already. Nothing was changed.")
    return words % {"pk": pk, "now": now}
