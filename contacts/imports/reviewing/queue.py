"""Rows that could mean several people: what the row says beside whom it could mean, what agrees and what differs."""

from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from contacts.addresses import normalize_phone
from contacts.imports.cleaning.emails import split_emails
from contacts.imports.cleaning.phones import split_phones
from contacts.imports.mapping.fields import name_of
from contacts.imports.models import ImportRow, ImportRun
from contacts.models import Affiliation, Stakeholder

MOST = 12
"""Candidates that are shown side by side; a crowd behind one address is no help to anybody."""
NAMES = ("full_name", "first_name", "middle_name", "last_name", "second_last_name")


@dataclass(frozen=True)
class Said:
    """One thing the row says, under the heading of its column."""

    label: str
    value: str


@dataclass(frozen=True)
class Compared:
    """One thing about a candidate: whether the row says the `same`, something `other`, or nothing (empty)."""

    label: str
    value: str
    verdict: str = ""


@dataclass
class Candidate:
    """Somebody in the book whom the row could mean."""

    person: Stakeholder
    facts: list[Compared] = field(default_factory=list)
    agreeing: int = 0


def open_rows(run: ImportRun) -> QuerySet[ImportRow]:
    """Rows of a file that still wait for somebody to say who they are."""
    decided = run.decisions.values("line")
    return run.rows.filter(outcome=ImportRow.Outcome.AMBIGUOUS).exclude(line__in=decided).order_by("line")


def next_open(run: ImportRun, *, after: int = 0) -> ImportRow | None:
    """The next row that waits beyond line `after`, or the first one again."""
    waiting = open_rows(run)
    return waiting.filter(line__gt=after).first() or waiting.first()


def said_by(run: ImportRun, row: ImportRow) -> list[Said]:
    """What stands in the filled cells of the columns that are read."""
    return [
        Said(name_of(column["field"]) or column["heading"], row.cells[column["at"]])
        for column in run.mapping.get("columns", [])
        if column["field"] and column["at"] < len(row.cells) and row.cells[column["at"]].strip()
    ]


def candidates_of(run: ImportRun, row: ImportRow) -> list[Candidate]:
    """Whom the row could mean, those with whom it agrees most first."""
    cells = _by_field(run, row)
    found = [_compared(person, cells) for person in _people(row, cells)]
    return sorted(found, key=lambda candidate: (-candidate.agreeing, candidate.person.pk))


def _by_field(run: ImportRun, row: ImportRow) -> dict[str, list[str]]:
    """The filled cells of a row by what their columns are taken for."""
    found: dict[str, list[str]] = {}
    for column in run.mapping.get("columns", []):
        if column["field"] and column["at"] < len(row.cells) and row.cells[column["at"]].strip():
            found.setdefault(column["field"], []).append(" ".join(row.cells[column["at"]].split()))
    return found


def _people(row: ImportRow, cells: dict[str, list[str]]) -> list[Stakeholder]:
    """Those kept with the row; else those with an address or number of it, else those with its name and zip code."""
    book = Stakeholder.objects.prefetch_related(
        "contact_points", "tags", "types",
        Prefetch("affiliations", Affiliation.objects.select_related("organisation")),
    )  # fmt: skip
    if row.candidates:
        return list(book.filter(pk__in=row.candidates)[:MOST])
    emails, phones = _emails(cells), _phones(cells)
    found = list(book.filter(contact_points__normalized__in=[*emails, *phones]).distinct()[:MOST])
    last, zips = cells.get("last_name", []), cells.get("zip", [])
    if not found and last and zips:
        found = list(book.filter(last_name__iexact=last[0], zip=zips[0][:5])[:MOST])
    if not found and cells.get("organisation"):
        found = list(book.filter(Q(kind="organisation", name__iexact=cells["organisation"][0]))[:MOST])
    return found


def _emails(cells: dict[str, list[str]]) -> set[str]:
    return {address for cell in cells.get("email", []) for address in split_emails(cell)}


def _phones(cells: dict[str, list[str]]) -> set[str]:
    return {normalize_phone(number) for cell in cells.get("phone", []) for _written, number in split_phones(cell)}


def _compared(person: Stakeholder, cells: dict[str, list[str]]) -> Candidate:
    candidate = Candidate(person)
    whole = " ".join(cell for name in NAMES for cell in cells.get(name, []))
    candidate.facts.append(_one(_("Name"), person.name, whole, same=person.name.casefold() == whole.casefold()))
    candidate.facts += _points(person, cells)
    zips = [cell[:5] for cell in cells.get("zip", [])]
    if person.zip:
        candidate.facts.append(_one(_("Zip code"), person.zip, " ".join(zips), same=person.zip in zips))
    candidate.facts += _organisations(person, cells)
    for label, things in ((_("Types"), person.types.all()), (_("Tags"), person.tags.all())):
        if things:
            candidate.facts.append(Compared(label, ", ".join(map(str, things))))
    candidate.agreeing = sum(fact.verdict == "same" for fact in candidate.facts)
    return candidate


def _one(label: str, value: str, said: str, *, same: bool) -> Compared:
    return Compared(label, value, "same" if same else "other" if said else "")


def _points(person: Stakeholder, cells: dict[str, list[str]]) -> list[Compared]:
    said = {"email": _emails(cells), "phone": _phones(cells)}
    return [
        _one(
            point.get_kind_display().capitalize(), point.value, " ".join(said.get(point.kind, ())),
            same=point.normalized in said.get(point.kind, ()),
        )
        for point in person.contact_points.all()
    ]  # fmt: skip


def _organisations(person: Stakeholder, cells: dict[str, list[str]]) -> list[Compared]:
    said = [cell.casefold() for cell in cells.get("organisation", [])]
    houses = [affiliation.organisation.name for affiliation in person.affiliations.all()]
    return [_one(_("Organisation"), name, " ".join(said), same=name.casefold() in said) for name in houses]
