"""An import, hand edits by dice, and the import taken back: whoever and whatever nobody touched is as before, whatever
somebody touched is as they left it. Once with hundreds of people and fields; then with everything an import can write
and a hand can do to a few, against an answer that is worked out from the book alone (three_ways.py)."""

import random

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from contacts.actions import add_phone, create_stakeholder, refresh_search, tag_stakeholders, update_stakeholder
from contacts.imports.reverting import revert_import, steps
from contacts.models import ConsentEvent, ContactPoint, Stakeholder
from crm.invariants import ask_all
from tests.factories import RegistrationFactory
from tests.fuzzing import examples
from tests.identity.test_unmerge_random import in_its_own_house
from tests.imports.conftest import counts, csv_of
from tests.imports.lives import DEEDS, World, do
from tests.imports.three_ways import ThreeWays, differing, now

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


@pytest.mark.parametrize(("matches", "seed"), [("fill", 0), ("update", 1)])
def test_untouched_goes_back_and_touched_stays(commit, staff, monkeypatch, matches, seed):
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


@examples(6)
@given(
    seed=st.integers(0, 2**32),
    deeds=st.lists(st.sampled_from(sorted(DEEDS)), max_size=12),
    chunk=st.sampled_from([1, 3, 5000]),
)
def test_whatever_hands_did_since_stays_and_nothing_else(db, monkeypatch, seed, deeds, chunk):
    monkeypatch.setattr(steps, "CHUNK", chunk)

    def example():
        world = World(random.Random(seed))
        before = now()
        run = world.send()
        imported = now()
        do(deeds, world)
        three = ThreeWays(before, imported, now(), world.merged)

        revert_import(run)
        connection.check_constraints()
        after = now()
        assert differing(three.wanted(), after.tables) == {}
        assert after.agreed.keys() == three.agreed()
        assert refresh_search() == 0

        revert_import(run)
        assert differing(after.tables, now().tables) == {}
        if "open" not in deeds:
            once_more(world, after)
        assert not [answer.key for answer in ask_all() if answer.broken]

    in_its_own_house(example)


def once_more(world, after):
    """The same file once more, taken back once more: nothing is left of it but the noes it says anew."""
    second = world.send()
    revert_import(second)
    again = now()
    assert differing(after.tables, again.tables) == {}
    noes = ConsentEvent.objects.filter(action="withdrawn", evidence__run=second.pk)
    assert again.agreed.keys() == after.agreed.keys() - set(noes.values_list("stakeholder", "topic"))


@examples(6)
@given(seed=st.integers(0, 2**32), order=st.permutations([0, 1, 2]), chunk=st.sampled_from([1, 3, 5000]))
def test_in_whatever_order_files_are_taken_back_nothing_is_left_of_them(db, monkeypatch, seed, order, chunk):
    monkeypatch.setattr(steps, "CHUNK", chunk)

    def example():
        world = World(random.Random(seed), quiet=True)
        before = now()
        runs = [world.send(partner) for partner in ("Food Bank", "Night Shelter", "Oak Church")]
        for number in order:
            revert_import(runs[number])
        after = now()
        assert differing(before.tables, after.tables) == {}
        assert after.agreed.keys() == before.agreed.keys()

    in_its_own_house(example)
