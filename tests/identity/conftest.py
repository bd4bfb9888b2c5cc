"""What the tests of identity share."""

import pytest

from contacts.models import Topic


@pytest.fixture
def newsletter(db):
    """The topic most people subscribe to."""
    return Topic.objects.get(slug="newsletter")


@pytest.fixture
def events_topic(db):
    """A second topic."""
    return Topic.objects.get(slug="events")
