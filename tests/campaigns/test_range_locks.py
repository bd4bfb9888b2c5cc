"""Whoever changes messages holds their ranges first, so that nobody waits in a circle, whatever is changed at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.actions.uncertain import mark_as_sent
from campaigns.models import Attempt, Campaign, Chunk, Delivery
from campaigns.sending.ledger.chunks import claim_chunk, wake_around
from campaigns.sending.ledger.intents import take_group
from campaigns.sending.ledger.receipts import Journal, forget_journal
from campaigns.sending.ledger.recovery import recover
from crm.transport import Outcome, Verdict
from tests.campaigns.ledger import launched, states, work
from tests.campaigns.meanwhile import aside, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

FREE = "SELECT count(*) FROM (SELECT FROM campaigns_{table} WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED) AS free"
HELD = "SELECT FROM campaigns_{table} WHERE id = %s FOR UPDATE"


def free(table: str, *numbers: int) -> int:
    """How many of these rows nobody else holds."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FREE.format(table=table), [list(numbers)])
        return cursor.fetchone()[0]


@contextmanager
def verb_at_work(last: Delivery) -> Iterator[None]:
    """Somebody's verb has come as far as this message: it holds the range, and of its messages the last one only."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(HELD.format(table="chunk"), [range_of(last).pk])
            cursor.execute(HELD.format(table="delivery"), [last.pk])
        yield


def one_worker() -> None:
    """Send what is due, in a thread that ends."""
    work()
    forget_journal()


def range_of(message: Delivery) -> Chunk:
    """The range it is in."""
    return Chunk.objects.get(campaign=message.campaign_id, first_id__lte=message.pk, last_id__gte=message.pk)


@pytest.fixture
def frozen(settings) -> Iterator[Journal]:
    """A worker that stands still with two ranges of two: it knows of all four, and its leases are over."""
    settings.SENDING = {"chunk": 2}
    launched(4, policy="hold")
    journal = Journal("frozen-1-abc")
    verdicts = iter([Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.UNCERTAIN, Verdict.UNCERTAIN])
    for _range in range(2):
        claim = claim_chunk(journal.owner)
        assert claim
        group = take_group(claim, 2, journal)
        assert group
        for one in group.recipients:
            journal.begin(claim.epoch, one.delivery)
            journal.outcome(claim.epoch, one.delivery, Outcome(next(verdicts), "as the server said"))
    Chunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    yield journal
    journal.close()


def test_what_a_worker_that_stands_still_had_heard_is_kept_by_who_holds_the_range_and_nothing_else(frozen):
    first, second, *_others = messages = list(Delivery.objects.order_by("pk"))
    with aside(recover) as said, verb_at_work(second):
        until_somebody_waits()
        assert free("delivery", first.pk) == 1
        assert free("chunk", range_of(messages[-1]).pk) == 1
    assert said == [2]
    assert states(first.campaign) == {"accepted": 2, "uncertain": 2}


def test_what_a_dead_worker_left_behind_is_kept_by_who_holds_the_range(frozen):
    frozen.close()
    first, second, *_others = Delivery.objects.order_by("pk")
    with aside(recover), verb_at_work(second):
        until_somebody_waits()
        assert free("delivery", first.pk) == 1
    assert states(first.campaign) == {"accepted": 2, "uncertain": 2}


def test_that_nobody_knows_of_a_message_is_noted_once_however_often_its_worker_is_looked_after(frozen):
    recover()
    frozen.close()
    recover()
    assert list(Attempt.objects.order_by("delivery").values_list("what", flat=True)) == ["uncertain"] * 2


def test_what_became_of_a_group_is_kept_by_who_holds_its_range(mailbox):
    campaign = launched(2)
    mailbox.hold("message", after=1)
    first, second = Delivery.objects.order_by("pk")
    with aside(one_worker):
        while not mailbox.holding:
            pass
        with verb_at_work(second):
            mailbox.release()
            until_somebody_waits()
            assert free("delivery", first.pk) == 1
    assert states(campaign) == {"accepted": 2}


def test_uncertain_messages_are_queued_again_by_who_has_claimed_their_range_and_nobody_else_has_it(mailbox):
    campaign = launched(2)
    Delivery.objects.update(state="uncertain", attempts=1, intent_at=timezone.now() - timedelta(hours=1))
    last = Delivery.objects.latest("pk")
    with aside(one_worker), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HELD.format(table="delivery"), [last.pk])
        until_somebody_waits()
        assert free("chunk", range_of(last).pk) == 0
    assert states(campaign) == {"accepted": 2}


def test_only_the_ranges_of_a_message_are_woken_where_numbers_of_two_newsletters_mix(db):
    campaign = launched(2)
    other = Campaign.objects.create(name="Other", topic=campaign.topic, subject="Other", state="sending")
    soon = timezone.now() + timedelta(hours=1)
    Chunk.objects.update(due_at=soon)
    first, last = Delivery.objects.order_by("pk").values_list("pk", flat=True)
    Chunk.objects.create(campaign=other, first_id=first - 1, last_id=last + 1, due_at=soon)
    wake_around([first, last])
    assert Chunk.objects.get(campaign=campaign).due_at is None
    assert Chunk.objects.get(campaign=other).due_at == soon


def test_who_decides_about_a_message_waits_for_nobody_who_holds_another_range(settings, staff):
    settings.SENDING = {"chunk": 2}
    campaign = launched(4, policy="hold")
    Delivery.objects.update(state="uncertain", attempts=1, intent_at=timezone.now())
    Chunk.objects.update(due_at=timezone.now() + timedelta(hours=1))
    first, *_others, last = Delivery.objects.order_by("pk")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HELD.format(table="chunk"), [range_of(first).pk])
        with aside(lambda: mark_as_sent(campaign, [last.pk], by=staff)) as said:
            pass  # the thread ends before this transaction does
        assert said == [1]
    assert states(campaign) == {"accepted": 1, "uncertain": 3}
