"""Merge then unmerge is the identity over everything but the moment when both were last changed."""

import random

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from contacts.actions import (
    give_consent,
    tag_stakeholders,
    untag_stakeholders,
    update_stakeholder,
    withdraw_consent,
)
from contacts.actions.addresses import add_email, make_primary
from contacts.identity.merging import merge_stakeholders, unmerge
from contacts.identity.merging.rows import moving_spots
from contacts.models import (
    ConsentEvent,
    Stakeholder,
)
from crm.invariants import ask_all
from tests.factories import RegistrationFactory
from tests.fuzzing import examples
from tests.identity.life import World, differences, picture, somebody

pytestmark = pytest.mark.django_db


class _Back(Exception):
    """Ends an example and takes its rows with it."""


def in_its_own_house(example):
    """Run `example` and forget what it wrote."""
    try:
        with transaction.atomic():
            example()
            connection.check_constraints()
            raise _Back
    except _Back:
        pass


@examples(12)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(["person", "person", "organisation"]), full=st.booleans())
def test_merge_then_unmerge_is_the_identity(db, seed, kind, full):
    def example():
        chance = random.Random(seed)
        world = World()
        one, other = (somebody(world, chance, kind=kind, full=full) for _n in range(2))
        survivor, merged = chance.sample([one, other], 2)
        before = picture()
        merge = merge_stakeholders(survivor, merged, by=None)
        connection.check_constraints()
        report = unmerge(merge, by=None)
        assert differences(before, picture()) == {}
        assert [name for name in ("gone", "stayed", "went", "edited", "remarks") if report[name]] == []

    in_its_own_house(example)


@examples(12)
@given(seed=st.integers(0, 2**32))
def test_merges_of_merges_are_taken_apart_in_any_order(db, seed):
    def example():
        chance = random.Random(seed)
        world = World()
        people = [somebody(world, chance).pk for _n in range(4)]
        before, merges = picture(), []
        for _n in range(3):
            survivor, merged = chance.sample(people, 2)
            people.remove(merged)
            merges.append(merge_stakeholders(person(survivor), person(merged), by=None))
        connection.check_constraints()
        chance.shuffle(merges)
        for merge in merges:
            unmerge(merge, by=None)
            connection.check_constraints()
        assert differences(before, picture()) == {}

    in_its_own_house(example)


def _cancel(somebody_, world, chance):
    for seat in somebody_.registrations.all()[:1]:
        type(seat).objects.filter(pk=seat.pk).update(state="cancelled")


DEEDS = {
    "edit": lambda who, world, chance: update_stakeholder(who, zip=chance.choice(["", "28277"]), by=None),
    "rename": lambda who, world, chance: update_stakeholder(who, name="Ana Vega", notes="Sings", by=None),
    "address": lambda who, world, chance: add_email(who, chance.choice(["later@example.org", "ana@example.org"])),
    "main": lambda who, world, chance: [make_primary(point) for point in who.contact_points.order_by("-pk")[:1]],
    "tag": lambda who, world, chance: tag_stakeholders([who.pk], [chance.choice(["Host", "Later"])]),
    "untag": lambda who, world, chance: [untag_stakeholders([who.pk], tag) for tag in who.tags.all()[:1]],
    "yes": lambda who, world, chance: give_consent(
        who, chance.choice(world.topics), source="form", wording="Yes", language="en"
    ),
    "no": lambda who, world, chance: withdraw_consent(who, chance.choice(world.topics), source="link"),
    "seat": lambda who, world, chance: RegistrationFactory(stakeholder=who),
    "cancel": _cancel,
}
"""What may happen to somebody between the merge and the day it is taken back."""


@examples(12)
@given(seed=st.integers(0, 2**32), deeds=st.lists(st.sampled_from(sorted(DEEDS)), min_size=1, max_size=8))
def test_whatever_happened_since_both_are_back_and_nothing_is_lost(db, seed, deeds):
    def example():
        chance = random.Random(seed)
        world = World()
        one, other = (somebody(world, chance) for _n in range(2))
        facts = {pk: facts_of(pk) for pk in (one.pk, other.pk)}
        merge = merge_stakeholders(one, other, by=None)
        joined, said = facts_of(one.pk), merge.kept
        for deed in deeds:
            DEEDS[deed](person(one.pk), world, chance)
        edited = {name for name, value in facts_of(one.pk).items() if value != joined[name]}
        rows = {spot.key: spot.of(one.pk).count() for spot in moving_spots()}
        broken = {answer.key for answer in ask_all() if answer.broken}
        report = unmerge(merge, by=None)
        connection.check_constraints()
        assert facts_of(other.pk) == facts[other.pk]
        assert {name for name, value in facts_of(one.pk).items() if value != facts[one.pk][name]} <= edited
        for spot in moving_spots():
            held = spot.of(one.pk).count() + spot.of(other.pk).count()
            more = report["restored"].get(spot.key, 0) + more_of(spot.key, merge, said)
            assert held == rows[spot.key] + more, spot.key
        assert {answer.key for answer in ask_all() if answer.broken} <= broken

    in_its_own_house(example)


def more_of(place, merge, said):
    """Rows that unmerge writes or takes away itself: messages that had lost their person, words of the merge."""
    if place == "campaigns.Delivery.stakeholder":
        return sum(step["did"] == "changed" and "stakeholder_id" in step["was"] for step in said["journal"])
    if place == "contacts.ConsentEvent.stakeholder":
        return ConsentEvent.objects.filter(source=f"unmerge {merge.pk}").count() - len(said["said"])
    return 0


def facts_of(pk):
    """What a merge chooses among, by field."""
    stakeholder = person(pk)
    return {name: getattr(stakeholder, name) for name in ("name", "zip", "language", "notes", "source", "custom")}


def person(pk):
    """Somebody as they are now."""
    return Stakeholder.objects.get(pk=pk)
