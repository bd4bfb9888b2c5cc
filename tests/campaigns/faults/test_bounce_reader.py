"""Readers of what came back, killed at random lines: every report counts once, and no mail is lost."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection, connections

from campaigns.actions import bounces as verbs
from campaigns.actions.bounces import BeingRead, read_bounces
from campaigns.bounces.hands import DEADLY
from campaigns.bounces.places.folders import Maildir, make_maildir
from campaigns.bounces.places.place import Mail
from campaigns.bounces.reading.reading import Reading, read
from campaigns.models import Attempt, BounceMailbox, SoftBounce
from contacts.models import Suppression
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.sent import accepted, messages
from tests.campaigns.ledger import states

LONG = os.environ.get("FAULTS") == "long"
MAILS, KILLS = (2_000, 60) if LONG else (200, 5)
pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


def reader(folder: Path, look: Callable[[Mail], Reading] = read) -> int:
    """A process that reads, mail by mail as `look` does, and may be killed; its number."""
    connection.close()
    child = os.fork()
    if child:
        return child
    verbs.read = look  # type: ignore[assignment]
    try:
        read_bounces(Maildir(folder))
    finally:
        connections.close_all()
        os._exit(0)


def wait_until_free(folder: Path) -> None:
    """Wait until the database has noticed that the last reader is dead."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(BeingRead):
            read_bounces(Maildir(folder), looking=True)
            return
        time.sleep(0.01)
    raise AssertionError("somebody holds the folder for ever")


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
    wait_until_free(folder)
    read_bounces(Maildir(folder))
    counted(readers_killed=KILLS, mails=MAILS, put_away_by_them=MAILS - left)
    assert len(os.listdir(folder / ".Processed" / "cur")) == MAILS
    assert os.listdir(folder / "new") == os.listdir(folder / ".Set aside" / "new") == []
    assert states(campaign) == {"bounced": MAILS // 2, "accepted": MAILS // 2}
    assert Suppression.objects.count() == MAILS // 2
    assert SoftBounce.objects.count() == MAILS // 2
    assert Attempt.objects.filter(what="soft_bounced").count() == MAILS // 2


def test_a_mail_that_ends_its_reader_is_set_aside_unread_and_the_others_count(tmp_path: Path, settings, counted):
    settings.RETURN_PATH = "bounces@example.org"
    campaign = accepted(5)
    folder = tmp_path / "box"
    make_maildir(folder)
    for number, sent in enumerate(messages(campaign)):
        (folder / "new" / f"{number}.x").write_bytes(samples.postfix(sent))

    def look(mail: Mail) -> Reading:
        if mail.mark == "2.x":
            os.kill(os.getpid(), signal.SIGKILL)
        return read(mail)

    ends: list[int] = []
    while not ends or (ends[-1] and len(ends) < 10):
        _pid, status = os.waitpid(reader(folder, look), 0)
        ends.append(os.waitstatus_to_exitcode(status))
        wait_until_free(folder)
    counted(readers_killed=len(ends) - 1, mails=5)
    assert ends == [-signal.SIGKILL] * DEADLY + [0]
    assert os.listdir(folder / ".Set aside" / "new") == ["2.x"]
    assert states(campaign) == {"bounced": 4, "accepted": 1}
    assert BounceMailbox.objects.get().in_hand == {}
