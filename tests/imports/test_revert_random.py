"""Hundreds of people, an import, hand edits by dice, and the import taken back: whoever and whatever nobody touched
is as before, whatever somebody touched is as they left it."""

import random

import pytest

from contacts.actions import add_phone, create_stakeholder, tag_stakeholders, update_stakeholder
from contacts.imports.reverting import revert_import, steps
from contacts.models import ContactPoint, Stakeholder
from tests.factories import RegistrationFactory
from tests.imports.conftest import counts, csv_of

HEAD = ("E-mail", "First name", "Last name", "Zip", "Notes", "Language", "Phone", "Tags")
FIELDS = ("first_name", "last_name", "zip", "notes", "language")
EDITS = {"first_name": "Edited", "last_name": "Byhand", "zip": "28299", "notes": "Called", "language": "es"}
KNOWN, NEW = 240, 120


def book() -> dict[int, dict[str, str]]:
    return {row.pop("id"): row for row in Stakeholder.objects.values("id", *FIELDS)}


def links() -> dict[int, tuple]:
    found = {}
    for person in Stakeholder.objects.prefetch_related("contact_points", "tags"):
        points = sorted((point.kind, point.normalized, point.is_primary) for point in person.contact_points.all())
        found[person.pk] = (points, sorted(tag.name for tag in person.tags.all()))
    return found


def known(dice: random.Random) -> list[Stakeholder]:
    """People of whom by chance something is known and something is not."""
    return [
        create_stakeholder(
            first_name=f"Ana{n}",
            last_name=dice.choice(["", f"Ruiz{n}"]),
            zip=dice.choice(["", "28202"]),
            notes=dice.choice(["", "Old"]),
            emails=[f"p{n}@example.org"],
        )
        for n in range(KNOWN)
    ]


def rows(dice: random.Random) -> list[tuple[str, ...]]:
    """What the file says of them, and of people nobody knows."""
    return [
        (
            f"p{n}@example.org", f"Ana{n}", f"Ruiz{n}", dice.choice(["", "28210"]), dice.choice(["", "New"]),
            dice.choice(["", "es"]), dice.choice(["", f"704-555-{n:04d}"]), dice.choice(["", "Donor", "Host"]),
        )
        for n in range(KNOWN + NEW)
    ]  # fmt: skip


def edit(dice: random.Random, people: list[Stakeholder], staff) -> dict[int, dict[str, str]]:
    """Change one to three fields of every third person, to something nobody else writes."""
    edited = {}
    for person in dice.sample(people, len(people) // 3):
        names = dice.sample(FIELDS, dice.randint(1, 3))
        person.refresh_from_db()
        changes = {name: EDITS[name] for name in names}
        update_stakeholder(person, by=staff, **changes)
        edited[person.pk] = changes
    return edited


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("matches", ["fill", "update"])
def test_untouched_goes_back_and_touched_stays(commit, staff, monkeypatch, seed, matches):
    monkeypatch.setattr(steps, "CHUNK", 100)
    dice = random.Random(seed)
    people = known(dice)
    before, links_before = book(), links()
    run = commit(csv_of(HEAD, *rows(dice)), topics=["newsletter"], matches=matches)
    assert run.counts["created"] == NEW
    saved, born = book(), [person for person in Stakeholder.objects.all() if person.pk not in before]
    edited = edit(dice, people, staff)
    wanted = dice.sample(born, 30)
    for person in wanted[:10]:
        RegistrationFactory(stakeholder=person)
    for person in wanted[10:20]:
        tag_stakeholders([person.pk], ["Board"], by=staff)
    for person in wanted[20:]:
        add_phone(person, "980-555-0100", by=staff)

    revert_import(run, by=staff)

    after = book()
    for pk, facts in before.items():
        for name in FIELDS:
            touched = edited.get(pk, {}).get(name)
            if touched is None or touched == saved[pk][name]:
                assert after[pk][name] in (facts[name], touched), (pk, name)
            else:
                assert after[pk][name] == touched, (pk, name)
    assert {pk: link for pk, link in links().items() if pk in before} == links_before
    assert set(after) - set(before) == {person.pk for person in wanted}
    assert run.revert_report["done"]["removed"] == NEW - len(wanted)
    assert ContactPoint.objects.filter(stakeholder__in=wanted, kind="email").count() == len(wanted)
    assert counts(run)["created"] == NEW
