"""Often and in any order ends like once and in order."""

import random

import pytest
from django.db import transaction

from campaigns.actions.inbox import take_in_news
from campaigns.models import Attempt, Delivery, ProviderEvent
from contacts.models import ContactPoint, Suppression
from tests.campaigns.inbox.told import (
    on_the_way,
)
from tests.campaigns.ledger import states
from tests.campaigns.providers.posting import post
from tests.campaigns.providers.says import SAYS

pytestmark = pytest.mark.django_db
STORY = ["delivered", "put off", "soft", "refused", "dead", "complained", "left"]


@pytest.mark.parametrize("seed", range(2))
def test_five_times_each_and_shuffled_ends_like_once_in_order(seed):
    chance = random.Random(seed)
    campaign, abouts = on_the_way(150)
    events = [SAYS["sendgrid"](kind, one)[0] for one in abouts for kind in STORY if chance.random() < 0.4]
    often = events * 5
    chance.shuffle(often)

    def play(told: list) -> tuple:
        with transaction.atomic():
            for place in range(0, len(told), 100):
                post("sendgrid", told[place : place + 100])
                if chance.random() < 0.3:
                    take_in_news()
            take_in_news()
            end = (
                list(Delivery.objects.order_by("pk").values_list("pk", "state")),
                list(Suppression.objects.order_by("address").values_list("address", "reason")),
                list(ContactPoint.objects.order_by("pk").values_list("status", flat=True)),
                sorted(Attempt.objects.values_list("delivery", "what").distinct().filter(what="deferred")),
            )
            assert not ProviderEvent.objects.exclude(state="done").exists()
            transaction.set_rollback(True)
        return end

    assert play(often) == play(events)
    assert states(campaign) == {"accepted": 150}
