"""Messages that are not known: tried again, found in other ways, set aside with why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.actions.inbox import take_in_news
from campaigns.models import Delivery, ProviderEvent
from campaigns.sending.desk import load_editions
from contacts.models import ContactPoint, Suppression
from crm.postman import message_id
from tests.campaigns.inbox.told import (
    about_mail,
    grow_old,
    on_the_way,
    single,
    tell,
    whys,
    without_marks,
)
from tests.campaigns.ledger import people, states
from tests.campaigns.providers.about import About

pytestmark = pytest.mark.django_db


def test_what_comes_before_our_own_commit_is_tried_again_with_growing_pauses():
    campaign, (one,) = on_the_way(1)
    later = About(one.delivery + 1000, campaign.pk, "new@example.org")
    tell(("delivered", one), ("delivered", later))
    pauses = []
    for _try in range(9):
        take_in_news()
        row = ProviderEvent.objects.get(state="waiting")
        pauses.append(round((row.due_at - timezone.now()).total_seconds()))
        ProviderEvent.objects.update(due_at=timezone.now())
    assert pauses == [10, 30, 90, 270, 810, 2430, 7290, 14400, 14400]
    person = people(1)[0]
    Delivery.objects.create(
        pk=later.delivery,
        campaign=campaign,
        stakeholder=person,
        address=later.address,
        fingerprint="x",
        state="sending",
    )
    take_in_news()
    assert states(campaign) == {"delivered": 2}


def test_after_a_day_it_is_set_aside_without_the_address():
    tell(("dead", About(4711, 3, "ana@example.org")))
    grow_old(timedelta(days=1, minutes=1))
    take_in_news()
    assert whys() == {"bounced": "no_message"}
    assert ProviderEvent.objects.get().address == ""
    assert not Suppression.objects.exists()


def test_what_is_about_another_address_or_campaign_is_set_aside():
    campaign, (one, other) = on_the_way(2)
    tell(("dead", About(one.delivery, campaign.pk, "somebody@else.org")))
    tell(("complained", About(other.delivery, campaign.pk + 1, other.address)))
    take_in_news()
    assert whys() == {"bounced": "others", "complained": "others"}
    assert states(campaign) == {"accepted": 2}
    assert not Suppression.objects.exists()


def test_an_event_without_marks_finds_its_message_by_the_providers_name_for_it():
    campaign, (one,) = on_the_way(1)
    without_marks("delivered", one, "sg-77")
    take_in_news()
    assert states(campaign) == {"accepted": 1}
    Delivery.objects.filter(pk=one.delivery).update(provider_id="sg-77")
    ProviderEvent.objects.update(due_at=timezone.now())
    take_in_news()
    assert states(campaign) == {"delivered": 1}


def test_what_others_send_by_the_same_account_counts_for_people_in_the_book_only():
    people(1)
    without_marks("dead", About(address="p0@example.org"), "others-1")
    without_marks("complained", About(address="stranger@example.org"), "others-2")
    take_in_news()
    assert ProviderEvent.objects.filter(state="waiting").count() == 2
    grow_old(timedelta(minutes=11))
    take_in_news()
    assert ContactPoint.objects.get().status == "bad"
    assert [one.address for one in Suppression.objects.all()] == ["p0@example.org"]
    assert set(ProviderEvent.objects.values_list("state", "address")) == {("done", "")}


def test_messages_are_known_by_their_message_id_where_mail_leaves_by_the_providers_mail_server():
    campaign, (one,) = on_the_way(1)
    mail = single("uncertain")
    edition = next(iter(load_editions(campaign.pk)[1].values()))
    without_marks("delivered", one, edition.message_id(one.delivery))
    without_marks("delivered", about_mail(mail), message_id(mail))
    take_in_news()
    mail.refresh_from_db()
    assert states(campaign) == {"delivered": 1}
    assert mail.state == "sent"
