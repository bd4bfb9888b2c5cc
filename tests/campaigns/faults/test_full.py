"""No room: receipts that cannot be written, a database that takes nothing more; everything waits and goes on later."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from campaigns.models import Campaign, Delivery
from tests.campaigns.faults.account import LONG, settle_account, wait_until
from tests.campaigns.faults.hands import hands
from tests.campaigns.faults.server import Plan
from tests.campaigns.ledger import launched, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

RECIPIENTS = 4_000 if LONG else 200
FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM full_disk) THEN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END IF;
    RETURN NEW;
END $$;
CREATE TABLE full_disk (reason text);
CREATE TRIGGER no_room BEFORE UPDATE ON campaigns_delivery FOR EACH ROW
    WHEN (OLD.state = 'sending' AND NEW.state = 'accepted' AND NEW.id % 7 = 0) EXECUTE FUNCTION no_room()
"""
"""What PostgreSQL says where it finds no page for a row, in the middle of a set of outcomes."""


def run_sql(*statements: str) -> None:
    """As whoever looks after the database would."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_where_receipts_run_out_of_room_in_the_middle_nobody_is_lost_doubled_or_blamed(serve, counted):
    """No file of the worker may have more than 3,000 bytes: it starts anew each time, as on a disk that is full."""
    server = serve(Plan(), connections=1, group=20)
    campaign = launched(RECIPIENTS, policy="hold")
    with hands(1, room=3_000) as [cramped]:
        wait_until(lambda: Campaign.objects.get().state == "sent")
        cramped.end()
    account = settle_account(campaign, server)
    counted(recipients=RECIPIENTS, **account.table())
    assert account.states == {"accepted": RECIPIENTS}
    assert (account.lost, account.doubled) == ([], 0)
    assert Counter(Delivery.objects.values_list("attempts", "breaks")) == {(1, 0): RECIPIENTS}


def test_without_any_room_for_receipts_nothing_is_sent_until_there_is(serve, counted, settings, tmp_path: Path):
    server = serve(Plan(), connections=1)
    campaign = launched(RECIPIENTS, policy="hold")
    place = Path(settings.SENDING_RECEIPTS)
    shutil.rmtree(place, ignore_errors=True)
    place.write_text("in the way")
    with hands(1) as [worker]:
        wait_until(lambda: worker.complaints() >= 2)
        assert (states(campaign), server.count()) == ({"queued": RECIPIENTS}, 0)
        place.unlink()
        took = wait_until(lambda: Campaign.objects.get().state == "sent")
        worker.end()
    account = settle_account(campaign, server)
    counted(recipients=RECIPIENTS, sent_after_s=f"{took:.1f}", **account.table())
    assert (account.states, account.doubled) == ({"accepted": RECIPIENTS}, 0)


def test_a_database_that_has_no_room_for_outcomes_hears_them_later(serve, counted):
    server = serve(Plan(), connections=2, chunk=100, group=20)
    campaign = launched(RECIPIENTS, policy="hold")
    run_sql(FULL, "INSERT INTO full_disk VALUES ('a page too many')")
    with hands(2) as workers:
        wait_until(lambda: server.count() and all(hand.complaints() >= 2 for hand in workers))
        sent = server.count()
        assert "uncertain" not in states(campaign)
        run_sql("TRUNCATE full_disk")
        took = wait_until(lambda: Campaign.objects.get().state == "sent")
        for hand in workers:
            hand.end()
    account = settle_account(campaign, server)
    counted(recipients=RECIPIENTS, sent_without_room=sent, sent_after_s=f"{took:.1f}", **account.table())
    assert account.states == {"accepted": RECIPIENTS}
    assert (account.lost, account.doubled) == ([], 0)
