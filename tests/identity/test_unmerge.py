"""Merge then unmerge is the identity; and what happened since stays where it belongs."""

import random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.identity.merging import merge_stakeholders
from contacts.identity.unmerging import unmerge
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


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
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
        assert not (report["gone"] or report["stayed"] or report["went"] or report["edited"] or report["remarks"])

    in_its_own_house(example)
