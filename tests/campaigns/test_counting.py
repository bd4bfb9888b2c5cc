"""Ranges know how many of their messages are in which state, so that nobody reads the ledger to say so."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.actions.control import cancel_campaign
from campaigns.actions.retry import retry_failed
from campaigns.actions.uncertain import mark_as_sent, send_again
from campaigns.actions.watching import watch_sending
from campaigns.models import Chunk, Delivery, Tally
from campaigns.sending.ledger.chunks import claim_chunk, release
from campaigns.sending.ledger.counting import recount, states_of, uncount
from campaigns.sending.ledger.intents import take_group
from campaigns.sending.ledger.receipts import journal
from campaigns.sending.telling.progress import progress_of
from tests.campaigns.ledger import launched, states, work

pytestmark = pytest.mark.django_db(transaction=True)


def known(campaign) -> dict[str, int]:
    """What the ranges say, and nobody looked at a message for it."""
    assert not Chunk.objects.filter(campaign=campaign, counted=False).exists()
    return dict(sum((Counter(one) for one in Chunk.objects.values_list("counts", flat=True)), Counter()))


def test_ranges_are_counted_when_they_are_cut_and_when_they_are_given_back(impatient):
    campaign = launched(25)
    assert known(campaign) == {"queued": 25}
    impatient.reply("rcpt", "451 Later", only_to="p1@example.org")
    impatient.reply("rcpt", "550 5.1.1 Nobody here", only_to="p12@example.org")
    work()
    assert known(campaign) == states(campaign) == {"accepted": 23, "deferred": 1, "bounced": 1}


def test_a_claimed_range_is_looked_at_until_it_is_given_back(mailbox):
    campaign = launched(4)
    claim = claim_chunk("me")
    take_group(claim, 3, journal())
    assert states_of([campaign.pk])[campaign.pk] == {"sending": 3, "queued": 1}
    release(claim)
    assert known(campaign) == states(campaign)


@pytest.mark.parametrize("verb", [mark_as_sent, send_again])
def test_what_a_person_decides_is_counted(impatient, staff, verb):
    campaign = launched(3, policy="hold")
    impatient.drop("message")
    work()
    assert known(campaign) == {"uncertain": 1, "accepted": 2}
    verb(campaign, by=staff)
    assert states_of([campaign.pk])[campaign.pk] == states(campaign)
    recount()
    assert known(campaign) == states(campaign)


def test_retried_and_cancelled_messages_are_counted(impatient, staff):
    campaign = launched(12)
    impatient.reply("rcpt", "554 No", only_to="p1@example.org")
    work()
    retry_failed(campaign, by=staff)
    assert states_of([campaign.pk])[campaign.pk] == {"queued": 1, "accepted": 11}
    cancel_campaign(campaign, by=staff)
    assert states_of([campaign.pk])[campaign.pk] == {"skipped": 1, "accepted": 11}
    watch_sending()
    assert known(campaign) == {"skipped": 1, "accepted": 11}


def test_a_scrape_looks_at_so_many_ranges_and_says_the_last_known_of_the_others(impatient):
    campaign = launched(30)
    Delivery.objects.update(state="accepted")
    Chunk.objects.update(counted=False)
    assert states_of([campaign.pk], most=2)[campaign.pk] == {"accepted": 20, "queued": 10}
    assert states_of([campaign.pk])[campaign.pk] == {"accepted": 30}
    assert recount(most=2) == 2
    assert recount() == 1
    assert known(campaign) == {"accepted": 30}


def test_whoever_counts_while_messages_change_passes_over_their_range(impatient):
    campaign = launched(30)
    changed = Delivery.objects.order_by("pk").first()
    Chunk.objects.update(counted=False)
    counted: list[int] = []

    def count_meanwhile() -> None:
        counted.append(recount())
        connection.close()

    with transaction.atomic():
        uncount([changed.pk])
        Delivery.objects.filter(pk=changed.pk).update(state="accepted")
        other = threading.Thread(target=count_meanwhile)
        other.start()
        other.join(60)
    assert counted == [2]
    assert states_of([campaign.pk])[campaign.pk] == {"accepted": 1, "queued": 29}


def test_the_progress_page_reads_no_message_of_ranges_that_are_counted(impatient):
    campaign = launched(30)
    work()
    with CaptureQueriesContext(connection) as queries:
        progress = progress_of(campaign)
    assert progress.count("accepted") == progress.total == 30
    assert len(queries) == 2


def test_accepted_messages_are_counted_by_the_minute(mailbox):
    campaign = launched(20)
    work()
    tally = Tally.objects.get()
    assert tally.accepted == 20
    assert progress_of(campaign).per_minute == 20
    Tally.objects.update(minute=tally.minute - timedelta(minutes=3))
    assert progress_of(campaign).per_minute == 0


def test_the_rate_slides_from_one_minute_into_the_next():
    full = Tally(minute=timezone.now() - timedelta(seconds=30), in_minute=10, in_last=60)
    assert full.per_minute() == 40
    full.minute -= timedelta(minutes=1)
    assert full.per_minute() == 5
