"""The circuit breaker: a campaign that goes wrong stops by itself, says why, and goes on when a person says so."""

import json
import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.actions.control import pause_campaign, resume_campaign
from campaigns.actions.retry import retry_failed
from campaigns.actions.watching import tend_sending
from campaigns.models import Campaign, Chunk, Delivery, Tally
from campaigns.sending.ledger import receipts
from campaigns.sending.ledger.breaker import note_complaints, note_late_bounces
from campaigns.sending.smtp.session import Session
from campaigns.sending.smtp.transport import SmtpTransport
from contacts.models import ContactPoint, Suppression
from crm.transport import Message
from tests.campaigns.ledger import launched, states, work
from tests.campaigns.test_send import make_due

pytestmark = pytest.mark.django_db(transaction=True)

NOBODY = "550 5.1.1 No such user here"


@pytest.fixture
def small(settings, mailbox):
    """The mailbox, and a breaker that judges by tens, group by group, where it would by hundreds."""
    settings.SENDING = {
        "chunk": 10,
        "group": 5,
        "connections": 1,
        "breaker_window": 40,
        "breaker_floor": 20,
        "connection_retry": 0,
    }
    return mailbox


def stopped(campaign: Campaign) -> str:
    """Why it was paused."""
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    return campaign.pause_reason


def goes_on(campaign: Campaign) -> bool:
    """Whether nobody stopped it."""
    campaign.refresh_from_db()
    return campaign.state in {"sending", "sent"}


def work_anew() -> None:
    """A worker that has no connection yet."""
    transport = SmtpTransport()
    try:
        work(transport=transport)
    finally:
        transport.close()


def nobody_has(mailbox, *people: int) -> None:
    """These addresses do not exist."""
    for number in people:
        mailbox.reply("rcpt", NOBODY, only_to=f"p{number}@example.org", times=0)


# ── bounces ──────────────────────────────────────────────────────────────────
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


# ── complaints ───────────────────────────────────────────────────────────────
def accepted(campaign: Campaign) -> list[int]:
    """Messages that may be complained about."""
    return list(
        Delivery.objects.filter(campaign=campaign, state="accepted").order_by("pk").values_list("pk", flat=True)
    )


def test_three_people_who_mark_it_as_spam_stop_it(mailbox):
    campaign = launched(60)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p59@example.org")
    work()
    note_complaints(accepted(campaign)[:2])
    assert goes_on(campaign)
    note_complaints(accepted(campaign)[2:3])
    why = stopped(campaign)
    assert "3 people (4.8 %) marked it as spam within the last 62 messages" in why
    assert states(campaign) == {"accepted": 59, "deferred": 1}


def test_complaints_are_measured_by_the_last_messages(mailbox, settings):
    settings.SENDING = {"breaker_complaints": 0.06}
    campaign = launched(60)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p59@example.org")
    work()
    note_complaints(accepted(campaign)[:3])
    assert goes_on(campaign)
    note_complaints(accepted(campaign)[3:4])
    assert "4 people" in stopped(campaign)


def test_complaints_of_one_newsletter_stop_no_other_and_none_that_is_sent(mailbox):
    first = launched(5)
    work()
    other = Campaign.objects.create(name="Other", topic=first.topic, subject="Other", state="sending")
    note_complaints(accepted(first))
    assert goes_on(other)
    first.refresh_from_db()
    assert first.state == "sent"


def test_complaints_that_had_been_counted_do_not_stop_what_a_person_lets_go_on(mailbox, staff):
    campaign = launched(10)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p9@example.org")
    work()
    note_complaints(accepted(campaign)[:3])
    stopped(campaign)
    resume_campaign(campaign, by=staff)
    note_complaints(accepted(campaign)[3:5])
    assert goes_on(campaign)


def test_why_a_person_paused_is_not_written_over(mailbox, staff):
    campaign = launched(5)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p4@example.org")
    work()
    pause_campaign(campaign, by=staff, reason="A wrong date")
    note_complaints(accepted(campaign))
    assert stopped(campaign) == "A wrong date"


# ── the line ─────────────────────────────────────────────────────────────────
def test_a_mail_server_that_cuts_every_line_stops_it_and_nobody_is_blamed(small, staff):
    campaign = launched(60)
    small.drop("rcpt", times=0)
    for _turn in range(20):
        make_due(campaign)
        work()
    assert "The connection to the mail server failed 2" in stopped(campaign)
    assert "failed" not in states(campaign)
    assert max(Delivery.objects.values_list("breaks", flat=True)) < 3
    small.behave()
    resume_campaign(campaign, by=staff)
    make_due(campaign)
    work()
    assert states(campaign) == {"accepted": 60}


def test_a_mail_server_that_is_gone_stops_it_after_twenty_turns(small, settings, staff):
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    campaign = launched(3)
    for turn in range(20):
        assert goes_on(campaign), turn
        make_due(campaign)
        Chunk.objects.update(due_at=None)
        work_anew()
    assert "failed 20 times in a row" in stopped(campaign)
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    settings.EMAIL_PORT = there
    resume_campaign(campaign, by=staff)
    Chunk.objects.update(due_at=None)
    work_anew()
    assert states(campaign) == {"accepted": 3}


def test_the_first_accepted_message_ends_the_count(small, settings):
    campaign = launched(3)
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    for _turn in range(19):
        Chunk.objects.update(due_at=None)
        work_anew()
    assert Tally.objects.get().losses == 19
    settings.EMAIL_PORT = there
    Chunk.objects.update(due_at=None)
    work_anew()
    assert Tally.objects.get().losses == 0
    assert goes_on(campaign)


def test_workers_without_a_mail_server_at_the_same_time_count_once(mailbox, settings):
    settings.EMAIL_PORT = 9
    settings.SENDING = {"chunk": 10}
    launched(40)
    for _worker in range(4):
        work_anew()
    assert Chunk.objects.filter(due_at__gt=timezone.now()).count() == 4
    assert Tally.objects.get().losses == 1


# ── poison ───────────────────────────────────────────────────────────────────
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
