"""Which message an event is about, and that it changes nothing where it does not fit."""

import pytest

from campaigns.actions.news import Fate, note_news
from campaigns.models import Campaign, Delivery
from contacts.models import ContactPoint, Suppression
from tests.campaigns.ledger import launched, states
from tests.campaigns.news.events import heard, ids, on_the_way, state_of

pytestmark = pytest.mark.django_db


def test_an_unknown_number_is_said_and_stops_nothing():
    (one,) = ids(on_the_way(1))
    assert note_news([heard(10**12, "bounced"), heard(one, "delivered")]) == [Fate.UNKNOWN, Fate.NOTED]
    assert state_of(one) == "delivered"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("wrong", [{"address": "somebody@else.example"}, {"campaign": 10**9}])
def test_an_event_about_somebody_elses_message_changes_nothing(wrong):
    (one,) = ids(on_the_way(1))
    assert note_news([heard(one, "bounced", **wrong)]) == [Fate.MISMATCH]
    assert state_of(one) == "accepted"
    assert not Suppression.objects.exists()


def test_the_address_is_compared_however_it_is_written():
    (one,) = ids(on_the_way(1))
    assert note_news([heard(one, "delivered", address=" P0@Example.ORG ")]) == [Fate.NOTED]


def test_a_message_is_found_by_its_address_and_the_providers_name_for_it():
    one, _other = ids(on_the_way(2))
    Delivery.objects.filter(pk=one).update(provider_id="<known@postal>")
    news = [heard(None, "delivered", address="P0@example.org", provider_id="<known@postal>")]
    assert note_news(news) == [Fate.NOTED]
    assert states(Campaign.objects.get()) == {"delivered": 1, "accepted": 1}


def test_a_single_mail_has_no_delivery_and_still_marks_its_address():
    launched(1)
    note_news([heard(None, "bounced", address="P0@example.org", provider_id="x")])
    assert ContactPoint.objects.get().status == "bad"
    assert Suppression.objects.get().source == "brevo"
    assert set(states(Campaign.objects.get())) == {"queued"}
