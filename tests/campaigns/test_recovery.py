"""Receipts: after a worker is gone, only what was truly in flight is uncertain."""

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.chunks import claim_chunk
from campaigns.sending.intents import take_group
from campaigns.sending.receipts import Journal, journal, orphans
from campaigns.sending.recovery import recover
from campaigns.sending.worker import work
from crm.transport import Outcome, Verdict, current_transport
from tests.campaigns.ledger import launched, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def abandoned() -> Campaign:
    """A worker took four, knows of the first, has the second in flight, and is gone; its lease still runs."""
    campaign = launched(4, policy="hold")
    claim = claim_chunk(journal().owner)
    assert claim
    group = take_group(claim, 4, journal())
    assert group
    mine, ids = journal(), [one.delivery for one in group.recipients]
    mine.begin(claim.epoch, ids[0])
    mine.outcome(claim.epoch, ids[0], Outcome(Verdict.ACCEPTED, "250 Ok", "QUEUE-1"))
    mine.begin(claim.epoch, ids[1])
    mine._file.close()
    return campaign


def test_known_outcomes_are_kept_and_messages_never_begun_are_free_again(abandoned, mailbox):
    recover()
    assert states(abandoned) == {"accepted": 1, "uncertain": 1, "queued": 2}
    first = Delivery.objects.order_by("pk").first()
    assert first.provider_id == "QUEUE-1"
    assert set(Delivery.objects.filter(state="queued").values_list("attempts", flat=True)) == {0}
    work()
    assert states(abandoned) == {"accepted": 3, "uncertain": 1}
    assert len(mailbox.received) == 2


def test_recovery_does_not_wait_for_the_lease_when_the_process_is_known_to_be_gone(abandoned):
    assert Chunk.objects.get().lease_until > timezone.now()
    assert recover() == 1
    assert Chunk.objects.get().lease_until is None


def test_receipts_found_later_settle_what_became_uncertain_meanwhile(abandoned):
    Delivery.objects.filter(state="sending").update(state="uncertain", reason="worker_stopped")
    recover()
    assert states(abandoned) == {"accepted": 1, "uncertain": 1, "queued": 2}


def test_receipts_of_an_older_intent_change_nothing(abandoned):
    Delivery.objects.update(epoch=9)
    recover()
    assert states(abandoned) == {"uncertain": 4}


def test_receipts_of_a_living_process_are_left_alone():
    living = Journal("living-1-abc")
    assert list(orphans()) == []
    living.close()


def test_a_receipt_cut_short_by_the_end_of_its_process_counts_as_not_written(abandoned):
    path = next(iter(journal().path.parent.glob("*.receipts")))
    path.write_text(path.read_text().rstrip("\n"))
    recover()
    assert states(abandoned) == {"accepted": 1, "queued": 3}


def test_a_worker_stopped_in_mid_message_leaves_only_that_one_uncertain(mailbox):
    campaign = launched(4, policy="hold")
    real = current_transport()

    class Interrupted:
        """Sends one, begins the next and is stopped from outside."""

        open, close = real.open, real.close

        def send(self, messages):
            first, second, *_rest = messages
            yield from real.send([first])
            second.leaving()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(transport=Interrupted())
    assert states(campaign) == {"accepted": 1, "uncertain": 1, "queued": 2}
    work()
    assert states(campaign) == {"accepted": 3, "uncertain": 1}
    assert len(mailbox.received) == 3
