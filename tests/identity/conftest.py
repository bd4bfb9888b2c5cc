"""What the tests of identity share."""

import pytest

from contacts.identity.scan import scan
from contacts.models import DuplicateCandidate, Topic
from tests.factories import ContactPointFactory, StakeholderFactory


@pytest.fixture
def person(db):
    """Put somebody in the book: `person("Ana Ruiz", "ana@example.org", "+17045550100", zip="28205")`."""

    def put(name, *reach, **more):
        first, _blank, last = name.partition(" ")
        found = StakeholderFactory(first_name=first, last_name=last, **more)
        for value in reach:
            kind = "email" if "@" in value else "phone" if value.startswith("+") else "postal"
            ContactPointFactory(stakeholder=found, kind=kind, value=value)
        return found

    return put


@pytest.fixture
def pairs(db):
    """Scan, and give the open pairs with their reasons."""

    def found(**options):
        scan(**options)
        rows = DuplicateCandidate.objects.filter(state="open")
        return {(row.one_id, row.other_id): set(row.reasons) for row in rows}

    return found


@pytest.fixture
def newsletter(db):
    """The topic most people subscribe to."""
    return Topic.objects.get(slug="newsletter")


@pytest.fixture
def events_topic(db):
    """A second topic."""
    return Topic.objects.get(slug="events")


@pytest.fixture
def ana(db):
    """Came first, by a form."""
    return StakeholderFactory(name="Ana Ruiz", first_name="Ana", last_name="Ruiz", zip="28202", email="ana@example.org")


@pytest.fixture
def anna(ana):
    """The same woman, from a partner's file."""
    return StakeholderFactory(
        name="Anna Ruiz", first_name="Anna", last_name="Ruiz", language="es", email="anna@example.org"
    )
