"""What is heard of messages after they left: states move forward only, and the book and the breaker hear of it."""

import random
from datetime import timedelta
from itertools import permutations
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.actions.news import RANK, Fate, Heard, Kind, note_news
from campaigns.actions.soft_bounces import forget_old_soft_bounces
from campaigns.models import Attempt, Campaign, Chunk, Delivery, SoftBounce, Tally
from campaigns.sending.ledger.outcomes import Result, write_outcomes
from contacts.actions.privacy import erase_person
from contacts.models import ContactPoint, Stakeholder, Suppression
from contacts.signals import address_suppressed
from crm.transport import Outcome, Verdict
from tests.campaigns.ledger import launched, states, work

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


def on_the_way(count: int, state: str = "accepted") -> Campaign:
    """A campaign whose messages were handed over and are in this state."""
    campaign = launched(count)
    left = {"sent_at": NOW} if state in {"accepted", "delivered"} else {}
    Delivery.objects.filter(campaign=campaign).update(
        state=state, attempts=1, epoch=1, intent_at=NOW - timedelta(seconds=2), **left
    )
    return campaign


def ids(campaign: Campaign) -> list[int]:
    """The numbers of its messages."""
    return list(Delivery.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True))


def heard(delivery: int | None, kind: str, **more) -> Heard:
    """An event of a moment ago."""
    return Heard(delivery, kind, **{"at": NOW, "source": "brevo", **more})


def state_of(pk: int) -> str:
    """What the ledger says."""
    return Delivery.objects.get(pk=pk).state


# ── states ───────────────────────────────────────────────────────────────────
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


# ── which message ────────────────────────────────────────────────────────────
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


# ── the book ─────────────────────────────────────────────────────────────────
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


# ── soft bounces ─────────────────────────────────────────────────────────────
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


# ── the campaign ─────────────────────────────────────────────────────────────
def test_the_breaker_hears_each_complaint_and_each_late_bounce_once():
    campaign = on_the_way(5)
    first, second, third, *_rest = ids(campaign)
    for _again in range(3):
        note_news([heard(first, "complained"), heard(second, "bounced"), heard(third, "delivered")])
    assert sorted(Tally.objects.get().recent) == ["b", "c"]


def test_complaints_pause_a_newsletter():
    campaign = on_the_way(10)
    note_news([heard(pk, "complained") for pk in ids(campaign)[:3]])
    campaign.refresh_from_db()
    assert campaign.state == "paused"


def test_an_answer_settles_what_was_uncertain_and_the_newsletter_is_finished(mailbox):
    campaign = on_the_way(2, "uncertain")
    Campaign.objects.update(uncertain_policy="hold")
    Chunk.objects.update(due_at=NOW + timedelta(hours=1))
    note_news([heard(pk, "delivered") for pk in ids(campaign)])
    work()
    campaign.refresh_from_db()
    assert campaign.state == "sent"
    assert states(campaign) == {"delivered": 2}
    assert not mailbox.received


def test_a_message_known_to_have_arrived_is_not_sent_again(mailbox):
    campaign = on_the_way(2, "queued")
    note_news([heard(ids(campaign)[0], "delivered")])
    work()
    assert len(mailbox.received) == 1
    assert states(campaign) == {"delivered": 1, "accepted": 1}


# ── beside our own outcomes ──────────────────────────────────────────────────
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
