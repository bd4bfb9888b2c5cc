"""Receipts: after a worker is gone, only what was truly in flight is uncertain."""

import fcntl
import os
import sys
import threading
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending import desk
from campaigns.sending.ledger.chunks import claim_chunk
from campaigns.sending.ledger.intents import take_group
from campaigns.sending.ledger.receipts import Journal, ReceiptsUnwritable, folder, journal, orphans
from campaigns.sending.ledger.recovery import recover
from crm.transport import Outcome, Verdict, current_transport
from tests.campaigns.ledger import launched, states, work

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
    mine.close()
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


def test_receipts_written_by_two_threads_at_once_are_all_there():
    """The clerk writes down the next groups while messages leave."""
    busy = Journal("busy-1-abc")
    groups = threading.Thread(target=lambda: [busy.group(1, range(at, at + 9)) for at in range(0, 27_000, 9)])
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        groups.start()
        for delivery in range(27_000):
            busy.begin(2, delivery)
        groups.join()
    finally:
        sys.setswitchinterval(before)
    lines = busy.path.read_text().rstrip("\0").splitlines()
    assert len(lines) == 30_000
    assert [line for line in lines if line.startswith("B")] == [f"B 2 {delivery}" for delivery in range(27_000)]
    busy.close()


def test_a_receipt_cut_short_by_the_end_of_its_process_counts_as_not_written(abandoned):
    path = next(iter(journal().path.parent.glob("*.receipts")))
    path.write_text(path.read_text().rstrip("\n"))
    recover()
    assert states(abandoned) == {"accepted": 1, "queued": 3}


def test_a_message_tried_anew_is_not_judged_by_what_came_of_its_last_try(abandoned):
    """Both tries stand in one file: the first was put off, the second left and was never answered."""
    delivery, epoch = Delivery.objects.order_by("-pk").values_list("pk", "epoch")[0]
    path = next(iter(folder().glob("*.receipts")))
    with path.open("a") as file:
        file.write(f'B {epoch} {delivery}\nO {epoch} {delivery} deferred ["451 Later", "", 1.0]\n')
        file.write(f"G {epoch} {delivery}\nB {epoch} {delivery}\n")
    recover()
    assert states(abandoned) == {"accepted": 1, "uncertain": 2, "queued": 1}
    assert Delivery.objects.get(pk=delivery).state == "uncertain"


def test_receipts_that_cannot_be_read_in_the_middle_say_uncertain_and_stop_nobody(abandoned):
    path = next(iter(folder().glob("*.receipts")))
    with path.open("a") as file:
        file.write("B 1 3B 1 4\n")
    recover()
    assert states(abandoned) == {"accepted": 1, "uncertain": 3}


def test_receipts_taken_for_left_behind_before_they_were_locked_are_begun_anew(tmp_path):
    """Whoever looks for orphans may lock and remove a file that was made a moment ago."""
    path = folder() / "young-1-abc.receipts"
    with path.open("ab") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        made: list[Journal] = []
        young = threading.Thread(target=lambda: made.append(Journal("young-1-abc")))
        young.start()
        while not _somebody_waits_for(path):
            pass
        path.unlink()
    young.join(10)
    made[0].group(1, [7])
    assert path.read_text().rstrip("\0") == "G 1 7\n"
    made[0].close()


def _somebody_waits_for(path: Path) -> bool:
    """Whether a lock on the file is waited for, as the kernel tells."""
    number = f":{os.stat(path).st_ino} "
    return any("->" in line and number in line for line in Path("/proc/locks").read_text().splitlines())


def test_without_a_place_for_receipts_nothing_is_sent_and_nothing_is_lost(mailbox, settings, tmp_path):
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("")
    settings.SENDING_RECEIPTS = str(in_the_way / "receipts")
    campaign = launched(3)
    with pytest.raises(ReceiptsUnwritable, match="Not a directory"):
        work()
    assert states(campaign) == {"queued": 3}
    settings.SENDING_RECEIPTS = str(tmp_path / "receipts")
    work()
    assert states(campaign) == {"accepted": 3}


def test_an_intent_whose_commit_nobody_heard_of_is_settled_by_receipts(mailbox, monkeypatch, settings):
    """The database goes away after it committed and is back at once: nothing of that group has left."""
    settings.SENDING = {"group": 5}
    campaign = launched(40, policy="hold")
    real, calls = desk.take_group, []

    def unheard(*args):
        group = real(*args)
        calls.append(group)
        if len(calls) == 3:
            raise OperationalError("server closed the connection unexpectedly")
        return group

    monkeypatch.setattr(desk, "take_group", unheard)
    with pytest.raises(OperationalError):
        work()
    recover()
    assert states(campaign).keys() == {"accepted", "queued"}
    work()
    assert states(campaign) == {"accepted": 40}
    assert len(mailbox.received) == 40


def test_a_claim_whose_commit_nobody_heard_of_keeps_its_range_from_nobody(mailbox, monkeypatch):
    campaign = launched(3)
    real = desk.Desk._claim

    def unheard(self):
        real(self)
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(desk.Desk, "_claim", unheard)
        with pytest.raises(OperationalError):
            work()
    assert Chunk.objects.get().lease_until > timezone.now()
    work()
    assert states(campaign) == {"accepted": 3}


def test_a_range_of_which_nothing_was_taken_yet_when_the_database_went_away_is_free_as_soon_as_it_is_back(
    mailbox, monkeypatch
):
    campaign = launched(3)

    def gone(*_args):
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(desk, "take_group", gone)
        with pytest.raises(OperationalError):
            work()
    assert Chunk.objects.get().lease_until > timezone.now()
    work()
    assert states(campaign) == {"accepted": 3}


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
