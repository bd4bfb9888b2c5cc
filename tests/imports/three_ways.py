"""The book in four moments: before an import, after it, after hand edits, and as it should be once it is taken back.

A thing that nobody touched since the import is as it was before it; a thing that somebody touched is as they left it.
`wanted` works that out row by row from the first three moments, and knows nothing of how taking back is done.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

from contacts.models import Consent, ConsentEvent, Stakeholder
from tests.imports.book import snapshot

Row = dict[str, Any]
Table = dict[int, Row]

PEOPLE, POINTS = "contacts.Stakeholder", "contacts.ContactPoint"
TAGS, TAGGINGS, ROLES = "contacts.Tag", "contacts.Tagging", "contacts.Affiliation"
SEATS, SHUT = "engagement.Registration", "contacts.Suppression"
TOLD_ELSEWHERE = {
    PEOPLE: {"search", "custom"},
    POINTS: {"is_primary", "status"},
    SEATS: {"changes", "changed_at"},
}
"""Columns that follow from others, or that are compared by a rule of their own."""


@dataclass
class Moment:
    """Every row about people, by table and number, and who agreed to what by which event."""

    tables: dict[str, Table]
    agreed: dict[tuple[int, int], int]
    """The event that says so, by person and topic."""
    words: dict[int, int]
    """The last event of each person."""


def now() -> Moment:
    """The book as it is."""
    taken = snapshot()
    del taken["agreed"]
    words = ConsentEvent.objects.order_by("pk").values_list("stakeholder_id", "pk")
    agreed = Consent.objects.filter(state="given").values_list("stakeholder_id", "topic_id", "event_id")
    return Moment(
        {label: {row["id"]: row for row in rows} for label, rows in taken.items()},
        {(person, topic): event for person, topic, event in agreed},
        dict(words),
    )


def holders() -> Iterator[tuple[str, str]]:
    """Every table and column that points to a person."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.related_model is Stakeholder:
                yield model._meta.label, column.attname


@dataclass
class ThreeWays:
    """From `before`, `imported` and `edited` to what taking the import back should leave."""

    before: Moment
    imported: Moment
    edited: Moment
    merged: set[int] = field(default_factory=set)
    """People who became one since: theirs stays whole."""

    def __post_init__(self) -> None:
        self.holders = list(holders())
        was, then = self.before.tables[PEOPLE], self.imported.tables[PEOPLE]
        born = {pk for pk in then.keys() - was.keys() if pk in self.edited.tables[PEOPLE]}
        self.kept = self.merged | {pk for pk in born if then[pk]["kind"] == "person" and self._touched(pk)}
        self.gone = {pk for pk in born if then[pk]["kind"] == "person"} - self.kept
        houses = born - self.gone - self.kept
        self.kept |= {pk for pk in houses if self._touched(pk) or self._people_of(pk)}
        self.gone |= houses - self.kept

    def wanted(self) -> dict[str, Table]:
        """What each table should hold."""
        found = {label: self._table(label) for label in self.edited.tables}
        found[POINTS] = self._mains(found[POINTS])
        used = {row["tag_id"] for row in found[TAGGINGS].values()}
        for pk in self._new(TAGS) - used:
            found[TAGS].pop(pk, None)
        return found

    def agreed(self) -> set[tuple[int, int]]:
        """Who should agree to what: the yes of the import is none any more, every other word holds."""
        brought = set(self.imported.agreed.values()) - set(self.before.agreed.values())
        return {key for key, event in self.edited.agreed.items() if event not in brought and key[0] not in self.gone}

    def _new(self, label: str) -> set[int]:
        return self.imported.tables[label].keys() - self.before.tables[label].keys()

    def _touched(self, pk: int) -> bool:
        """Whether anything says something of somebody new that the import did not say.

        A tag that was taken off says nothing of them; an address that is missing does.
        """
        then, since = self.imported, self.edited
        if then.tables[PEOPLE][pk] != since.tables[PEOPLE][pk] or then.words.get(pk) != since.words.get(pk):
            return True
        for label, column in self.holders:
            if label in then.tables and (label, column) != (ROLES, "organisation_id"):
                left, there = (_of(moment.tables[label], column, pk) for moment in (then, since))
                if label == POINTS and left.keys() - there.keys():
                    return True
                if any(number not in left or _differs(label, row, left[number]) for number, row in there.items()):
                    return True
        return False

    def _people_of(self, pk: int) -> bool:
        """Whether somebody who stays belongs to an organisation that the import made."""
        return any(
            self._stays(ROLES, number, row)
            for number, row in _of(self.edited.tables[ROLES], "organisation_id", pk).items()
        )

    def _stays(self, label: str, number: int, row: Row) -> bool:
        """Whether a row that is there outlives the import."""
        people = {row[column] for table, column in self.holders if table == label}
        if label == PEOPLE:
            people = {number}
        if people & self.gone:
            return False
        if number not in self._new(label) or label in (PEOPLE, TAGS, SHUT):
            return True
        then = self.imported.tables[label][number]
        if label == SEATS:
            return (row["state"], row["changes"]) != (then["state"], then["changes"])
        whole = (row["person_id"] if label == ROLES else max(people)) in self.kept
        return whole or _differs(label, row, then)

    def _table(self, label: str) -> Table:
        return {
            number: self._row(label, number, row)
            for number, row in self.edited.tables[label].items()
            if self._stays(label, number, row)
        }

    def _row(self, label: str, number: int, row: Row) -> Row:
        was, then = self.before.tables[label].get(number), self.imported.tables[label].get(number)
        if was is None or then is None:
            return row
        own = {number} if label == PEOPLE else {row[column] for table, column in self.holders if table == label}
        skipped = TOLD_ELSEWHERE.get(label, set())
        made = {key: row[key] if key in skipped else _back(was, then, row, key) for key in row}
        if label == POINTS and not self._is_shut(row):
            made["status"] = _back(was, then, row, "status")
        if own & self.merged and label != SEATS:
            return row | {"status": made["status"]} if label == POINTS else row
        if label == PEOPLE:
            slugs = was["custom"].keys() | then["custom"].keys() | row["custom"].keys()
            custom = {slug: _back(was["custom"], then["custom"], row["custom"], slug) for slug in slugs}
            made["custom"] = {slug: value for slug, value in custom.items() if value is not None}
        return made

    def _is_shut(self, point: Row) -> bool:
        return any(row["fingerprint"] == point["fingerprint"] for row in self.edited.tables[SHUT].values())

    def _mains(self, points: Table) -> Table:
        """The main one of each kind: as before if nobody chose since; where it goes, the oldest added since."""
        was, then, since = (_main(moment.tables[POINTS]) for moment in (self.before, self.imported, self.edited))
        kinds: dict[tuple[int, str], list[int]] = defaultdict(list)
        for number, row in points.items():
            kinds[row["stakeholder_id"], row["kind"]].append(number)
        for key, numbers in kinds.items():
            if key[0] in self.kept:
                continue
            main = was.get(key) if since.get(key) == then.get(key) else since.get(key)
            if main not in numbers:
                later = [number for number in numbers if number not in self.before.tables[POINTS]]
                main = min(later, default=None) if since.get(key) is not None else None
            for number in numbers:
                points[number] = points[number] | {"is_primary": number == main}
        return points


def _differs(label: str, row: Row, then: Row) -> bool:
    """Whether somebody says something else since.

    Nobody says where a role went when two houses became one; that another address became the main one says nothing
    about this one.
    """
    silent = {ROLES: {"organisation_id"}, POINTS: set() if row.get("is_primary") else {"is_primary"}}
    return any(row[key] != then[key] for key in row.keys() - silent.get(label, set()))


def _of(table: Table, column: str, pk: int) -> Table:
    return {number: row for number, row in table.items() if row[column] == pk}


def _back(was: Row, then: Row, since: Row, key: str) -> Any:
    """What stood there before, if it still says what the import left."""
    return was.get(key) if since.get(key) == then.get(key) else since.get(key)


def _main(points: Table) -> dict[tuple[int, str], int]:
    return {(row["stakeholder_id"], row["kind"]): number for number, row in points.items() if row["is_primary"]}


def without(tables: dict[str, Table]) -> dict[str, Table]:
    """The tables without columns that follow from others, to be compared."""
    hidden = {PEOPLE: {"search"}, SEATS: TOLD_ELSEWHERE[SEATS]}
    return {
        label: {
            number: {key: value for key, value in row.items() if key not in hidden.get(label, set())}
            for number, row in rows.items()
        }
        for label, rows in tables.items()
    }


def differing(one: dict[str, Table], other: dict[str, Table]) -> dict[str, tuple]:
    """Rows that two moments do not share, by table."""
    one, other = without(one), without(other)
    return {
        f"{label} {number}": (rows.get(number), other[label].get(number))
        for label, rows in one.items()
        for number in rows.keys() | other[label].keys()
        if rows.get(number) != other[label].get(number)
    }
