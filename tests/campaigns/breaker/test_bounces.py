"""A newsletter to addresses that nobody has stops by itself, says why, and goes on when a person says so."""

import json
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.actions.control import resume_campaign
from campaigns.actions.watching import tend_sending
from campaigns.models import Campaign, Delivery, Tally
from campaigns.sending.ledger import receipts
from campaigns.sending.ledger.breaker import note_late_bounces
from tests.campaigns.breaker.fared import NOBODY, goes_on, nobody_has, stopped
from tests.campaigns.ledger import launched, states, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_list_of_addresses_that_nobody_has_is_not_sent_to_its_end(mailbox, settings):
    campaign = launched(900)
    nobody_has(mailbox, *range(0, 900, 10))
    settings.SENDING = {"group": 50}
    work()
    why = stopped(campaign)
    assert "nobody has the address" in why
    assert "10 %" in why
    found = states(campaign)
    assert set(found) == {"accepted", "bounced", "queued"}
    assert 200 <= found["accepted"] + found["bounced"] <= 300 + 50
    assert len(why) < 200


def test_a_few_bad_addresses_among_many_stop_nothing(mailbox, settings):
    campaign = launched(300)
    nobody_has(mailbox, *range(0, 300, 25))
    settings.SENDING = {"group": 50}
    work()
    assert states(campaign) == {"accepted": 288, "bounced": 12}
    assert goes_on(campaign)


def test_too_few_messages_prove_nothing(small):
    campaign = launched(18)
    nobody_has(small, *range(9))
    work()
    assert states(campaign) == {"accepted": 9, "bounced": 9}
    assert goes_on(campaign)


def test_the_rest_waits_and_goes_on_where_a_person_says_so_without_stopping_at_once(small, staff, client_of):
    campaign = launched(60)
    nobody_has(small, 0, 1, 2)
    work()
    assert "Of the last 20 messages 3 (15 %)" in stopped(campaign)
    page = client_of(staff).get(reverse("campaigns:progress", args=[campaign.pk])).content.decode()
    assert "This newsletter was paused by the house itself." in page
    assert "Of the last 20 messages 3 (15 %) came back because nobody has the address." in page
    before = len(small.received)
    work()
    assert len(small.received) == before
    resume_campaign(campaign, by=staff)
    work()
    assert states(campaign) == {"accepted": 57, "bounced": 3}
    assert goes_on(campaign)


def test_it_stops_again_where_it_goes_on_badly(small, staff):
    campaign = launched(80)
    nobody_has(small, 0, 1, 2, 40, 41, 42)
    work()
    stopped(campaign)
    resume_campaign(campaign, by=staff)
    work()
    assert "nobody has the address" in stopped(campaign)


def test_only_the_last_messages_are_judged(small, settings):
    settings.SENDING = settings.SENDING | {"breaker_bounces": 0.1}
    campaign = launched(100)
    nobody_has(small, 0, 90)
    work()
    assert states(campaign) == {"accepted": 98, "bounced": 2}
    assert Tally.objects.get().recent == "." * 30 + "b" + "." * 9
    assert goes_on(campaign)


def test_refused_and_put_off_messages_are_no_bounces(small):
    campaign = launched(40)
    for number in range(0, 40, 4):
        small.reply("rcpt", "554 5.7.1 Not wanted", only_to=f"p{number}@example.org")
    for number in range(1, 40, 4):
        small.reply("rcpt", "451 4.3.0 Later", only_to=f"p{number}@example.org")
    work()
    assert states(campaign) == {"accepted": 20, "failed": 10, "deferred": 10}
    assert goes_on(campaign)
    assert len(Tally.objects.get().recent) == 30


def test_an_address_that_turns_out_later_to_be_nobodys_counts_too(small):
    campaign = launched(30)
    work()
    Campaign.objects.update(state="sending")
    first, second = Delivery.objects.order_by("pk").values_list("pk", flat=True)[:2]
    note_late_bounces([first])
    assert goes_on(campaign)
    note_late_bounces([second])
    assert "nobody has the address" in stopped(campaign)


def test_what_a_worker_had_done_when_it_vanished_counts_too(small):
    campaign = launched(25)
    sent = list(Delivery.objects.order_by("pk").values_list("pk", flat=True)[:22])
    Delivery.objects.filter(pk__in=sent).update(state="sending", epoch=1, attempts=1, intent_at=timezone.now())
    known = [("bounced" if place < 2 else "accepted", NOBODY if place < 2 else "250 ok") for place in range(22)]
    lines = [f"G 1 {' '.join(map(str, sent))}\n"]
    for delivery, (verdict, reply) in zip(sent, known, strict=True):
        lines.append(f"O 1 {delivery} {verdict} {json.dumps([reply, '', time.time()])}\n")
    (receipts.folder() / "gone.receipts").write_text("".join(lines))
    tend_sending()
    assert states(campaign) == {"accepted": 20, "bounced": 2, "queued": 3}
    assert "Of the last 22 messages 2 (9.1 %)" in stopped(campaign)
