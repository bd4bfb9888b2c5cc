"""Rows that could mean several people: what the row says beside whom it could mean, what agrees and what differs."""

from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from contacts.addresses import normalize_phone
from contacts.imports.cleaning.emails import split_emails
from contacts.imports.cleaning.phones import split_phones
from contacts.imports.mapping.fields import name_of
from contacts.imports.models import ImportRow, ImportRowQuerySet, ImportRun
from contacts.models import Affiliation, Stakeholder
from contacts.names import Name, compatible, key_of_name, split_full_name

MOST = 12
"""Candidates that are shown side by side; a crowd behind one address is no help to anybody."""
AGREES = {"same": 2, "near": 1}
CROWD = 200
NAMES = ("full_name", "first_name", "middle_name", "last_name", "second_last_name")


@dataclass(frozen=True)
class Said:
    """One thing the row says, under the heading of its column."""

    label: str
    value: str


@dataclass(frozen=True)
class Compared:
    """One thing about a candidate; the row says the `same`, something `near` it or `other`, or nothing (empty)."""

    label: str
    value: str
    verdict: str = ""


@dataclass
class Candidate:
    """Somebody in the book whom the row could mean."""

    person: Stakeholder
    facts: list[Compared] = field(default_factory=list)
    agreeing: int = 0


def open_rows(run: ImportRun) -> ImportRowQuerySet:
    """Rows of a file that still wait for somebody to say who they are."""
    decided = run.decisions.values("line")
    return run.rows.filter(outcome=ImportRow.Outcome.AMBIGUOUS).exclude(line__in=decided)


def next_open(run: ImportRun, *, after: int = 0) -> ImportRow | None:
    """The next row that waits beyond line `after`, or the first one again."""
    waiting = open_rows(run)
    return next(iter(waiting.next_in_file(after, 1) or waiting.next_in_file(0, 1)), None)


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
    found = _likely(book.filter(contact_points__normalized__in=_emails(cells)), cells)
    if not found:
        found = _likely(book.filter(contact_points__normalized__in=_phones(cells)), cells)
    last, zips = cells.get("last_name", []), cells.get("zip", [])
    if not found and last and zips:
        found = list(book.filter(last_name__iexact=last[0], zip=zips[0][:5])[:MOST])
    if not found and cells.get("organisation"):
        found = list(book.filter(Q(kind="organisation", name__iexact=cells["organisation"][0]))[:MOST])
    return found


def _likely(met: QuerySet[Stakeholder], cells: dict[str, list[str]]) -> list[Stakeholder]:
    """Those of `met` whose name may be the row's; all of them when none may."""
    everybody = list(met.distinct()[:CROWD])
    name = _name_of(cells)
    likely = [person for person in everybody if compatible(name, key_of_name(person.first_name, person.last_name))]
    return (likely or everybody)[:MOST]


def _name_of(cells: dict[str, list[str]]) -> Name:
    first, last = cells.get("first_name", [""])[0], cells.get("last_name", [""])[0]
    if not first and not last:
        first, last = split_full_name(cells.get("full_name", [""])[0])
    return key_of_name(first, last)


def _emails(cells: dict[str, list[str]]) -> set[str]:
    return {address for cell in cells.get("email", []) for address in split_emails(cell)}


def _phones(cells: dict[str, list[str]]) -> set[str]:
    return {normalize_phone(number) for cell in cells.get("phone", []) for _written, number in split_phones(cell)}


def _compared(person: Stakeholder, cells: dict[str, list[str]]) -> Candidate:
    candidate = Candidate(person)
    candidate.facts.append(Compared(_("Name"), person.name, _name_verdict(person, cells)))
    candidate.facts += _points(person, cells)
    zips = [cell[:5] for cell in cells.get("zip", [])]
    if person.zip:
        candidate.facts.append(_one(_("Zip code"), person.zip, " ".join(zips), same=person.zip in zips))
    candidate.facts += _organisations(person, cells)
    for label, things in ((_("Types"), person.types.all()), (_("Tags"), person.tags.all())):
        if things:
            candidate.facts.append(Compared(label, ", ".join(map(str, things))))
    candidate.agreeing = sum(AGREES.get(fact.verdict, 0) for fact in candidate.facts)
    return candidate


def _name_verdict(person: Stakeholder, cells: dict[str, list[str]]) -> str:
    """An initial and a nickname are near, not the same."""
    said = _name_of(cells)
    known = key_of_name(person.first_name, person.last_name)
    whole = " ".join(cell for name in NAMES for cell in cells.get(name, []))
    if not whole:
        return ""
    if said == known or whole.casefold() == person.name.casefold():
        return "same"
    return "near" if compatible(said, known) else "other"


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
