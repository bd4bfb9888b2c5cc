"""What points to the merged one points to the survivor, as each app classified it (crm.privacy.RELATIONS)."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery, UniqueConstraint

from contacts.identity.merging.journal import Journal
from contacts.identity.merging.rows import Spot, moving_spots, numbers, spot, spots
from crm.privacy import Merge

ONE, OTHER = "contacts.DuplicateCandidate.one", "contacts.DuplicateCandidate.other"
SKETCH = "contacts.Sketch.stakeholder"


def hold_what_moves(people: list[int]) -> None:
    """Lock what the moves will lock besides the people, in the order in which the verbs of those apps do."""
    for found in spots():
        if found.place.holds:
            found.place.holds(people)


def owned(person: int) -> dict[str, list[Any]]:
    """The keys of everything that points to somebody, by relation; what comes later is not among them."""
    found = {place.key: numbers(place.of(person)) for place in moving_spots()}
    return {key: ids for key, ids in found.items() if ids}


def move_everything(journal: Journal, survivor: int, merged: int) -> None:
    """Move every row of `merged`; where the survivor has the same, the two become one."""
    for place in moving_spots():
        if place.place.merge is Merge.MOVE_UNLESS_TWICE:
            _drop_what_points_to_itself(journal, place, survivor, merged)
            for rule in place.rules():
                _settle(journal, place, rule, survivor, merged)
        journal.move(place, merged, survivor)


def _drop_what_points_to_itself(journal: Journal, place: Spot, survivor: int, merged: int) -> None:
    """A row between the two of them would be one between somebody and themselves."""
    for sibling in place.siblings():
        for row in place.of(merged).filter(**{sibling.column: survivor}):
            journal.drop(place, row, None)


def _settle(journal: Journal, place: Spot, rule: UniqueConstraint, survivor: int, merged: int) -> None:
    """Let the rows of `merged` that `rule` forbids beside those of the survivor become what their app says."""
    others = [name for name in rule.fields if name != place.field.name]
    twins = place.of(survivor).filter(rule.condition or Q(), **{name: OuterRef(name) for name in others})
    double = place.of(merged).filter(rule.condition or Q()).filter(Exists(twins))
    pairs = list(double.annotate(twin=Subquery(twins.values("pk")[:1])).order_by("pk").values_list("pk", "twin"))
    comes = place.rows.in_bulk([pair[0] for pair in pairs])
    stays = place.rows.in_bulk([pair[1] for pair in pairs])
    for coming, staying in pairs:
        verdict = place.place.twice(rule.name, stays[staying], comes[coming])
        if verdict.becomes is None:
            journal.drop(place, comes[coming], stays[staying])
        else:
            journal.change(place.key, comes[coming], verdict.becomes)
        journal.change(place.key, stays[staying], verdict.takes)


def move_candidates(journal: Journal, survivor: int, merged: int) -> None:
    """Pairs that may be one: the pair itself goes, the others are pairs of the survivor, a dismissed one stays so."""
    one, other = spot(ONE), spot(OTHER)
    for row in one.rows.filter(Q(one=merged) | Q(other=merged)).order_by("pk"):
        third = row.other_id if row.one_id == merged else row.one_id
        if third == survivor:
            journal.drop(one, row, None)
            continue
        low, high = sorted((survivor, third))
        known = other.rows.filter(one=low, other=high).first()
        if known is None:
            journal.change(ONE, row, {"one_id": low, "other_id": high})
            continue
        if row.state == row.State.DISMISSED:
            said = {name: getattr(row, name) for name in ("state", "decided_at", "decided_by_id")}
            journal.change(ONE, known, said)
        journal.drop(one, row, known)
    spot(SKETCH).of(merged).delete()  # not kept: the next scan draws a new one of whoever has none


def left_behind(person: int) -> list[str]:
    """Relations that still point to somebody although everything was moved; history stays and does not count."""
    return [place.key for place in spots() if place.place.merge is not Merge.STAYS and place.of(person).exists()]
