"""Sending: every phase of the wire ends in the state that is true."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.desk import Held
from campaigns.sending.ledger.chunks import Claim
from contacts.actions.consent import withdraw_consent
from contacts.actions.suppression import suppress
from contacts.models import ContactPoint, Suppression
from crm.models import Organisation
from crm.returns import Returned, read_return
from tests.campaigns.ledger import launched, newsletter_topic, states, work

pytestmark = pytest.mark.django_db(transaction=True)


def make_due(campaign: Campaign) -> None:
    """Let the waiting be over."""
    Delivery.objects.filter(campaign=campaign, state="deferred").update(next_attempt_at=timezone.now())
    Chunk.objects.filter(campaign=campaign).update(due_at=None)


def test_everybody_gets_it_once_and_the_campaign_is_sent(mailbox):
    campaign = launched(25)
    work()
    assert sorted(mailbox.recipients) == sorted(Delivery.objects.values_list("address", flat=True))
    assert states(campaign) == {"accepted": 25}
    campaign.refresh_from_db()
    assert campaign.state == "sent"
    assert campaign.finished_at
    assert not Chunk.objects.filter(done=False).exists()
    work()
    assert len(mailbox.received) == 25


def test_many_messages_travel_over_one_connection(mailbox, settings):
    settings.SENDING = {"connections": 1}
    launched(40)
    before = mailbox.connections
    work()
    assert mailbox.connections - before == 1


def test_a_connection_is_replaced_when_it_carried_enough(mailbox, settings):
    settings.SENDING = {"connection_messages": 10, "group": 10, "connections": 1}
    launched(40)
    before = mailbox.connections
    work()
    assert mailbox.connections - before == 4
    assert len(mailbox.received) == 40


def test_who_leaves_after_the_launch_gets_nothing(mailbox):
    campaign = launched(3)
    gone = Delivery.objects.order_by("pk")[1]
    withdraw_consent(gone.stakeholder, newsletter_topic(), source="test")
    work()
    gone.refresh_from_db()
    assert (gone.state, gone.reason) == ("skipped", "left")
    assert states(campaign) == {"accepted": 2, "skipped": 1}
    assert mailbox.to(gone.address) == []


def test_a_suppressed_address_gets_nothing(mailbox):
    launched(2)
    first = Delivery.objects.order_by("pk").first()
    suppress(first.address, reason=Suppression.Reason.MANUAL, source="test")
    work()
    first.refresh_from_db()
    assert (first.state, first.reason) == ("skipped", "suppressed")
    assert mailbox.to(first.address) == []


def test_an_address_that_stopped_working_gets_nothing(mailbox):
    launched(2)
    first = Delivery.objects.order_by("pk").first()
    ContactPoint.objects.filter(normalized=first.address).update(status="bouncing")
    work()
    first.refresh_from_db()
    assert (first.state, first.reason) == ("skipped", "address")


def test_a_busy_server_is_asked_again_later(mailbox):
    campaign = launched(3)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p1@example.org")
    work()
    put_off = Delivery.objects.get(address="p1@example.org")
    assert states(campaign) == {"accepted": 2, "deferred": 1}
    assert put_off.next_attempt_at > timezone.now() + timedelta(seconds=40)
    assert "451" in put_off.reason
    make_due(campaign)
    work()
    assert states(campaign) == {"accepted": 3}
    campaign.refresh_from_db()
    assert campaign.state == "sent"


def test_who_is_always_put_off_fails_alone(mailbox, settings):
    settings.SENDING = {"tries": 3}
    campaign = launched(3)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p1@example.org", times=0)
    for _attempt in range(3):
        make_due(campaign)
        work()
    assert states(campaign) == {"accepted": 2, "failed": 1}
    assert Delivery.objects.get(state="failed").attempts == 3


def test_an_address_nobody_has_is_bad_from_now_on(mailbox):
    campaign = launched(3)
    mailbox.reply("rcpt", "550 5.1.1 No such user here", only_to="p1@example.org")
    work()
    assert states(campaign) == {"accepted": 2, "bounced": 1}
    assert ContactPoint.objects.get(normalized="p1@example.org").status == "bad"
    assert Suppression.objects.get().reason == "hard_bounce"


def test_a_refused_message_fails_without_blaming_the_address(mailbox):
    campaign = launched(2)
    mailbox.reply("message", "554 5.7.1 Looks like spam")
    work()
    assert states(campaign) == {"accepted": 1, "failed": 1}
    assert not Suppression.objects.exists()
    assert not ContactPoint.objects.exclude(status="valid").exists()


@pytest.mark.parametrize("phase", ["rcpt", "data"])
def test_a_line_lost_before_the_body_is_not_sent_and_tried_again(impatient, phase):
    campaign = launched(3)
    impatient.drop(phase, after=1)
    work()
    assert states(campaign) == {"accepted": 2, "deferred": 1}
    make_due(campaign)
    work()
    assert states(campaign) == {"accepted": 3}
    assert len(impatient.received) == 3


def test_a_line_lost_after_the_final_dot_is_uncertain(impatient):
    campaign = launched(3, policy="hold")
    impatient.drop("message", after=1)
    work()
    assert states(campaign) == {"accepted": 2, "uncertain": 1}
    campaign.refresh_from_db()
    assert campaign.state == "sending"


def test_a_server_that_falls_silent_before_the_body_costs_one_timeout(impatient):
    campaign = launched(2)
    impatient.hang("rcpt")
    work()
    assert states(campaign) == {"accepted": 1, "deferred": 1}


def test_a_server_that_falls_silent_after_the_final_dot_leaves_it_uncertain(impatient):
    campaign = launched(2, policy="hold")
    impatient.hang("message")
    work()
    assert states(campaign) == {"accepted": 1, "uncertain": 1}


def test_a_server_that_is_not_there_burns_no_attempts(settings, impatient):
    settings.EMAIL_PORT = 9
    campaign = launched(2)
    work()
    assert states(campaign) == {"queued": 2}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    assert Chunk.objects.get().due_at > timezone.now()


def test_a_server_that_refuses_our_sender_pauses_the_campaign_and_says_so(mailbox):
    campaign = launched(3)
    mailbox.reply("mail", "550 5.7.1 You may not send as this", after=1)
    work()
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    assert "You may not send" in campaign.pause_reason
    assert states(campaign) == {"accepted": 1, "queued": 2}


def test_uncertain_messages_are_sent_again_after_the_quiet_time_with_the_same_message_id(impatient):
    campaign = launched(1)
    impatient.drop("message")
    work()
    Delivery.objects.update(intent_at=timezone.now() - timedelta(minutes=16))
    make_due(campaign)
    work()
    assert states(campaign) == {"accepted": 1}
    first, second = impatient.received
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_held_uncertain_messages_wait_for_a_person(impatient):
    campaign = launched(1, policy="hold")
    impatient.drop("message")
    work()
    Delivery.objects.update(intent_at=timezone.now() - timedelta(minutes=16))
    make_due(campaign)
    work()
    assert states(campaign) == {"uncertain": 1}
    assert len(impatient.received) == 1


def test_each_message_comes_back_to_an_address_of_its_own(mailbox, settings):
    settings.RETURN_PATH = "bounces@returns.example.org"
    campaign = launched(3)
    work()
    sent_to = {read_return(mail.sender): mail.recipients for mail in mailbox.received}
    assert sent_to == {Returned("n", one.pk): [one.address] for one in Delivery.objects.filter(campaign=campaign)}
    for mail in mailbox.received:
        (sender,) = mail.message["From"].addresses
        assert sender.addr_spec == Organisation.load().sender_email


@pytest.mark.parametrize(
    ("left", "size", "groups"), [(1000, 480, [500, 500]), (1000, 500, [500, 500]), (520, 480, [520]), (30, 480, [30])]
)
def test_no_small_rest_of_a_range_waits_for_the_mail_server_alone(left, size, groups):
    held, taken = Held(Claim(1, 1, 1, left, 1), left), []
    while held.left > 0:
        taken.append(held.fitting(size))
        held.left -= taken[-1]
    assert taken == groups


def test_who_takes_small_groups_goes_on_with_them():
    assert Held(Claim(1, 1, 1, 1000, 1), 1000).fitting(10) == 10
