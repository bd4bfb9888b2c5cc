"""What points to a person points to somebody, whatever is written or deleted and in whatever order."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.actions import give_consent
from contacts.models import Stakeholder, Tag, Tagging, Topic
from tests.factories import StakeholderFactory


def run(sql: str, *values: int) -> None:
    """Plain SQL, as no form or verb would send it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO contacts_tagging (stakeholder_id, tag_id) SELECT 987654, id FROM contacts_tag",
        "INSERT INTO contacts_tagging (stakeholder_id, tag_id) SELECT id, 987654 FROM contacts_stakeholder",
        "INSERT INTO contacts_affiliation (person_id, organisation_id, role)"
        " SELECT id, 987654, '' FROM contacts_stakeholder",
        "UPDATE contacts_tagging SET stakeholder_id = 987654",
        "UPDATE contacts_contactpoint SET stakeholder_id = 987654",
    ],
)
def test_nothing_points_to_nobody(sql):
    person = StakeholderFactory(email="ann@example.org")
    Tagging.objects.create(stakeholder=person, tag=Tag.objects.create(name="host"))
    with pytest.raises(IntegrityError, match="There is no row 987654"):
        run(sql)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["contacts_stakeholder", "contacts_tag"])
def test_nobody_goes_while_something_points_to_them(table):
    Tagging.objects.create(stakeholder=StakeholderFactory(), tag=Tag.objects.create(name="host"))
    with pytest.raises(IntegrityError, match="still used"):
        run(f"DELETE FROM {table}")  # noqa: S608
    run("DELETE FROM contacts_tagging")
    Tag.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_a_tag_that_is_deleted_at_this_moment_is_put_on_nobody():
    person, tag = StakeholderFactory(), Tag.objects.create(name="host")
    refused: list[BaseException] = []

    def put_on() -> None:
        try:
            Tagging.objects.create(stakeholder_id=person.pk, tag_id=tag.pk)
        except IntegrityError as error:
            refused.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        Tag.objects.filter(pk=tag.pk).delete()
        other = threading.Thread(target=put_on)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(10)
    assert len(refused) == 1
    assert not Tagging.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_person_who_is_tagged_at_this_moment_is_not_deleted_under_it():
    person, tag = StakeholderFactory(email=None), Tag.objects.create(name="host")
    refused: list[BaseException] = []

    def delete() -> None:
        try:
            run("DELETE FROM contacts_stakeholder WHERE id = %s", person.pk)
        except IntegrityError as error:
            refused.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        Tagging.objects.create(stakeholder=person, tag=tag)
        other = threading.Thread(target=delete)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(10)
    assert len(refused) == 1
    assert Stakeholder.objects.get().tags.get() == tag


@pytest.mark.django_db
def test_a_topic_somebody_answered_stays():
    topic = Topic.objects.get(slug="newsletter")
    give_consent(StakeholderFactory(), topic, source="join form", wording="Yes", language="en")
    with pytest.raises(IntegrityError, match="still used"):
        run("DELETE FROM contacts_topic WHERE id = %s", topic.pk)
