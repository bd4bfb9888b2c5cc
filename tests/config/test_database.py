"""What the tests' own database is brought back to after a test that commits."""

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, connections

from crm.models import Job, User
from tests.database import TestDatabase
from tests.emptying import Held, remember

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(django_db_setup: TestDatabase, transactional_db: None) -> TestDatabase:
    """The database, with what it holds when a test begins."""
    return django_db_setup


def held() -> Held:
    """What stands in it now."""
    with connection.cursor() as cursor:
        return remember(cursor)


def run_sql(words: str) -> None:
    """Change something by hand."""
    with connection.cursor() as cursor:
        cursor.execute(words)


def test_rows_and_numbers_are_brought_back_without_a_copy(house):
    before = held()
    assert Group.objects.exists()
    Group.objects.all().delete()
    Job.objects.create(kind="x", label="x")
    User.objects.create_user("ana@example.org", "correct horse")
    User.objects.all().delete()
    assert held() != before
    assert house.restored()
    assert held() == before == house.held
    assert User.objects.create_user("ana@example.org", "correct horse").pk == 1


@pytest.mark.parametrize(
    "mess",
    [
        "CREATE SCHEMA left_behind",
        "ALTER TABLE crm_job ADD COLUMN left_behind int",
        "ALTER TABLE contacts_consentevent DISABLE TRIGGER USER",
    ],
)
def test_where_more_than_rows_was_changed_it_is_copied_anew(house, mess):
    before = held()
    run_sql(mess)
    assert not house.restored()
    house.renew()
    assert held() == before


def test_whoever_is_still_connected_is_sent_away(house):
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE crm_job")
    house.renew()
    assert house.restored()
    with pytest.raises(OperationalError):
        other.cursor().execute("SELECT 1")
    other.close()
