"""Pausing, resuming, cancelling and deciding about uncertain messages."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.actions.control import (
    NothingLeft,
    NotPaused,
    NotSending,
    cancel_campaign,
    finish_sending,
    pause_campaign,
    resume_campaign,
)
from campaigns.actions.uncertain import CampaignIsOver, NotUncertain, mark_as_sent, send_again
from campaigns.models import Chunk, Delivery
from campaigns.sending.ledger.closing import pause_for
from crm.history import entries
from tests.campaigns.ledger import launched, states, work

pytestmark = pytest.mark.django_db(transaction=True)


def uncertain(impatient):
    """A held campaign of three whose first message nobody knows about."""
    campaign = launched(3, policy="hold")
    impatient.drop("message")
    work()
    assert states(campaign) == {"accepted": 2, "uncertain": 1}
    return campaign


def test_a_paused_campaign_sends_nothing_until_it_is_resumed(mailbox, staff):
    campaign = launched(5)
    pause_campaign(campaign, by=staff, reason="A wrong date")
    work()
    assert mailbox.received == []
    campaign.refresh_from_db()
    assert campaign.pause_reason == "A wrong date"
    resume_campaign(campaign, by=staff)
    work()
    assert states(campaign) == {"accepted": 5}


def test_a_pause_reaches_a_worker_between_two_groups(mailbox, staff, settings):
    settings.SENDING = {"group": 10}
    campaign = launched(60)

    def press_pause() -> None:
        pause_campaign(campaign, by=staff)
        connection.close()

    class PausesAfterThree(list):
        def append(self, mail):
            super().append(mail)
            if len(self) == 3:
                with ThreadPoolExecutor(1) as somebody:
                    somebody.submit(press_pause).result()

    mailbox.received = PausesAfterThree()
    work()
    assert 3 <= len(mailbox.received) <= 20  # the group that was being sent, and the one that was taken meanwhile
    assert states(campaign)["queued"] >= 40
    assert "sending" not in states(campaign)


def test_cancelling_skips_everything_that_waits_for_good(mailbox, staff):
    campaign = launched(4)
    mailbox.reply("rcpt", "451 Later")
    work()
    cancel_campaign(campaign, by=staff)
    assert states(campaign) == {"accepted": 3, "skipped": 1}
    assert Delivery.objects.get(state="skipped").reason == "cancelled"
    work()
    assert len(mailbox.received) == 3


def test_only_what_is_on_its_way_can_be_paused_or_cancelled(mailbox, staff):
    campaign = launched(1)
    with pytest.raises(NotPaused):
        resume_campaign(campaign, by=staff)
    work()
    with pytest.raises(NotSending):
        pause_campaign(campaign, by=staff)
    with pytest.raises(NotSending):
        cancel_campaign(campaign, by=staff)


def test_what_is_left_is_sent_at_once_and_once_and_nothing_else(mailbox, staff, settings):
    settings.SENDING = {"chunk": 2}
    campaign = launched(6, policy="hold")
    mailbox.reply("rcpt", "451 Later", times=1, only_to="p1@example.org")
    mailbox.reply("rcpt", "451 Later", times=0, only_to="p2@example.org")
    mailbox.reply("rcpt", "554 5.7.1 Never", only_to="p3@example.org")
    work()
    assert states(campaign) == {"accepted": 3, "deferred": 2, "failed": 1}
    assert finish_sending(campaign, by=staff) == 2
    work()
    assert states(campaign) == {"accepted": 4, "deferred": 1, "failed": 1}
    assert Delivery.objects.get(state="deferred").next_attempt_at > timezone.now()
    assert max(len(mailbox.to(f"p{n}@example.org")) for n in range(6)) == 1


def test_finishing_goes_on_after_a_pause_and_says_when_nothing_is_left(mailbox, staff):
    campaign = launched(3)
    pause_campaign(campaign, by=staff, reason="A wrong date")
    assert finish_sending(campaign, by=staff) == 3
    campaign.refresh_from_db()
    assert (campaign.state, campaign.pause_reason) == ("sending", "")
    work()
    assert states(campaign) == {"accepted": 3}
    with pytest.raises(NotSending):
        finish_sending(campaign, by=staff)


def test_finishing_leaves_uncertain_messages_to_a_person(impatient, staff):
    campaign = uncertain(impatient)
    with pytest.raises(NothingLeft):
        finish_sending(campaign, by=staff)
    assert states(campaign) == {"accepted": 2, "uncertain": 1}


def test_history_says_who_steered_and_what_the_house_did_by_itself(mailbox, staff):
    campaign = launched(1)
    pause_campaign(campaign, by=staff)
    finish_sending(campaign, by=staff)
    pause_for(campaign.pk, "550 Not you")
    resume_campaign(campaign, by=staff)
    work()
    told = [(one.who, one.why) for one in entries(kind="campaigns.campaign")]
    assert told[:5] == [
        ("the house, by itself", "called a newsletter sent"),
        (str(staff), "went on with a newsletter"),
        ("the house, by itself", "paused a newsletter that went wrong"),
        (str(staff), "had what was left of a newsletter sent at once"),
        (str(staff), "paused a newsletter"),
    ]


def test_a_person_may_take_an_uncertain_message_as_arrived(impatient, staff):
    campaign = uncertain(impatient)
    assert mark_as_sent(campaign, by=staff) == 1
    assert states(campaign) == {"accepted": 3}
    campaign.refresh_from_db()
    assert campaign.state == "sent"
    with pytest.raises(NotUncertain):
        mark_as_sent(campaign, by=staff)


def test_a_person_may_send_an_uncertain_message_again(impatient, staff):
    campaign = uncertain(impatient)
    one = Delivery.objects.get(state="uncertain")
    assert send_again(campaign, [one.pk], by=staff) == 1
    work()
    assert states(campaign) == {"accepted": 3}
    assert len(impatient.to(one.address)) == 2


def test_a_cancelled_campaign_sends_nothing_again(impatient, staff):
    campaign = uncertain(impatient)
    cancel_campaign(campaign, by=staff)
    with pytest.raises(CampaignIsOver):
        send_again(campaign, by=staff)


def test_a_worker_that_vanished_leaves_its_message_uncertain_and_the_rest_free(mailbox):
    campaign = launched(4, policy="hold")
    on_the_wire = Delivery.objects.order_by("pk").first()
    Delivery.objects.filter(pk=on_the_wire.pk).update(state="sending", epoch=1, attempts=1, intent_at=timezone.now())
    Chunk.objects.update(owner="gone", epoch=1, lease_until=timezone.now())
    work()
    assert states(campaign) == {"accepted": 3, "uncertain": 1}
    on_the_wire.refresh_from_db()
    assert (on_the_wire.state, on_the_wire.reason) == ("uncertain", "worker_stopped")
