"""Two who turn out to be one while a newsletter is going out get it once, whoever of them stays in the book."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.answers import findings, headline
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.ledger.chunks import claim_chunk
from campaigns.sending.ledger.counting import uncount_all
from campaigns.sending.ledger.intents import take_group
from campaigns.sending.ledger.receipts import journal
from campaigns.sending.telling.why import facts_about
from contacts.identity.merging import merge_stakeholders, unmerge
from contacts.models import Stakeholder, StakeholderMerge
from crm.invariants import ask_all
from tests.campaigns.ledger import launched, work

pytestmark = pytest.mark.django_db
SENDS = pytest.mark.django_db(transaction=True)

GOT = ["accepted", "delivered", "complained", "sending", "uncertain"]
WAITING = ["queued", "deferred"]


WAITERS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def sent_to(*fates: str) -> tuple[Campaign, list[Stakeholder]]:
    """A newsletter on its way to one person for each fate."""
    campaign = launched(len(fates))
    for row, fate in zip(campaign.deliveries.order_by("pk"), fates, strict=True):
        become(row, fate)
    uncount_all(campaign.pk)
    return campaign, list(Stakeholder.objects.order_by("pk"))


def become(row: Delivery, fate: str) -> None:
    """As if a worker had left it so."""
    handed = None if fate in {"queued", "skipped"} else timezone.now()
    sent = handed if fate in {"accepted", "delivered", "complained"} else None
    due = timezone.now() if fate == "deferred" else None
    Delivery.objects.filter(pk=row.pk).update(state=fate, intent_at=handed, sent_at=sent, next_attempt_at=due)


def ledger() -> list[tuple]:
    """Address, state, reason and person of every message."""
    return list(Delivery.objects.order_by("pk").values_list("address", "state", "reason", "stakeholder"))


def broken() -> set[str]:
    """The promises that do not hold."""
    return {answer.key for answer in ask_all() if answer.broken}


@pytest.mark.parametrize("survivor", [0, 1])
@pytest.mark.parametrize("waits", WAITING)
@pytest.mark.parametrize("got", GOT)
def test_who_got_it_keeps_the_message_and_the_other_one_does_not_leave(got, waits, survivor):
    _campaign, both = sent_to(got, waits)
    before = ledger()
    merge = merge_stakeholders(both[survivor], both[1 - survivor], by=None)
    assert ledger() == [
        ("p0@example.org", got, "", both[survivor].pk),
        ("p1@example.org", "skipped", "merged", None),
    ]
    unmerge(merge, by=None)
    assert ledger() == before


@pytest.mark.parametrize("survivor", [0, 1])
@pytest.mark.parametrize("over", ["failed", "bounced", "skipped"])
def test_who_waits_still_gets_it_when_the_other_address_did_not(over, survivor):
    _campaign, both = sent_to(over, "queued")
    merge_stakeholders(both[survivor], both[1 - survivor], by=None)
    assert ledger() == [("p0@example.org", over, "", None), ("p1@example.org", "queued", "", both[survivor].pk)]


@pytest.mark.parametrize("survivor", [0, 1])
def test_what_may_have_arrived_once_is_not_sent_to_the_other_address(survivor):
    _campaign, both = sent_to("failed", "queued")
    Delivery.objects.filter(state="failed").update(reason="given_up")
    merge_stakeholders(both[survivor], both[1 - survivor], by=None)
    assert [row[1:] for row in ledger()] == [("failed", "given_up", both[survivor].pk), ("skipped", "merged", None)]


@SENDS
@pytest.mark.parametrize("survivor", [0, 1])
def test_only_one_message_leaves_and_every_promise_holds(mailbox, survivor):
    campaign, both = sent_to("accepted", "queued", "queued")
    merge = merge_stakeholders(both[survivor], both[1 - survivor], by=None)
    assert broken() == set()
    work()
    assert mailbox.recipients == ["p2@example.org"]
    campaign.refresh_from_db()
    assert campaign.state == "sent"
    assert broken() == set()
    unmerge(merge, by=None)
    assert broken() == set()


def test_counts_stay_true_when_a_range_nobody_holds_was_counted_before():
    campaign, both = sent_to("queued", "queued")
    Chunk.objects.update(counted=True, counts={"queued": 2})
    merge = merge_stakeholders(*both, by=None)
    assert broken() == set()
    Chunk.objects.update(counted=True, counts={"queued": 1, "skipped": 1})
    unmerge(merge, by=None)
    assert broken() == set()
    assert campaign.deliveries.filter(state="queued").count() == 2


def test_a_message_put_off_after_its_person_was_let_go_is_not_sent_again():
    campaign, both = sent_to("accepted", "sending")
    merge_stakeholders(*both, by=None)
    Delivery.objects.filter(state="sending").update(
        state="deferred", next_attempt_at=timezone.now() - timedelta(hours=1)
    )
    claim = claim_chunk("worker", campaign.pk)
    assert claim
    group = take_group(claim, 10, journal())
    assert group
    assert group.recipients == []
    assert ledger()[1] == ("p1@example.org", "skipped", "merged", None)


@SENDS
def test_whoever_merges_waits_for_a_worker_who_just_takes_the_message():
    campaign, both = sent_to("queued", "queued")
    Delivery.objects.filter(stakeholder=both[0]).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    claim = claim_chunk("worker", campaign.pk)
    assert claim

    def merge() -> None:
        try:
            merge_stakeholders(*both, by=None)
        finally:
            connection.close()

    other = Thread(target=merge)
    with transaction.atomic():
        group = take_group(claim, 10, journal())
        assert group
        assert len(group.recipients) == 1
        other.start()
        _until_somebody_waits()
    other.join(20)
    assert ledger() == [
        ("p0@example.org", "skipped", "merged", None),
        ("p1@example.org", "sending", "", both[0].pk),
    ]


def _until_somebody_waits() -> None:
    for _look in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITERS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("nobody waits")


@pytest.mark.parametrize("survivor", [0, 1])
def test_why_it_came_tells_of_both_addresses(survivor):
    campaign, both = sent_to("accepted", "queued")
    merge_stakeholders(both[survivor], both[1 - survivor], by=None)
    facts = facts_about(campaign, Stakeholder.objects.get())
    assert headline(facts) == "Got it: their mail server took it."
    told = [one.answer for one in findings(facts)]
    said = "It was not sent to p1@example.org, because they got it at p0@example.org: two entries were merged."
    assert said in told


def test_why_it_came_twice_tells_that_they_were_two():
    campaign, both = sent_to("accepted", "delivered")
    merge_stakeholders(*both, by=None)
    told = [one.answer for one in findings(facts_about(campaign, both[0]))]
    assert "With the address p1@example.org: delivered." in told
    assert broken() == set()


def test_a_second_message_to_one_person_breaks_a_promise():
    campaign, both = sent_to("accepted", "queued")
    merge_stakeholders(*both, by=None)
    StakeholderMerge.objects.update(at=timezone.now() - timedelta(hours=1))
    Delivery.objects.filter(stakeholder=None).update(state="accepted", intent_at=timezone.now(), sent_at=timezone.now())
    uncount_all(campaign.pk)
    assert broken() == {"nobody-gets-it-twice-after-a-merge"}
