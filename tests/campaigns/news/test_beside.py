"""News beside our own outcomes: before them, at the same time, often and shuffled."""

import random
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.actions.news import Fate, Heard, note_news
from campaigns.models import Delivery, SoftBounce
from campaigns.sending.ledger.outcomes import Result, write_outcomes
from contacts.models import ContactPoint, Suppression
from crm.transport import Outcome, Verdict
from tests.campaigns.news.events import heard, ids, on_the_way, state_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_event_before_our_own_commit_wins():
    one, other = ids(on_the_way(2, "sending"))
    note_news([heard(one, "delivered"), heard(other, "bounced")])
    outcome = Outcome(Verdict.ACCEPTED, "250 ok", "queue-id")
    write_outcomes(1, [Result(pk, 1, outcome, timezone.now()) for pk in (one, other)])
    assert (state_of(one), state_of(other)) == ("delivered", "bounced")


def test_it_steps_back_from_a_worker_that_writes_and_never_makes_it_fail():
    one, other = ids(on_the_way(2, "sending"))
    fates: list[Fate] = []

    def listen() -> None:
        try:
            fates.extend(note_news([heard(one, "delivered"), heard(other, "delivered")]))
        finally:
            connection.close()

    listener = Thread(target=listen)
    with transaction.atomic():
        Delivery.objects.filter(pk=other).update(reason="being written")
        listener.start()
        listener.join(0.6)
        Delivery.objects.filter(pk=one).update(reason="being written")  # a circle, if it held on to the first
    listener.join(10)
    assert fates == [Fate.NOTED, Fate.NOTED]
    assert (state_of(one), state_of(other)) == ("delivered", "delivered")


@pytest.mark.parametrize("seed", range(3))
def test_five_times_each_and_shuffled_ends_like_once_in_order(seed):
    chance = random.Random(seed)
    campaign = on_the_way(60, "sending")
    starts = {pk: chance.choice(["sending", "uncertain", "accepted", "queued"]) for pk in ids(campaign)}
    story = ["accepted", "deferred", "soft_bounced", "delivered", "failed", "bounced", "complained"]
    events = [heard(pk, kind) for pk in starts for kind in story if chance.random() < 0.4]

    def play(told: list[Heard]) -> tuple:
        for pk, state in starts.items():
            Delivery.objects.filter(pk=pk).update(state=state)
        Suppression.objects.all().delete()
        SoftBounce.objects.all().delete()
        ContactPoint.objects.update(status="valid")
        for place in range(0, len(told), 20):
            note_news(told[place : place + 20])
        return (
            list(Delivery.objects.order_by("pk").values_list("pk", "state")),
            list(Suppression.objects.order_by("address").values_list("address", "reason")),
            list(ContactPoint.objects.order_by("pk").values_list("status", flat=True)),
        )

    often = events * 5
    chance.shuffle(often)
    assert play(often) == play(events)
