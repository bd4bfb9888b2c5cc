"""Unmerge: take two apart again, at any later time.

    lock → the person is back under their old number → the journal backwards → consent of both → the report

Later merges of the same survivor are taken back first and done again afterwards, so that merges can be taken
apart in any order. What happened since stays with the survivor and is named in the report, except what an
address shows to belong to the other one. A no that was said since holds for both. Both count as changed now.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import pgtrigger
import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.identity.counting import forget_count
from contacts.identity.merging import consent
from contacts.identity.merging.moving import owned
from contacts.identity.merging.rows import Spot, keys, moving_spots, row_from, without
from contacts.identity.merging.taking_back import Report, TakingBack
from contacts.identity.merging.together import APPEND_ONLY, lock, put_together
from contacts.identity.models import StakeholderMerge
from contacts.locks import patiently
from contacts.models import ConsentEvent, ContactPoint, Stakeholder
from crm.errors import Refused
from crm.history import acting

MERGES = "contacts.StakeholderMerge.survivor"
REQUESTS = "contacts.JoinRequest.stakeholder"
WORDS = "contacts.ConsentEvent.stakeholder"

logger = structlog.get_logger(__name__)


class CannotTakeApart(Refused):
    """This merge was taken back already, or one of its people was erased."""


@patiently
@transaction.atomic
def unmerge(merge: StakeholderMerge, *, by) -> dict[str, Any]:
    """Restore both people of `merge`; gives the report as plain values. Raises CannotTakeApart.

    `back` and `restored` count what went back and what was remembered whole; `stayed` names what came since
    and is the survivor's, `went` what came since and is the other's by its address, `gone` what is no longer
    there, `edited` the fields that somebody changed since, `remarks` says what is different in words.
    """
    merge, later = _locked(merge)
    with acting("unmerge", by, merge=str(merge.pk)):
        edited = [_take_back(one).edited for one in reversed(later)]
        since = _since(merge)
        report = _take_back(merge)
        _sort_out(merge, since, report)
        _the_stricter_stays(merge, since, report, by)
        for one, own in zip(later, reversed(edited), strict=True):
            _do_again(one, own, by)
        _count_as_changed(merge)
    told = {"merged": merge.merged_id, "survivor": merge.survivor_id, **asdict(report)}
    merge.undone_at, merge.undone_by, merge.report, merge.kept = timezone.now(), by, told, {}
    merge.save(update_fields=["undone_at", "undone_by", "report", "kept"])
    transaction.on_commit(forget_count, robust=True)
    logger.info("stakeholders_taken_apart", merge=merge.pk, survivor=merge.survivor_id, merged=merge.merged_id)
    return told


def take_everybody_apart(stakeholder: Stakeholder, *, by) -> list[Stakeholder]:
    """Everybody who was merged into `stakeholder`, and into them, restored; whoever is erased is erased whole."""
    apart: list[Stakeholder] = []
    merges = StakeholderMerge.objects.filter(survivor=stakeholder.pk, undone_at__isnull=True)
    while merge := merges.filter(kept__has_key="journal").order_by("-pk").first():
        unmerge(merge, by=by)
        person = Stakeholder.objects.get(pk=merge.merged_id)
        apart += [*take_everybody_apart(person, by=by), person]
    return apart


def _locked(merge: StakeholderMerge) -> tuple[StakeholderMerge, list[StakeholderMerge]]:
    """The merge as it is now with the later ones of the same survivor, all locked."""
    known = StakeholderMerge.objects.filter(pk=merge.pk).first()
    if known is None:
        raise CannotTakeApart(_("This merge is no longer known: the person was erased."))
    lock([known.survivor_id])
    family = StakeholderMerge.objects.select_for_update().filter(survivor=known.survivor_id, undone_at__isnull=True)
    merges = list(family.filter(pk__gte=merge.pk).order_by("pk"))
    if not merges or merges[0].pk != merge.pk:
        raise CannotTakeApart(_("They were taken apart already. Nothing was changed."))
    if any("journal" not in one.kept for one in merges):
        raise CannotTakeApart(_("What is needed to take them apart was not kept. Nothing was changed."))
    return merges[0], merges[1:]


def _take_back(merge: StakeholderMerge) -> Report:
    """Both are in the book again as far as nobody touched the same things since."""
    merge.refresh_from_db()
    row_from(Stakeholder, merge.kept["row"]).save_base(raw=True, force_insert=True)
    with pgtrigger.ignore(APPEND_ONLY):
        said = ConsentEvent.objects.filter(pk__in=merge.kept["said"])
        said._raw_delete(said.db)
        report = TakingBack(merge.survivor_id, merge.merged_id).all(merge.kept["journal"])
    consent.derive([merge.survivor_id, merge.merged_id])
    merge.refresh_from_db()
    return report


def _count_as_changed(merge: StakeholderMerge) -> None:
    """Whoever keeps a copy of the book and asks what changed since hears of both."""
    both = Stakeholder.objects.filter(pk__in=[merge.survivor_id, merge.merged_id])
    both.update(updated_at=timezone.now())


def _do_again(merge: StakeholderMerge, edited: Iterable[str], by) -> None:
    """The same merge once more; a field that somebody edited since keeps what they wrote."""
    merge.refresh_from_db()
    own = set(edited)
    chosen = {field: merge.survivor_id if field in own else pk for field, pk in merge.kept["chosen"].items()}
    lock([merge.survivor_id, merge.merged_id])
    put_together(merge, chosen=chosen, by=by)


Since = dict[str, list[Any]]


def _since(merge: StakeholderMerge) -> Since:
    """What points to the survivor now and did not come by the merge: it came later, by relation."""
    merge.refresh_from_db()
    known: dict[str, set[Any]] = defaultdict(set)
    for key, ids in merge.kept["had"].items():
        known[key].update(keys(ids))
    for step in merge.kept["journal"]:
        if step["did"] == "moved":
            known[step["place"]].update(keys(step["ids"]))
    known[WORDS].update(merge.kept["said"])
    came = {key: without(ids, known[key]) for key, ids in owned(merge.survivor_id).items()}
    return {key: ids for key, ids in came.items() if ids and key != MERGES}


def _sort_out(merge: StakeholderMerge, since: Since, report: Report) -> None:
    """What came since stays, except what was sent to or asked from an address that only the other one has."""
    theirs = _only_theirs(merge)
    for place in moving_spots():
        if theirs and place.place.address and since.get(place.key):
            _note_gone(place.key, _go_by_address(place, since[place.key], theirs, merge), since, report)
    requests = report.went.get(REQUESTS, [])
    said = ConsentEvent.objects.filter(pk__in=since.get(WORDS, []), evidence__join_request__in=requests)
    words = list(said.order_by("pk").values_list("pk", flat=True))
    with pgtrigger.ignore(APPEND_ONLY):
        ConsentEvent.objects.filter(pk__in=words).update(stakeholder=merge.merged_id)
    _note_gone(WORDS, words, since, report)
    consent.derive([merge.survivor_id, merge.merged_id])
    report.stayed = {key: ids for key, ids in since.items() if ids}


def _note_gone(key: str, went: list[Any], since: Since, report: Report) -> None:
    """These came since and are the other's."""
    if went:
        report.went[key] = went
        since[key] = without(since[key], set(keys(went)))


def _only_theirs(merge: StakeholderMerge) -> set[str]:
    """Addresses that the restored person has and the survivor has not."""
    points = ContactPoint.objects.emails()
    mine = points.filter(stakeholder=merge.survivor_id).values("normalized")
    theirs = points.filter(stakeholder=merge.merged_id).exclude(normalized__in=mine)
    return set(theirs.values_list("normalized", flat=True))


def _go_by_address(place: Spot, ids: list[Any], theirs: set[str], merge: StakeholderMerge) -> list[Any]:
    """Give those rows to the restored person; where the rules of the table forbid it they stay."""
    rows = place.rows.filter(pk__in=keys(ids))
    found = [row for row in rows if str(getattr(row, place.place.address)).lower() in theirs]
    went = []
    for row in found:
        taken = any(_is_taken(place, rule, row, merge.merged_id) for rule in place.rules())
        if not taken:
            place.rows.filter(pk=row.pk).update(**{place.column: merge.merged_id})
            went.append(list(row.pk) if isinstance(row.pk, tuple) else row.pk)
    return went


def _is_taken(place: Spot, rule: Any, row: Any, person: int) -> bool:
    others = {name: getattr(row, name) for name in rule.fields if name != place.field.name}
    return place.of(person).filter(**others).exists()


def _the_stricter_stays(merge: StakeholderMerge, since: Since, report: Report, by) -> None:
    """A topic left since the merge is left by both: nobody knows which of the two said so."""
    ids = since.get(WORDS, [])
    latest: dict[consent.Word, ConsentEvent] = {}
    for event in ConsentEvent.objects.filter(pk__in=ids).order_by("at", "pk"):
        latest[event.topic_id, event.channel] = event
    left = {word: event.pk for word, event in latest.items() if event.action == consent.WITHDRAWN}
    agreed = {
        (outcome.topic.pk, outcome.channel)
        for outcome in consent.outcomes([merge.merged_id])
        if outcome.state == consent.GIVEN
    }
    words = left.keys() & agreed
    if words:
        person = Stakeholder.objects.get(pk=merge.merged_id)
        evidence = {"unmerge": merge.pk, "said since": sorted(left[word] for word in words)}
        consent.withdraw(person, words, source=f"unmerge {merge.pk}", evidence=evidence, by=by)
        report.remark(_("What was left since the merge is left by both."))
