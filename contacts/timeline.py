"""What happened to somebody, newest first: changes from history, words about topics, files they came in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contacts.models import ConsentEvent, ContactPoint, ImportRow, Stakeholder, StakeholderMerge
from crm.models import User

LATEST = 40
TOLD = ["kind", "name", "first_name", "last_name", "language", "zip", "source", "notes"]
TOLD_OF_POINTS = ["value", "label", "status", "is_primary"]


@dataclass(frozen=True)
class Happening:
    """One line of the timeline; `by` is a user's number or None when it was the person or the house."""

    at: datetime
    icon: str
    text: str
    by: int | None = None
    who: str = ""


def timeline(person: Stakeholder) -> list[Happening]:
    """The latest things that happened to `person`."""
    told = [*_changes(person), *_points(person), *_words(person), *_files(person), *_merges(person)]
    latest = sorted(told, key=lambda happening: happening.at, reverse=True)[:LATEST]
    return _with_names(latest)


def _with_names(told: list[Happening]) -> list[Happening]:
    users = User.objects.in_bulk({happening.by for happening in told if happening.by})
    return [
        Happening(line.at, line.icon, line.text, line.by, str(users[line.by]) if line.by in users else "")
        for line in told
    ]


def _by(event: Any) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _steps(events: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Every event with the one of the same row before it (None for the first)."""
    before: dict[int, Any] = {}
    for event in events:
        yield before.get(event.pgh_obj_id), event
        before[event.pgh_obj_id] = event


def _differences(before: Any, after: Any, fields: list[str]) -> str:
    """“zip code: 28202 → 28205” for every field that differs."""
    told = []
    for name in fields:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            label = after._meta.get_field(name).verbose_name
            told.append(f"{label}: {old if old not in ('', None) else '–'} → {new if new not in ('', None) else '–'}")
    return ", ".join(told)


def _changes(person: Stakeholder) -> Iterator[Happening]:
    history = Stakeholder.pgh_event_model  # type: ignore[attr-defined]
    events = history.objects.filter(pgh_obj_id=person.pk).select_related("pgh_context").order_by("pgh_id")
    for before, event in _steps(events):
        if before is None:
            yield Happening(event.pgh_created_at, "person_add", _("Came into the book"), _by(event))
        elif text := _differences(before, event, TOLD):
            yield Happening(event.pgh_created_at, "edit", text, _by(event))


def _points(person: Stakeholder) -> Iterator[Happening]:
    history = ContactPoint.pgh_event_model  # type: ignore[attr-defined]
    events = history.objects.filter(stakeholder_id=person.pk).select_related("pgh_context").order_by("pgh_id")
    for before, event in _steps(events):
        if before is None:
            yield Happening(
                event.pgh_created_at, "alternate_email", _("New: %(value)s") % {"value": event.value}, _by(event)
            )
        elif text := _differences(before, event, TOLD_OF_POINTS):
            yield Happening(event.pgh_created_at, "alternate_email", f"{event.value}: {text}", _by(event))


def _words(person: Stakeholder) -> Iterator[Happening]:
    for said in ConsentEvent.objects.filter(stakeholder=person).select_related("topic")[:LATEST]:
        icon = "mark_email_read" if said.action == ConsentEvent.Action.GIVEN else "unsubscribe"
        yield Happening(said.at, icon, f"{said} ({said.source})", said.by_id)


def _files(person: Stakeholder) -> Iterator[Happening]:
    rows = ImportRow.objects.filter(stakeholder=person, run__state="committed").select_related("run__partner")
    for row in rows.order_by("-run", "-line")[:LATEST]:
        told = {
            "line": row.place,
            "file": row.run.original_name,
            "partner": row.run.partner,
            "what": row.get_outcome_display(),
        }
        text = _("Line %(line)s of “%(file)s” from %(partner)s: %(what)s") % told
        yield Happening(row.run.committed_at or row.run.created_at, "upload_file", text, row.run.by_id)


def _merges(person: Stakeholder) -> Iterator[Happening]:
    for merge in StakeholderMerge.objects.filter(survivor=person).order_by("-pk")[:LATEST]:
        name = merge.kept.get("row", {}).get("name", "")
        who = {"name": name or _("number %(pk)s") % {"pk": merge.merged_id}}
        yield Happening(merge.at, "merge", _("Merged with %(name)s") % who, merge.by_id)
        if merge.undone_at:
            words = _("Number %(pk)s was taken apart again") % {"pk": merge.merged_id}
            yield Happening(merge.undone_at, "call_split", words, merge.undone_by_id)
