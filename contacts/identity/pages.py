"""A pair side by side, as a page shows it: what both have is marked, so that the eye finds it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.identity.models import DuplicateCandidate
from contacts.identity.reasons import how_sure, sentences
from contacts.identity.rules import LIKELY
from contacts.models import Affiliation, ContactPoint, Stakeholder

ICONS = {"email": "mail", "phone": "call", "postal": "home_pin"}


@dataclass(frozen=True)
class Fact:
    """One line about somebody; `same` when the other has it, too."""

    icon: str
    text: str
    same: bool


@dataclass(frozen=True)
class Side:
    """One of the two."""

    who: Stakeholder
    facts: list[Fact]


@dataclass(frozen=True)
class Pair:
    """Two who may be one, ready to be shown."""

    candidate: DuplicateCandidate
    sides: tuple[Side, Side]
    sure: str
    reasons: list[str]

    @property
    def merge_url(self) -> str:
        """Where the two are compared field by field."""
        return f"{reverse('admin:contacts_stakeholder_merge')}?ids={self.candidate.one_id},{self.candidate.other_id}"


def pairs_of(candidates: Iterable[DuplicateCandidate]) -> list[Pair]:
    """The candidates with everything their cards show, in two queries however many they are."""
    found = list(candidates)
    lines = _lines({pk for pair in found for pk in (pair.one_id, pair.other_id)})
    return [_pair(candidate, lines) for candidate in found]


def _pair(candidate: DuplicateCandidate, lines: dict) -> Pair:
    one, other = candidate.one, candidate.other
    sides = (
        Side(one, _facts(one, other, lines[one.pk], lines[other.pk])),
        Side(other, _facts(other, one, lines[other.pk], lines[one.pk])),
    )
    return Pair(candidate, sides, str(how_sure(candidate.score, LIKELY)), sentences(candidate.reasons))


Line = tuple[str, str, str]
"""Icon, text, and the form in which two texts are compared."""


def _facts(mine: Stakeholder, theirs: Stakeholder, lines: list[Line], others: list[Line]) -> list[Fact]:
    known = {compared for _icon, _text, compared in others}
    facts = [Fact(icon, text, compared in known) for icon, text, compared in lines]
    if mine.zip:
        facts.append(Fact("location_on", mine.zip, mine.zip == theirs.zip))
    if mine.source:
        facts.append(Fact("input", _("came from %(source)s") % {"source": mine.source}, False))
    return facts


def _lines(ids: set[int]) -> dict[int, list[Line]]:
    lines: dict[int, list[Line]] = defaultdict(list)
    for point in ContactPoint.objects.filter(stakeholder__in=ids).order_by("kind", "-is_primary", "pk"):
        lines[point.stakeholder_id].append((ICONS[point.kind], point.value, f"{point.kind} {point.normalized}"))
    roles = Affiliation.objects.filter(person__in=ids).select_related("organisation").order_by("pk")
    for affiliation in roles:
        text = str(affiliation.organisation)
        lines[affiliation.person_id].append(("apartment", text, f"organisation {affiliation.organisation_id}"))
    return lines
