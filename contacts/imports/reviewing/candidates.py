"""Whom an unclear row could mean, looked up in the book as it is now.

    numbers of the partner's system and e-mail addresses  →  phone numbers  →  name and place

From the surest sign on, until there are two whose names may be the row's: one alone would not have made it unclear.
Whoever was merged is met as who they are now, and whoever was erased is met no more.
"""

from collections.abc import Iterable

from django.db.models import CharField, Func, Prefetch, Q, QuerySet
from django.db.models.fields.json import KT

from contacts.identity.current import current_id
from contacts.imports.cleaning.entries import Entry
from contacts.imports.cleaning.names import Name
from contacts.imports.cleaning.texts import SEPARATOR
from contacts.imports.matching.groups import Member, goes_with
from contacts.imports.matching.settling import name_in_book
from contacts.models import Affiliation, ContactPoint, ExternalId, Stakeholder, StakeholderMerge

CROWD = 100
"""People behind one address who are compared at all."""


class Letters(Func):
    """A name reduced to its letters and digits, as matching compares it."""

    template = "regexp_replace(lower(unaccent(%(expressions)s)), '[^[:alnum:]]', '', 'g')"
    output_field = CharField()


class Met:
    """Those whom the signs of one row lead to, each with every name they have or had."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.numbered = _with_a_number(entry)
        self.known: dict[int, list[Member]] = {}
        self.once: dict[int, list[str]] = {}
        """Names of those who became part of somebody, by the number of who stayed."""

    def people(self) -> list[Stakeholder]:
        """The likeliest, else all whom a sign leads to; with everything about them that is compared."""
        if self.entry.problem:
            return []
        likely: set[int] = set()
        unlikely: set[int] = set()
        for look in (_by_email, _by_phone, _by_name):
            met = self._known(look(self.entry) | self.numbered)
            likely |= {number for number, names in met.items() if number in self.numbered or self._may_be(names)}
            unlikely |= met.keys()
            if len(likely) > 1:
                break
        return _compared_in_full(likely or unlikely)

    def _known(self, numbers: set[int]) -> dict[int, list[Member]]:
        """Of these numbers each under every name, as matching compares them."""
        new = numbers - self.known.keys()
        rows = Stakeholder.objects.filter(pk__in=new).values_list("pk", "kind", "first_name", "last_name", "name")
        for pk, *names in rows if new else ():
            self.known[pk] = [_member(pk, *names)]
        merges = StakeholderMerge.objects.filter(survivor__in=new, undone_at__isnull=True, kept__has_key="row")
        once = (KT(f"kept__row__{field}") for field in ("kind", "first_name", "last_name", "name"))
        for pk, *names in merges.order_by("pk").values_list("survivor", *once) if new else ():
            self.known[pk].append(_member(pk, *names))
            self.once.setdefault(pk, []).append(names[-1])
        return {number: self.known[number] for number in numbers if number in self.known}

    def _may_be(self, names: Iterable[Member]) -> bool:
        row = Member(self.entry.line, None, None, self.entry.kind, Name(self.entry.first_key, self.entry.last_key))
        return any(goes_with(row, name) for name in names)


def _member(pk: int, kind: str, first: str, last: str, name: str) -> Member:
    return Member(None, pk, None, kind, name_in_book(kind, first, last, name))


def several(joined: str) -> list[str]:
    """The values of a field of an entry that may hold more than one."""
    return joined.split(SEPARATOR) if joined else []


def _with_a_number(entry: Entry) -> set[int]:
    """Who has a number of the row in another system; our own numbers lead to who that is now."""
    numbers = [number.partition(":")[::2] for number in several(entry.external)]
    ours = {current_id(int(value)) for system, value in numbers if system == "alliance" and len(value) < 19}
    asked = Q(pk__in=[])
    for system, value in numbers:
        asked |= Q(system=system, value=value)
    return ours | (set(ExternalId.objects.filter(asked).values_list("stakeholder", flat=True)) if numbers else set())


def _by_email(entry: Entry) -> set[int]:
    return _behind("email", several(entry.emails))


def _by_phone(entry: Entry) -> set[int]:
    return _behind("phone", several(entry.numbers))


def _behind(kind: str, values: list[str]) -> set[int]:
    points = ContactPoint.objects.filter(kind=kind, normalized__in=values)
    return set(points.order_by("stakeholder").values_list("stakeholder", flat=True)[:CROWD]) if values else set()


def _by_name(entry: Entry) -> set[int]:
    """People of the last name in the zip code; organisations of the name."""
    if not entry.last_key or (entry.kind == "person" and not entry.zip):
        return set()
    if entry.kind == "person":
        book = Stakeholder.objects.filter(zip=entry.zip).annotate(letters=Letters("last_name"))
    else:
        book = Stakeholder.objects.annotate(letters=Letters("name"))
    namesakes = book.filter(kind=entry.kind, letters=entry.last_key)
    return set(namesakes.order_by("pk").values_list("pk", flat=True)[:CROWD])


def _compared_in_full(numbers: set[int]) -> list[Stakeholder]:
    houses = Affiliation.objects.select_related("organisation")
    book: QuerySet[Stakeholder] = Stakeholder.objects.prefetch_related(
        "contact_points", "tags", "types", "external_ids", Prefetch("affiliations", houses)
    )
    return list(book.filter(pk__in=numbers).order_by("pk")[:CROWD]) if numbers else []
