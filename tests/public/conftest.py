"""What the tests of the members' pages share."""

import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from contacts.actions import create_stakeholder, give_consent
from contacts.models import Topic
from crm.models import Organisation
from engagement.models import Event
from tests.query_counts import query_count

__all__ = ["query_count"]


@pytest.fixture(autouse=True)
def in_english():
    """A page may leave its reader's language behind."""
    translation.activate("en")
    yield
    translation.activate("en")


@pytest.fixture
def house(db):
    """The organisation, there before the first page asks."""
    return Organisation.load()


@pytest.fixture
def newsletter(house):
    """The topic most people subscribe to."""
    return Topic.objects.get(slug="newsletter")


@pytest.fixture
def events_topic(house):
    """A second topic."""
    return Topic.objects.get(slug="events")


@pytest.fixture
def ana(newsletter, events_topic):
    """A member who receives two topics."""
    person = create_stakeholder(first_name="Ana", last_name="Ruiz", emails=["ana@example.org"], zip="28205")
    for topic in (newsletter, events_topic):
        give_consent(person, topic, source="join form", wording="Yes.", language="en")
    return person


@pytest.fixture
def forum(house):
    """A published event next week."""
    start = timezone.now() + timedelta(days=7)
    return Event.objects.create(
        title_en="ReConnect to Economic Opportunity Forum",
        title_es="Foro para reconectar con la oportunidad económica",
        slug="reconnect",
        kind="forum",
        state="published",
        starts_at=start,
        ends_at=start + timedelta(hours=2),
    )


def receives(person):
    """The short names of the topics somebody receives."""
    yes = person.consents.filter(state="given").values_list("topic__slug", flat=True)
    return sorted(yes)


@pytest.fixture
def time_goes_by(monkeypatch):
    """Let signed links grow old: `with time_goes_by(days=15): …`."""

    @contextmanager
    def later(**span):
        now = time.time()
        with monkeypatch.context() as patch:
            patch.setattr("django.core.signing.time.time", lambda: now + timedelta(**span).total_seconds())
            yield

    return later


@pytest.fixture
def writes_nothing():
    """Fails when anything inside the `with` writes to the database."""

    class Watch(CaptureQueriesContext):
        def __exit__(self, *trouble):
            super().__exit__(*trouble)
            writes = [q["sql"] for q in self.captured_queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
            assert not writes

    return lambda: Watch(connection)
