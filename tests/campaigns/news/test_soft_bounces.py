"""One soft bounce says little, several in a row close the address."""

from datetime import timedelta

import pytest

from campaigns.actions.news import note_news
from campaigns.actions.soft_bounces import forget_old_soft_bounces
from campaigns.models import SoftBounce
from contacts.actions.privacy import erase_person
from contacts.models import ContactPoint, Stakeholder, Suppression
from tests.campaigns.news.events import NOW, heard, ids, on_the_way, state_of

pytestmark = pytest.mark.django_db


def rounds(count: int) -> list[int]:
    """The same person's message in that many newsletters."""
    return [ids(on_the_way(0 if turn else 1))[0] for turn in range(count)]


def test_three_newsletters_in_a_row_that_come_back_close_the_address():
    first, second, third = rounds(3)
    note_news([heard(first, "soft_bounced"), heard(second, "soft_bounced")])
    assert not Suppression.objects.exists()
    note_news([heard(third, "soft_bounced")])
    assert Suppression.objects.get().reason == "soft_bounces"
    assert ContactPoint.objects.order_by("pk").first().status == "bouncing"
    assert state_of(third) == "accepted"


def test_a_message_that_comes_back_often_counts_once():
    (one,) = rounds(1)
    for days in range(10):
        note_news([heard(one, "soft_bounced", at=NOW - timedelta(days=days))])
    assert SoftBounce.objects.count() == 1
    assert not Suppression.objects.exists()


def test_something_that_arrives_in_between_makes_good_what_came_back_before():
    first, second, third = rounds(3)
    note_news([heard(first, "soft_bounced", at=NOW - timedelta(days=9))])
    note_news([heard(second, "soft_bounced", at=NOW - timedelta(days=8)), heard(second, "delivered")])
    note_news([heard(third, "soft_bounced", at=NOW + timedelta(seconds=1))])
    assert not Suppression.objects.exists()
    assert SoftBounce.objects.count() == 1


def test_five_single_mails_in_a_month_count_as_well():
    for number in range(5):
        at = NOW - timedelta(days=number)
        note_news([heard(None, "soft_bounced", address="full@example.org", provider_id=f"id-{number}", at=at)])
        assert Suppression.objects.exists() == (number == 4)


def test_old_soft_bounces_are_forgotten():
    note_news([heard(None, "soft_bounced", address="a@example.org", at=NOW - timedelta(days=91))])
    note_news([heard(None, "soft_bounced", address="a@example.org")])
    assert forget_old_soft_bounces() == 1
    assert SoftBounce.objects.count() == 1


def test_erasing_somebody_forgets_what_came_back_from_them(manager):
    (one,) = rounds(1)
    note_news([heard(one, "soft_bounced")])
    erase_person(Stakeholder.objects.get(), by=manager)
    assert not SoftBounce.objects.exists()
