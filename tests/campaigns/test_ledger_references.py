"""What the ledger points to is there, whatever is written or deleted, although no foreign key checks each row."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.models import Campaign, Delivery
from contacts.models import Stakeholder
from tests.campaigns.ledger import launched

pytestmark = pytest.mark.django_db(transaction=True)


def run(sql: str) -> None:
    """Plain SQL, as no verb would send it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE campaigns_delivery SET stakeholder_id = 987654",
        "UPDATE campaigns_delivery SET campaign_id = 987654",
        "INSERT INTO campaigns_delivery (campaign_id, stakeholder_id, address, fingerprint, language, state, reason,"
        " attempts, epoch, provider_id) SELECT campaign_id, 987654, 'x', '', 'en', 'queued', '', 0, 0, ''"
        " FROM campaigns_delivery",
        "INSERT INTO campaigns_delivery (campaign_id, stakeholder_id, address, fingerprint, language, state, reason,"
        " attempts, epoch, provider_id) SELECT 987654, stakeholder_id, 'x', '', 'en', 'queued', '', 0, 0, ''"
        " FROM campaigns_delivery",
    ],
)
def test_no_message_is_to_nobody_or_of_no_newsletter(sql):
    launched(1)
    with pytest.raises(IntegrityError, match="There is no row 987654"):
        run(sql)


def message_to(name: str, campaign: Campaign) -> Delivery:
    """A message to somebody of whom nothing else is known."""
    person = Stakeholder.objects.create(name=name)
    return Delivery.objects.create(campaign=campaign, stakeholder=person, address=f"{name}@example.org")


def test_a_message_may_forget_to_whom_it_was_and_become_another_person_s():
    campaign = launched(1)
    first, other = message_to("ann", campaign), message_to("ben", campaign)
    Delivery.objects.filter(pk=first.pk).update(stakeholder=None)
    Delivery.objects.filter(pk=other.pk).update(stakeholder=first.stakeholder_id)
    first.stakeholder.delete()
    other.refresh_from_db()
    assert other.stakeholder is None


def test_nobody_goes_to_whom_there_is_a_message():
    message = message_to("ann", launched(1))
    with pytest.raises(IntegrityError, match="still used by campaigns_delivery"):
        run(f"DELETE FROM contacts_stakeholder WHERE id = {message.stakeholder_id}")  # noqa: S608


def test_no_newsletter_goes_of_which_there_is_a_message():
    launched(1)
    with pytest.raises(IntegrityError, match="still used by campaigns_delivery"):
        run("DELETE FROM campaigns_chunk; DELETE FROM campaigns_variant; DELETE FROM campaigns_campaign")


def test_somebody_who_gets_a_newsletter_at_this_moment_is_not_deleted_under_it():
    person = Stakeholder.objects.create(name="Ann")
    campaign = launched(1)
    refused: list[BaseException] = []

    def delete() -> None:
        try:
            run(f"DELETE FROM contacts_stakeholder WHERE id = {person.pk}")  # noqa: S608
        except IntegrityError as error:
            refused.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        Delivery.objects.create(campaign=campaign, stakeholder=person, address="ann@example.org")
        other = threading.Thread(target=delete)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(10)
    assert len(refused) == 1
    assert Stakeholder.objects.filter(pk=person.pk).exists()
