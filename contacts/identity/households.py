"""Households: people who share a postal address or an inbox. Nothing is stored: it is asked each time.

The inbox of an office (`info@…`) and an address that more than LARGEST have are no home. Two spellings of one postal
address are one: `12 N Main Street, Apt. 4` and `12 North Main St #4`.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from contacts.identity.rules.evidence import ROLE_INBOXES
from contacts.models import ContactPoint, Stakeholder
from contacts.models.homes import HomeOf

LARGEST = 12
"""More people than this at one address are a building or a list, no household."""
SHARED = ("email", "postal")
OFFICE = rf"^({'|'.join(sorted(ROLE_INBOXES))})@"


@dataclass(frozen=True)
class Housemate:
    """Somebody of the same household, and the kinds of what they share: `email`, `postal`."""

    who: Stakeholder
    shares: tuple[str, ...]


def homes(kind: str) -> QuerySet:
    """The addresses of this kind that two to LARGEST people have, in the form in which they are compared."""
    found = _points(kind).values("home").annotate(people=Count("stakeholder", distinct=True))
    return found.filter(people__gte=2, people__lte=LARGEST).values("home")


def shares_with_somebody(kinds: list[str]) -> Q:
    """People who share an address of one of `kinds` with somebody."""
    answer = Q(pk__in=[])
    for kind in kinds:
        mine = _compared(kind).filter(stakeholder=OuterRef("pk"), home__in=homes(kind))
        answer |= Q(Exists(mine), kind=Stakeholder.Kind.PERSON)
    return answer


def housemates(stakeholder: Stakeholder) -> list[Housemate]:
    """Everybody of the household of `stakeholder`, those first who share most; an organisation has none."""
    if stakeholder.kind != Stakeholder.Kind.PERSON:
        return []
    shares: dict[int, set[str]] = defaultdict(set)
    people: dict[int, Stakeholder] = {}
    for kind in SHARED:
        mine = _points(kind).filter(stakeholder=stakeholder.pk).values("home")
        there = _points(kind).filter(home__in=mine).select_related("stakeholder").order_by("home")
        at: dict[str, list[Stakeholder]] = defaultdict(list)
        for point in there[: LARGEST * LARGEST]:
            at[point.home].append(point.stakeholder)
        for each in (who for group in at.values() if len(group) <= LARGEST for who in group):
            people[each.pk] = each
            shares[each.pk].add(kind)
    found = [Housemate(people[pk], tuple(sorted(kinds))) for pk, kinds in shares.items() if pk != stakeholder.pk]
    return sorted(found, key=lambda mate: (-len(mate.shares), mate.who.name, mate.who.pk))


def _points(kind: str) -> QuerySet:
    found = _compared(kind).filter(stakeholder__kind=Stakeholder.Kind.PERSON)
    return found.exclude(normalized__regex=OFFICE) if kind == "email" else found


def _compared(kind: str) -> QuerySet:
    """The addresses of this kind with `home`, equal for two spellings of one."""
    return ContactPoint.objects.filter(kind=kind).annotate(
        home=HomeOf("normalized") if kind == "postal" else F("normalized")
    )
