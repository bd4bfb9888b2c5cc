"""Where contacts keeps something about a person, and what becomes of it."""

import re
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy as n_

from contacts.imports.keeping.removing import remove_file
from contacts.imports.staging import runs_that_hold, standing_alone
from contacts.models import (
    Affiliation,
    Consent,
    ConsentEvent,
    ContactPoint,
    DuplicateCandidate,
    ExternalId,
    ImportDecision,
    ImportRow,
    ImportRun,
    JoinRequest,
    Partner,
    PartnerFeed,
    Sketch,
    Stakeholder,
    StakeholderMerge,
    Suppression,
    Tagging,
    Typing,
)
from crm.actions.exports import remove_every_export
from crm.models import Job, OutboxMail
from crm.privacy import RELATIONS, TRACES, Leaving, Merge, Place, Trace, Verdict, deleted, listed

Status = ContactPoint.Status
StakeholderHistory = Stakeholder.pgh_event_model  # type: ignore[attr-defined]
ContactPointHistory = ContactPoint.pgh_event_model  # type: ignore[attr-defined]
SuppressionHistory = Suppression.pgh_event_model  # type: ignore[attr-defined]

NOTHING_READ: dict[str, Any] = {
    "cells": [],
    "data": {},
    "before": None,
    "message": "",
    "stakeholder": None,
}
ROW_COLUMNS = ("run__partner__name", "run__original_name", "line", "cells", "outcome")


def erase_rows(leaving: Leaving) -> int:
    """Empty the rows they stood in, and remove the files those rows came from with what was read of them.

    Stored files in which they stand without a row are removed before (contacts/actions/privacy.py).
    """
    linked = ImportRow.objects.filter(stakeholder=leaving.person).values_list("run", "line")
    found = {*linked, *_rows_that_may_be(leaving)}
    staged = runs_that_hold(leaving.person, leaving.addresses)
    for run in ImportRun.objects.filter(pk__in={*(run for run, _line in found), *staged}).order_by("pk"):
        remove_file(run, ImportRun.Gone.ERASED)
    for run_id, line in found:
        ImportRow.objects.filter(run=run_id, line=line).update(**NOTHING_READ)
    return len(found)


def _rows_that_may_be(leaving: Leaving) -> QuerySet[Any]:
    """Rows that say their address, told of a change to them, or were left out and say all of their name."""
    said = Q(data__id=leaving.person)
    for address in leaving.addresses:
        said |= Q(text__iregex=standing_alone(address))
    words = re.findall(r"\w{2,}", leaving.name)
    if words:
        named = Q(outcome__in=[ImportRow.Outcome.REJECTED, ImportRow.Outcome.AMBIGUOUS])
        for word in words:
            named &= Q(text__iregex=standing_alone(word, joints=""))
        said |= named
    worded = ImportRow.objects.exclude(cells=[], data={}, message="")
    text = Concat(Cast("cells", TextField()), Cast("data", TextField()), "message")
    return worded.annotate(text=text).filter(said).values_list("run", "line")


def erase_words(leaving: Leaving) -> int:
    """Words of files that name them: chosen for a file or its partner, said in a feed's letter, in a file's own name.

    A file may have a column of types in which one cell is somebody; whoever said what that means kept the word.
    """
    texts = [text for text in (leaving.name, *leaving.addresses) if text]
    touched = sum(_without_words(holder, texts) for holder in _mentioning(Partner, "mapping", texts))
    for run in _mentioning(ImportRun, "mapping", texts):
        touched += _without_words(run, texts)
    for run in _mentioning(ImportRun, "original_name", texts):
        touched += ImportRun.objects.filter(pk=run.pk).update(original_name=_("a file"))
    touched += _mentioning(PartnerFeed, "stopped_because", texts).update(stopped_because="")
    touched += _mentioning(Job, "label", texts).update(label=_("Work on a file"))
    touched += _mentioning(Job, "message", texts).update(message="")
    letters = OutboxMail.objects.filter(purpose="feed-stopped")
    return touched + letters.filter(pk__in=_mentioning(OutboxMail, "text", texts).values("pk")).delete()[0]


def _mentioning(model: type[Model], field: str, texts: list[str]) -> QuerySet[Any]:
    said = Q(pk__in=[])
    for text in texts:
        said |= Q(text_of_it__iregex=standing_alone(text, joints=""))
    return model._default_manager.annotate(text_of_it=Cast(field, TextField())).filter(said)


def _without_words(holder: Any, texts: list[str]) -> int:
    """Drop the words and headings of a mapping that are or hold one of these texts."""
    alone = [re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE) for text in texts]

    def without(said: Any) -> Any:
        if isinstance(said, dict):
            return {key: without(value) for key, value in said.items() if not any(one.search(key) for one in alone)}
        if isinstance(said, list):
            return [without(value) for value in said]
        return "" if isinstance(said, str) and any(one.search(said) for one in alone) else said

    holder.mapping = without(holder.mapping)
    holder.save(update_fields=["mapping"])
    return 1


def erase_log(leaving: Leaving) -> int:
    """The back office's log of saved forms keeps that something was saved, not whose name it was."""
    saved = LogEntry.objects.filter(
        content_type__app_label="contacts", content_type__model="stakeholder", object_id=str(leaving.person)
    )
    return saved.update(object_repr="", change_message="")


def export_mails(addresses: tuple[str, ...]) -> list[dict[str, Any]]:
    """The single mails to these addresses."""
    return list(_mails(addresses).values("purpose", "to", "subject", "text", "created_at", "sent_at"))


def erase_mails(leaving: Leaving) -> int:
    """Delete the single mails to their addresses."""
    return _mails(leaving.addresses).delete()[0]


def _mails(addresses: tuple[str, ...]):
    asked = Q(pk__in=[])
    for address in addresses:
        asked |= Q(to__iexact=address)
    return OutboxMail.objects.filter(asked)


def export_requests(addresses: tuple[str, ...]) -> list[dict[str, Any]]:
    """What was typed into the join form with these addresses."""
    return list(_requests(addresses).values("email", "first_name", "last_name", "zip", "created_at", "confirmed_at"))


def erase_requests(leaving: Leaving) -> int:
    """Delete what was typed into the join form with their addresses."""
    return _requests(leaving.addresses).delete()[0]


def _requests(addresses: tuple[str, ...]):
    asked = Q(pk__in=[])
    for address in addresses:
        asked |= Q(email__iexact=address)
    return JoinRequest.objects.filter(asked)


def export_suppressions(addresses: tuple[str, ...]) -> list[dict[str, Any]]:
    """Which of the addresses must not be mailed, and why."""
    found = Suppression.objects.filter(address__in=addresses)
    return [dict(row) for row in found.values("address", "reason", "source", "note", "at")]


def erase_suppressions(leaving: Leaving) -> int:
    """Keep only the keyed hash, by which the address is known when somebody brings it back."""
    blanks = {"address": "", "note": ""}
    kept = Suppression.objects.filter(fingerprint__in=leaving.fingerprints).update(**blanks)
    SuppressionHistory.objects.filter(fingerprint__in=leaving.fingerprints).update(**blanks)
    return kept


WORSE = [Status.VALID, Status.BOUNCING, Status.COMPLAINED, Status.BAD]
"""From an address that works to one that does not."""


def one_point(constraint: str, stays: ContactPoint, comes: ContactPoint) -> Verdict:
    """One address once, with the worse of what is known about it; the main one of who stays is the main one."""
    if constraint == "one_main_contact_point_per_kind":
        return Verdict(becomes={"is_primary": False})
    verified = max(filter(None, (stays.verified_at, comes.verified_at)), default=None)
    takes: dict[str, Any] = {
        "status": max(Status(stays.status), Status(comes.status), key=lambda status: WORSE.index(status)),
        "label": stays.label or comes.label,
        "verified_at": verified,
    }
    if comes.is_primary and not _main_ones(stays).exists():
        takes["is_primary"] = True
    return Verdict(takes)


def main_again(point: ContactPoint) -> str:
    """There is one main address of a kind: who has another one since keeps that."""
    if point.is_primary and _main_ones(point).exclude(pk=point.pk).exists():
        point.is_primary = False
        return _("Another address is the main one since.")
    return ""


def _main_ones(point: ContactPoint):
    return ContactPoint.objects.filter(stakeholder=point.stakeholder_id, kind=point.kind, is_primary=True)


def longest_affiliation(constraint: str, stays: Affiliation, comes: Affiliation) -> Verdict:
    """One role in one organisation: since the earlier day, and until no day when one of the two has not ended."""
    started = min(filter(None, (stays.started_on, comes.started_on)), default=None)
    ends = [day for day in (stays.ended_on, comes.ended_on) if day is not None]
    return Verdict({"started_on": started, "ended_on": max(ends) if len(ends) == 2 else None})


POINT = ("kind", "value", "label", "status", "is_primary", "verified_at", "created_at")
SAID = ("topic__slug", "action", "source", "wording", "language", "at", "evidence")

for _key, _place in {
    "contacts.ContactPoint.stakeholder": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(ContactPoint, "stakeholder", *POINT),
        deleted(ContactPoint, "stakeholder"),
        twice=one_point,
        returns=main_again,
        words=n_("%d address or number", "%d addresses and numbers"),
    ),
    "contacts.ContactPointEvent.stakeholder": Place(
        Merge.STAYS,
        listed(ContactPointHistory, "stakeholder", "pgh_created_at", "value", "status"),
        deleted(ContactPointHistory, "stakeholder"),
    ),
    "contacts.Typing.stakeholder": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Typing, "stakeholder", "type__slug"),
        deleted(Typing, "stakeholder"),
        words=n_("%d type", "%d types"),
    ),
    "contacts.Tagging.stakeholder": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Tagging, "stakeholder", "tag__name"),
        deleted(Tagging, "stakeholder"),
        words=n_("%d tag", "%d tags"),
    ),
    "contacts.Affiliation.person": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Affiliation, "person", "organisation__name", "role", "started_on", "ended_on"),
        deleted(Affiliation, "person"),
        twice=longest_affiliation,
    ),
    "contacts.Affiliation.organisation": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Affiliation, "organisation", "person__name", "role", "started_on", "ended_on"),
        deleted(Affiliation, "organisation"),
        twice=longest_affiliation,
    ),
    "contacts.Consent.stakeholder": Place(Merge.DERIVED, None, deleted(Consent, "stakeholder")),
    "contacts.ConsentEvent.stakeholder": Place(
        Merge.MOVE,
        listed(ConsentEvent, "stakeholder", *SAID),
        deleted(ConsentEvent, "stakeholder"),
        words=n_("%d yes or no to a topic", "%d times yes or no to a topic"),
    ),
    "contacts.JoinRequest.stakeholder": Place(
        Merge.MOVE,
        listed(JoinRequest, "stakeholder", "email", "first_name", "last_name", "zip", "created_at"),
        deleted(JoinRequest, "stakeholder"),
        address="email",
    ),
    "contacts.ExternalId.stakeholder": Place(
        Merge.MOVE, listed(ExternalId, "stakeholder", "system", "value"), deleted(ExternalId, "stakeholder")
    ),
    "contacts.ImportDecision.stakeholder": Place(Merge.MOVE, None, deleted(ImportDecision, "stakeholder")),
    "contacts.DuplicateCandidate.one": Place(Merge.DERIVED, None, deleted(DuplicateCandidate, "one")),
    "contacts.DuplicateCandidate.other": Place(Merge.DERIVED, None, deleted(DuplicateCandidate, "other")),
    "contacts.Sketch.stakeholder": Place(Merge.DERIVED, None, deleted(Sketch, "stakeholder")),
    "contacts.StakeholderMerge.survivor": Place(
        Merge.MOVE,
        listed(StakeholderMerge, "survivor", "merged_id", "at", "kept"),
        deleted(StakeholderMerge, "survivor"),
    ),
    "contacts.ImportRow.stakeholder": Place(
        Merge.MOVE,
        listed(ImportRow, "stakeholder", *ROW_COLUMNS),
        erase_rows,
        words=n_("%d row of a partner’s file", "%d rows of partners’ files"),
    ),
    "contacts.StakeholderEvent.pgh_obj": Place(
        Merge.STAYS,
        listed(StakeholderHistory, "pgh_obj", "pgh_created_at", "name", "zip", "language", "source", "notes"),
        deleted(StakeholderHistory, "pgh_obj"),
    ),
}.items():
    RELATIONS.add(_key, _place)

TRACES.add("contacts.ImportRun", Trace(lambda addresses: [], erase_words))
TRACES.add("crm.OutboxMail", Trace(export_mails, erase_mails))
TRACES.add("contacts.JoinRequest", Trace(export_requests, erase_requests))
TRACES.add("contacts.Suppression", Trace(export_suppressions, erase_suppressions))
TRACES.add("admin.LogEntry", Trace(lambda addresses: [], erase_log))
TRACES.add("crm.Export", Trace(lambda addresses: [], lambda leaving: remove_every_export()))  # they may stand in any
