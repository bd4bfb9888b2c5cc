"""Rows of a file that was saved, with what each changed: the kept image of before, told old → new."""

from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models import Count, Q

from contacts.imports.lines import SECOND_PERSON
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.reviewing.lines import PER_PAGE, Change, Line, called
from contacts.models import (
    Affiliation,
    ConsentEvent,
    ContactPoint,
    CustomField,
    ExternalId,
    Suppression,
    Tagging,
    Typing,
)

KINDS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "points": (ContactPoint, ()),
    "types": (Typing, ("type",)),
    "tags": (Tagging, ("tag",)),
    "affiliations": (Affiliation, ("organisation",)),
    "externals": (ExternalId, ()),
    "consent": (ConsentEvent, ("topic",)),
    "suppressions": (Suppression, ()),
}
"""What an image names by number, and what must be fetched with it to say what it is."""


def lines_of(run: ImportRun, outcome: str, *, after: int, words: str) -> list[Line]:
    """A page of the rows with this outcome."""
    rows = run.rows.filter(outcome=outcome).select_related("stakeholder")
    if words:
        rows = rows.filter(
            Q(stakeholder__search__icontains=words.lower()) | Q(message__icontains=words) | Q(cells__icontains=words)
        )
    found = rows.next_in_file(after, PER_PAGE + 1)
    things = _things(found)
    return [_line(row, things) for row in found]


def second_persons(run: ImportRun) -> dict[str, int]:
    """How many second persons of rows have each outcome."""
    seconds = run.rows.filter(line__gte=SECOND_PERSON)
    return dict(seconds.values_list("outcome").annotate(count=Count("line")).order_by())


def _line(row: ImportRow, things: dict[str, dict[int, models.Model]]) -> Line:
    person = row.stakeholder
    who = row.data.get("who", "") if person is None else person.name
    if row.before is None and row.data:
        changes = [Change(called(what), was or "", now or "") for what, was, now in row.data.get("changes", [])]
    else:
        changes = list(_changes(row.before or {}, things))
    return Line(
        row.line,
        row.outcome,
        who=who,
        person=row.stakeholder_id or row.data.get("id"),
        facts=[cell for cell in row.cells if cell][:6],
        changes=changes,
        column=row.column,
        message=row.message,
    )


def _things(rows: Iterable[ImportRow]) -> dict[str, dict[int, models.Model]]:
    """What the images of these rows name by number: one query for each kind that occurs."""
    found: dict[str, dict[int, models.Model]] = {}
    for kind, (model, along) in KINDS.items():
        numbers = [number for row in rows for number in _numbers(row.before or {}, kind)]
        if numbers:
            found[kind] = model._default_manager.select_related(*along).in_bulk(numbers)
    if any("custom" in (row.before or {}) for row in rows):
        found["custom"] = {field.slug: field for field in CustomField.objects.all()}  # type: ignore[misc]
    return found


def _numbers(image: dict, kind: str) -> list[int]:
    """The numbers of a kind in an image; some come with a word about them."""
    return [item[0] if isinstance(item, list) else item for item in image.get(kind, [])]


def _changes(image: dict, things: dict[str, dict[int, models.Model]]) -> Iterator[Change]:
    for name, (was, now) in image.get("fields", {}).items():
        yield Change(called(name), was or "", now or "")
    for slug, (was, now) in image.get("custom", {}).items():
        yield Change(str(things["custom"].get(slug, slug)), was or "", now or "")
    for kind in KINDS:
        for number in _numbers(image, kind):
            thing = things[kind].get(number)
            if thing is not None:
                yield _added(thing)


def _added(thing: models.Model) -> Change:
    """Something that was put to a person, in words."""
    match thing:
        case ContactPoint():
            return Change(called(thing.kind), "", thing.value)
        case Typing():
            return Change(called("type"), "", str(thing.type))
        case Tagging():
            return Change(called("tag"), "", str(thing.tag))
        case Affiliation():
            return Change(called("organisation"), "", thing.organisation.name)
        case ConsentEvent():
            return Change(called(thing.action), "", str(thing.topic))
        case ExternalId():
            return Change(called("external"), "", f"{thing.system}:{thing.value}")
        case _:
            return Change(called("suppressed"), "", getattr(thing, "address", ""))
