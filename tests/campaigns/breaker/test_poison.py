"""A message that breaks whatever carries it fails alone, and the others go out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.actions.retry import retry_failed
from campaigns.models import Delivery
from campaigns.sending.ledger.breaker import note_complaints
from campaigns.sending.smtp.session import Session
from campaigns.sending.smtp.transport import SmtpTransport
from contacts.models import ContactPoint, Suppression
from crm.transport import Message
from tests.campaigns.breaker.fared import accepted, goes_on
from tests.campaigns.ledger import launched, states, work
from tests.campaigns.test_send import make_due

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_message_that_breaks_the_line_fails_alone_after_three_tries(mailbox):
    campaign = launched(20)
    mailbox.drop("rcpt", times=0, only_to="p7@example.org")
    for attempt in range(1, 4):
        make_due(campaign)
        work()
        assert Delivery.objects.get(address="p7@example.org").attempts == attempt
    assert states(campaign) == {"accepted": 19, "failed": 1}
    assert len(mailbox.recipients) == len(set(mailbox.recipients)) == 19
    assert goes_on(campaign)
    assert not Suppression.objects.exists()


def test_a_message_that_was_only_put_off_before_a_line_broke_is_not_given_up(mailbox):
    campaign = launched(5)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p2@example.org", times=2)
    mailbox.drop("rcpt", only_to="p2@example.org")
    for _attempt in range(3):
        make_due(campaign)
        work()
    assert states(campaign) == {"accepted": 4, "deferred": 1}
    make_due(campaign)
    work()
    assert states(campaign) == {"accepted": 5}


def test_a_message_that_keeps_the_mail_server_from_answering_is_sent_again_twice_only(impatient):
    campaign = launched(1)
    impatient.drop("message", times=0)
    for _attempt in range(4):
        Delivery.objects.update(intent_at=timezone.now() - timedelta(minutes=16))
        make_due(campaign)
        work()
    assert states(campaign) == {"failed": 1}
    assert Delivery.objects.get().reason == "never_answered"
    assert len(impatient.received) == 3


def test_a_message_that_breaks_the_transport_itself_fails_alone_after_three_tries(mailbox, settings, monkeypatch):
    settings.SENDING = {"connections": 1}
    breaks_at(monkeypatch, "p7@example.org", "_take")
    campaign = launched(20)
    work()
    assert states(campaign) == {"accepted": 19, "deferred": 1}
    for _attempt in range(2):
        make_due(campaign)
        work()
    assert states(campaign) == {"accepted": 19, "failed": 1}
    one = Delivery.objects.get(state="failed")
    assert (one.address, one.attempts, one.reason) == ("p7@example.org", 3, "breaks_sending")
    assert "sending broke off at this message" in one.why
    assert len(mailbox.recipients) == len(set(mailbox.recipients)) == 19
    assert goes_on(campaign)


def test_a_message_at_whose_answer_the_transport_breaks_is_uncertain_and_the_others_go_out(
    mailbox, settings, monkeypatch
):
    settings.SENDING = {"connections": 1}
    breaks_at(monkeypatch, "p7@example.org", "_answer")
    campaign = launched(20, policy="hold")
    work()
    assert states(campaign) == {"accepted": 19, "uncertain": 1}
    assert Delivery.objects.get(state="uncertain").address == "p7@example.org"
    assert len(mailbox.recipients) == len(set(mailbox.recipients)) == 20


def breaks_at(monkeypatch, address: str, step: str) -> None:
    """A slip in our own conversation with the mail server that only one message brings out."""
    real = getattr(Session, step)

    def slips(self, about, **more):
        message = about if isinstance(about, Message) else self._message
        if message.recipient == address:
            raise ZeroDivisionError
        return real(self, about, **more)

    monkeypatch.setattr(Session, step, slips)


def test_a_transport_that_breaks_before_any_message_is_not_hidden(mailbox):
    class Broken(SmtpTransport):
        def send(self, messages):
            raise ZeroDivisionError

    campaign = launched(3)
    transport = Broken()
    with pytest.raises(ZeroDivisionError):
        work(transport=transport)
    transport.close()
    assert states(campaign) == {"queued": 3}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}


def test_a_message_that_cannot_be_written_fails_alone(mailbox):
    campaign = launched(4)
    ContactPoint.objects.filter(normalized="p1@example.org").update(normalized="p 1@example.org")
    Delivery.objects.filter(address="p1@example.org").update(address="p 1@example.org")
    work()
    assert states(campaign) == {"accepted": 3, "failed": 1}
    assert Delivery.objects.get(state="failed").reason == "unwritable"
    assert goes_on(campaign)


def test_a_message_that_broke_the_line_has_all_its_tries_again_when_a_person_wants_it_sent(mailbox, staff):
    campaign = launched(4)
    mailbox.drop("rcpt", times=3, only_to="p1@example.org")
    for _attempt in range(3):
        make_due(campaign)
        work()
    assert states(campaign) == {"accepted": 3, "failed": 1}
    note_complaints(accepted(campaign))
    retry_failed(campaign, by=staff)
    mailbox.drop("rcpt", only_to="p1@example.org")
    for _attempt in range(2):
        make_due(campaign)
        work()
    assert states(campaign) == {"accepted": 4}
    assert goes_on(campaign)
