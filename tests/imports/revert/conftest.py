"""What the tests of taking a file back share."""

import pytest

from contacts.models import Topic


@pytest.fixture
def newsletter(db):
    return Topic.objects.get(slug="newsletter")
