"""Addresses that do not work or do not want our mail are closed in the book."""

import pytest

from campaigns.actions.news import note_news
from campaigns.models import Delivery
from contacts.models import ContactPoint, Suppression
from contacts.signals import address_suppressed
from tests.campaigns.news.events import heard, ids, on_the_way, state_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_hard_bounce_and_a_complaint_close_the_address():
    campaign = on_the_way(3)
    one, other, _third = ids(campaign)
    note_news([heard(one, "bounced"), heard(other, "complained")])
    assert list(ContactPoint.objects.order_by("pk").values_list("status", flat=True)) == ["bad", "complained", "valid"]
    stops = Suppression.objects.order_by("address").values_list("address", "reason", "source")
    source = f"campaign:{campaign.pk}"
    assert list(stops) == [("p0@example.org", "hard_bounce", source), ("p1@example.org", "complaint", source)]


def test_whatever_comes_first_the_address_ends_the_same():
    for order in (["bounced", "complained"], ["complained", "bounced"]):
        campaign = on_the_way(1)
        for kind in order:
            note_news([heard(ids(campaign)[-1], kind)])
        address = Delivery.objects.get(pk=ids(campaign)[-1]).address
        assert ContactPoint.objects.get(normalized=address).status == "bad"
        assert Suppression.objects.get(address=address).reason == "complaint"


def test_who_is_told_of_suppressed_addresses_hears_of_each():
    told: list[str] = []

    def listen(**news):
        told.append(news["fingerprint"])

    address_suppressed.connect(listen)
    try:
        campaign = on_the_way(3)
        note_news([heard(pk, "bounced") for pk in ids(campaign)])
    finally:
        address_suppressed.disconnect(listen)
    assert len(set(told)) == 3


def test_who_leaves_by_the_providers_link_gets_nothing_more():
    (one,) = ids(on_the_way(1))
    note_news([heard(one, "unsubscribed")])
    assert Suppression.objects.get().reason == "unsubscribed"
    assert state_of(one) == "delivered"


def test_what_is_heard_of_somebody_who_was_erased_leaves_no_trace():
    (one,) = ids(on_the_way(1))
    Delivery.objects.update(stakeholder=None, address=f"erased-{one}", fingerprint="")
    note_news([heard(one, "bounced", address="p0@example.org", reply="p0@example.org is unknown", provider_id="x")])
    row = Delivery.objects.get()
    assert (row.state, row.reason, row.provider_id) == ("bounced", "", "")
    assert not Suppression.objects.exists()
