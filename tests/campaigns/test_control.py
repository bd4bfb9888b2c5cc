"""Pausing, resuming, cancelling and deciding about uncertain messages."""

import pytest
from django.utils import timezone

from campaigns.actions.control import NotPaused, NotSending, cancel_campaign, pause_campaign, resume_campaign
from campaigns.actions.uncertain import CampaignIsOver, NotUncertain, mark_as_sent, send_again
from campaigns.models import Chunk, Delivery
from campaigns.sending.worker import work
from tests.campaigns.ledger import launched, states

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
    settings.SENDING = {"group": 2}
    campaign = launched(20)

    class PausesAfterThree(list):
        def append(self, mail):
            super().append(mail)
            if len(self) == 3:
                type(campaign).objects.filter(pk=campaign.pk).update(state="paused")

    mailbox.received = PausesAfterThree()
    work()
    assert len(mailbox.received) <= 4
    assert states(campaign)["queued"] >= 16
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
