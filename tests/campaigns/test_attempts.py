"""What happened to a message beyond what its own row says is kept, in order, and with whoever said it."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Attempt, Chunk, Delivery
from campaigns.sending.ledger.attempts import Note, note_attempts
from campaigns.sending.ledger.chunks import claim_chunk
from campaigns.sending.ledger.intents import take_group
from campaigns.sending.ledger.outcomes import Result, write_outcomes
from campaigns.sending.ledger.receipts import journal
from campaigns.sending.ledger.recovery import recover
from contacts.actions.privacy import erase_person, export_person
from crm.transport import Outcome, Verdict
from tests.campaigns.ledger import launched, states, work
from tests.leftovers import tables_that_hold

pytestmark = pytest.mark.django_db(transaction=True)


def told(delivery: Delivery) -> list[tuple[str, int, str]]:
    """What happened to one message: what, at which try, with which words."""
    return list(Attempt.objects.filter(delivery=delivery).values_list("what", "number", "reply"))


def try_now() -> None:
    """Whatever was put off is due."""
    Delivery.objects.filter(state="deferred").update(next_attempt_at=timezone.now())
    Chunk.objects.update(due_at=None)


def test_what_is_accepted_at_once_leaves_only_its_row_with_the_servers_words(mailbox):
    launched(20)
    work()
    assert not Attempt.objects.exists()
    one = Delivery.objects.earliest("pk")
    assert one.reply == "250 2.0.0 Kept"
    assert one.why == ""


def test_every_try_that_did_not_go_well_is_kept_with_its_reply_server_and_times(mailbox):
    launched(3)
    mailbox.reply("rcpt", "450 4.2.1 Full", times=1, only_to="p1@example.org")
    mailbox.reply("rcpt", "451 4.7.1 Slower", times=1, only_to="p1@example.org")
    before = timezone.now()
    for _try in range(40):  # a domain that puts us off is written to more slowly
        try_now()
        work()
        if Delivery.objects.filter(state="accepted").count() == 3:
            break
        time.sleep(0.5)
    put_off = Delivery.objects.get(address="p1@example.org")
    assert (put_off.state, put_off.attempts) == ("accepted", 3)
    assert told(put_off) == [("deferred", 1, "450 4.2.1 Full"), ("deferred", 2, "451 4.7.1 Slower")]
    first = Attempt.objects.earliest("pk")
    assert first.source == mailbox.host
    assert first.handed_at
    assert before < first.handed_at < first.at < timezone.now()
    assert Attempt.objects.count() == 2


def test_refused_bounced_and_broken_lines_are_kept(impatient):
    launched(3)
    impatient.reply("rcpt", "554 5.7.1 Not from you", only_to="p0@example.org")
    impatient.reply("rcpt", "550 5.1.1 Nobody", only_to="p1@example.org")
    impatient.drop("rcpt", times=1, only_to="p2@example.org")
    work()
    whats = dict(Attempt.objects.values_list("delivery__address", "what"))
    assert whats == {"p0@example.org": "failed", "p1@example.org": "bounced", "p2@example.org": "broke"}


def test_uncertain_is_kept_and_what_the_rule_then_did(impatient, settings):
    settings.SENDING |= {"quiet": 0}
    launched(1)
    impatient.drop("message")
    work()
    work()
    one = Delivery.objects.get()
    assert one.state == "accepted"
    assert [what for what, _number, _reply in told(one)] == ["uncertain", "again"]
    assert "no reply after the whole message" in told(one)[0][2]


def test_a_worker_that_vanished_is_named(mailbox):
    launched(2, policy="hold")
    claim = claim_chunk("host-7")
    assert claim
    assert take_group(claim, 1, journal())
    journal().settled()
    Chunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    recover()
    (note,) = Attempt.objects.all()
    assert (note.what, note.source, note.number, note.why) == (
        "uncertain",
        "host-7",
        1,
        "sending was interrupted while this message was with the mail server",
    )
    assert note.handed_at == note.delivery.intent_at


def test_outcomes_that_are_not_ours_to_write_leave_no_evidence_and_none_twice(mailbox):
    launched(2)
    claim = claim_chunk("me")
    assert claim
    group = take_group(claim, 2, journal())
    assert group
    one, other = (recipient.delivery for recipient in group.recipients)
    results = [Result(pk, 1, Outcome(Verdict.DEFERRED, "450 Later"), timezone.now()) for pk in (one, other)]
    Delivery.objects.filter(pk=other).update(epoch=99)
    assert write_outcomes(claim.epoch, results) == 1
    assert write_outcomes(claim.epoch, results) == 0
    assert list(Attempt.objects.values_list("delivery", flat=True)) == [one]


def test_news_are_kept_in_order_cut_to_a_sane_length_and_only_of_messages_there_are(staff):
    launched(1)
    one, now = Delivery.objects.get(), timezone.now()
    news = [
        Note(one.pk, "delivered", now, "ok", "postmark"),
        Note(one.pk, "bounced", now, "x\x00" * 400, by=staff.pk),
        Note(one.pk + 999, "bounced", now),
    ]
    assert note_attempts(news) == 2
    first, second = Attempt.objects.all()
    assert (first.what, first.source, first.by) == ("delivered", "postmark", None)
    assert (second.by, len(second.reply)) == (staff, 300)
    assert note_attempts([]) == 0


def test_an_erasure_reaches_what_servers_said_also_when_they_say_it_afterwards(mailbox, manager):
    campaign = launched(2)
    mailbox.reply("rcpt", "450 4.2.1 <p0@example.org> is full", only_to="p0@example.org")
    mailbox.reply("rcpt", "554 5.7.1 p1@example.org wants nothing", only_to="p1@example.org")
    work()
    first, second = Delivery.objects.order_by("pk")
    people = [first.stakeholder, second.stakeholder]
    assert "is full" in export_person(people[0])["campaigns.Delivery.stakeholder"][0]["history"][0]["reply"]
    for person in people:
        assert person
        erase_person(person, by=manager)
    note_attempts([Note(second.pk, "bounced", timezone.now(), "p1@example.org is unknown")])
    assert tables_that_hold(["p0@example", "p1@example"]) == []
    assert Attempt.objects.count() == 3
    assert states(campaign) == {"skipped": 1, "failed": 1}


def test_words_about_somebody_who_is_erased_while_the_line_waits_are_not_kept(mailbox, manager):
    launched(1)
    claim = claim_chunk("me")
    assert claim
    group = take_group(claim, 1, journal())
    assert group
    one = Delivery.objects.get()
    assert one.stakeholder
    erase_person(one.stakeholder, by=manager)
    reply = Outcome(Verdict.FAILED, "554 p0@example.org wants nothing")
    write_outcomes(claim.epoch, [Result(one.pk, 1, reply, timezone.now())])
    journal().settled()
    assert Delivery.objects.get().state == "failed"
    assert tables_that_hold(["p0@example"]) == []
