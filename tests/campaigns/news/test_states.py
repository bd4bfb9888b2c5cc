"""States move forward only, whatever is heard of a message in whatever order; the evidence is kept."""

from datetime import timedelta
from itertools import permutations

import pytest

from campaigns.actions.news import RANK, Fate, Kind, note_news
from campaigns.models import Attempt, Delivery
from tests.campaigns.news.events import NOW, heard, ids, on_the_way, state_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "kind", "becomes"),
    [
        ("sending", "accepted", "accepted"),
        ("sending", "delivered", "delivered"),
        ("uncertain", "deferred", "accepted"),
        ("uncertain", "soft_bounced", "accepted"),
        ("uncertain", "accepted", "accepted"),
        ("queued", "delivered", "delivered"),
        ("deferred", "delivered", "delivered"),
        ("skipped", "delivered", "delivered"),
        ("accepted", "deferred", "accepted"),
        ("accepted", "soft_bounced", "accepted"),
        ("accepted", "delivered", "delivered"),
        ("accepted", "failed", "failed"),
        ("accepted", "bounced", "bounced"),
        ("failed", "accepted", "failed"),
        ("failed", "delivered", "delivered"),
        ("delivered", "accepted", "delivered"),
        ("delivered", "failed", "delivered"),
        ("delivered", "bounced", "bounced"),
        ("delivered", "complained", "complained"),
        ("bounced", "delivered", "bounced"),
        ("bounced", "complained", "complained"),
        ("complained", "bounced", "complained"),
        ("complained", "delivered", "complained"),
    ],
)
def test_states_only_move_forward(state, kind, becomes):
    one, other = ids(on_the_way(2, state))
    assert note_news([heard(one, kind)]) == [Fate.NOTED]
    assert (state_of(one), state_of(other)) == (becomes, state)


def test_every_state_has_a_rank_and_every_kind_proves_something():
    assert set(RANK) == set(Delivery.State.values)
    (one,) = ids(on_the_way(1, "sending"))
    for kind in Kind:
        assert note_news([heard(one, kind)]) == [Fate.NOTED]


def test_all_orders_end_the_same():
    kinds = ["accepted", "deferred", "delivered", "failed", "complained"]
    ends = set()
    campaign = on_the_way(1, "sending")
    for order in permutations(kinds):
        Delivery.objects.filter(campaign=campaign).update(state="sending")
        for kind in order:
            note_news([heard(ids(campaign)[0], kind)])
        ends.add(state_of(ids(campaign)[0]))
    assert ends == {"complained"}


def test_the_evidence_is_kept():
    (one,) = ids(on_the_way(1, "sending"))
    note_news([heard(one, "bounced", reply="550 5.1.1 nobody\x00 here", provider_id="<abc@brevo>")])
    row = Delivery.objects.get(pk=one)
    assert (row.reason, row.provider_id, row.sent_at) == ("550 5.1.1 nobody here", "<abc@brevo>", NOW)


def test_what_the_row_does_not_say_is_kept_beside_it_once():
    (one,) = ids(on_the_way(1, "uncertain"))
    for _again in range(2):
        note_news([heard(one, "accepted"), heard(one, "delivered", reply="250 ok"), heard(one, "bounced", reply="550")])
    kept = Attempt.objects.order_by("pk").values_list("what", "reply", "source", "number")
    first = [("accepted", "", "brevo", 1), ("delivered", "250 ok", "brevo", 1), ("bounced", "550", "brevo", 1)]
    assert list(kept)[:3] == first
    assert "bounced" not in [what for what, *_rest in list(kept)[3:]]


def test_a_time_before_the_intent_does_not_break_what_must_be_true():
    (one,) = ids(on_the_way(1, "sending"))
    note_news([heard(one, "accepted", at=NOW - timedelta(days=1))])
    row = Delivery.objects.get(pk=one)
    assert row.sent_at == row.intent_at


def test_an_old_failure_says_nothing_of_a_try_that_a_person_asked_for():
    (one,) = ids(on_the_way(1, "queued"))
    Delivery.objects.update(attempts=0)
    note_news([heard(one, "failed")])
    assert state_of(one) == "queued"
    note_news([heard(one, "delivered")])
    assert state_of(one) == "delivered"
