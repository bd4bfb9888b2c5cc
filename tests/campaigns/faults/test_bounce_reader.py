"""Readers of what came back, killed at random lines: every report counts once, and no mail is lost."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from django.db import connection, connections

from campaigns.actions.bounces import BeingRead, read_bounces
from campaigns.bounces.places.folders import Maildir, make_maildir
from campaigns.models import Attempt, SoftBounce
from contacts.models import Suppression
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.sent import accepted, messages
from tests.campaigns.ledger import states

LONG = os.environ.get("FAULTS") == "long"
MAILS, KILLS = (2_000, 60) if LONG else (200, 5)
pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


def reader(folder: Path) -> int:
    """A process that reads, and may be killed; its number."""
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        read_bounces(Maildir(folder))
    finally:
        connections.close_all()
        os._exit(0)


def test_killed_readers_double_nothing_and_lose_nothing(tmp_path: Path, settings, counted):
    settings.RETURN_PATH = "bounces@example.org"
    chance = random.Random(int(os.environ.get("SEED", "1")))
    campaign = accepted(MAILS)
    folder = tmp_path / "box"
    make_maildir(folder)
    for number, sent in enumerate(messages(campaign)):
        write = samples.postfix if number % 2 else samples.gmail_full
        (folder / "new" / f"{number:06}.x").write_bytes(write(sent))
    for _kill in range(KILLS):
        child = reader(folder)
        before = len(os.listdir(folder / "new"))
        deadline = time.monotonic() + 30
        while before and len(os.listdir(folder / "new")) == before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    left = len(os.listdir(folder / "new"))
    for _again in range(500):
        try:
            read_bounces(Maildir(folder))
            break
        except BeingRead:  # the database has not noticed yet that the last one is dead
            time.sleep(0.02)
    counted(readers_killed=KILLS, mails=MAILS, put_away_by_them=MAILS - left)
    assert len(os.listdir(folder / ".Processed" / "cur")) == MAILS
    assert os.listdir(folder / "new") == os.listdir(folder / ".Set aside" / "new") == []
    assert states(campaign) == {"bounced": MAILS // 2, "accepted": MAILS // 2}
    assert Suppression.objects.count() == MAILS // 2
    assert SoftBounce.objects.count() == MAILS // 2
    assert Attempt.objects.filter(what="soft_bounced").count() == MAILS // 2
