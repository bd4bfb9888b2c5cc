"""Every mail is read once, whatever breaks, waits or is no mail."""

import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.actions.bounces import BeingRead, read_bounces, read_configured
from campaigns.bounces.hands import DEADLY
from campaigns.bounces.places import folders
from campaigns.bounces.places.addresses import place_at
from campaigns.bounces.places.folders import Maildir
from campaigns.bounces.places.place import PlaceTrouble
from campaigns.models import Attempt, BounceMailbox, SoftBounce
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.read.box import lying, outcomes, put
from tests.campaigns.bounces.sent import accepted, messages
from tests.campaigns.ledger import states

pytestmark = pytest.mark.django_db


class Breaking(Maildir):
    """A folder that breaks when mails are put away for the first time."""

    broken = False

    def put(self, mails, shelf) -> None:
        """Break, once."""
        if mails and not self.broken:
            self.broken = True
            raise PlaceTrouble("It broke.")
        super().put(mails, shelf)


def test_a_reader_that_dies_between_noting_and_putting_away_doubles_nothing(maildir):
    campaign = accepted(4)
    one, two, three, four = messages(campaign)
    put(maildir, samples.postfix(one), samples.gmail_full(two), samples.postfix_delayed(three), samples.complaint(four))
    place = Breaking(maildir)
    with pytest.raises(PlaceTrouble):
        read_bounces(place)
    once = sorted(Attempt.objects.values_list("delivery", "what"))
    assert outcomes(read_bounces(place)) == {"bounced": 1, "soft_bounced": 1, "deferred": 1, "complained": 1}
    assert sorted(Attempt.objects.values_list("delivery", "what")) == once
    assert SoftBounce.objects.count() == 1
    assert states(campaign) == {"bounced": 1, "accepted": 2, "complained": 1}
    assert lying(maildir) == {".Processed/cur": 4}


def test_thousands_are_read_a_few_at_a_time(imap, monkeypatch):
    campaign = accepted(60)
    imap.deliver([samples.postfix(one) for one in messages(campaign)])
    turn = read_bounces(place_at(imap.url), seconds=0)
    assert turn.more
    assert outcomes(turn) == {"bounced": 10}
    assert imap.folders() == {"INBOX": 50, "Processed": 10}
    assert outcomes(read_configured()) == {"bounced": 50}
    assert states(campaign) == {"bounced": 60}


def test_letters_are_not_read_again_unless_the_server_numbers_them_anew(imap):
    (sent,) = messages(accepted(1))
    imap.deliver([samples.letter(sent)] * 3)
    assert outcomes(read_configured()) == {"letter": 3}
    imap.deliver([samples.postfix(sent)])
    assert outcomes(read_configured()) == {"bounced": 1}
    BounceMailbox.objects.update(validity=1)
    assert outcomes(read_configured()) == {"letter": 3}
    assert imap.folders() == {"INBOX": 3, "Processed": 1}


def test_a_very_long_mail_is_read_at_its_beginning(imap):
    (sent,) = messages(accepted(1))
    long = samples.postfix(sent) + b"x" * 70 + (b"\n" + b"x" * 70) * 30_000
    imap.deliver([long])
    assert outcomes(read_configured()) == {"bounced": 1}
    assert len(imap.mails("Processed")[0]) == len(long)


def test_one_that_the_database_refuses_stops_no_other(maildir, monkeypatch):
    from django.db import DataError

    from campaigns.actions import bounces, news

    one, two, three = messages(accepted(3))

    def refuse(events):
        if any("odd" in event.reply for event in events):
            raise DataError("no")
        return news.note_news(events)

    odd = samples.standard(two, blocks=samples.block(two, status="5.1.1", said="550 5.1.1 odd"))
    put(maildir, samples.postfix(one), odd, samples.postfix(three))
    monkeypatch.setattr(bounces, "note_news", refuse)
    assert outcomes(read_configured()) == {"bounced": 2, "unreadable": 1}
    assert lying(maildir) == {".Processed/cur": 2, ".Set aside/new": 1}


def test_what_others_hold_for_long_is_read_later_and_not_held_against_the_mail(maildir, monkeypatch):
    from django.db import OperationalError
    from psycopg.errors import LockNotAvailable

    from campaigns.actions import bounces, news

    campaign = accepted(2)
    put(maildir, *map(samples.postfix, messages(campaign)))

    def wait(_events):
        raise OperationalError from LockNotAvailable()

    monkeypatch.setattr(bounces, "note_news", wait)
    for _turn in range(DEADLY + 1):
        assert read_configured() is None
    assert lying(maildir) == {"new": 2}
    assert BounceMailbox.objects.get().in_hand == {}
    with pytest.raises(CommandError, match="nothing is lost"):
        call_command("read_bounces")
    monkeypatch.setattr(bounces, "note_news", news.note_news)
    assert outcomes(read_configured()) == {"bounced": 2}


def test_what_is_no_mail_stops_no_other(maildir):
    campaign = accepted(1)
    put(maildir, *map(samples.postfix, messages(campaign)))
    (maildir / "new" / "000.folder").mkdir()
    (maildir / "new" / "001.link").symlink_to("/etc/hostname")
    os.mkfifo(maildir / "new" / "002.pipe")
    assert outcomes(read_configured()) == {"bounced": 1}
    assert sorted(os.listdir(maildir / "new")) == ["000.folder", "001.link", "002.pipe"]


def test_a_mail_that_may_not_be_read_is_said_after_the_others_were(maildir, monkeypatch):
    campaign = accepted(2)
    put(maildir, *map(samples.postfix, messages(campaign)))

    really = folders.read_beginning

    def refused(path: Path):
        if path.name.startswith("100"):
            raise PermissionError
        return really(path)

    monkeypatch.setattr(folders, "read_beginning", refused)
    assert read_configured() is None
    assert states(campaign) == {"bounced": 1, "accepted": 1}
    assert "1 of the mails" in BounceMailbox.objects.get().trouble


def test_looking_changes_nothing(imap):
    campaign = accepted(2)
    one, two = messages(campaign)
    imap.deliver([samples.postfix(one), samples.letter(two)])
    turn = read_bounces(place_at(imap.url), looking=True)
    assert outcomes(turn) == {"bounced": 1, "letter": 1}
    assert states(campaign) == {"accepted": 2}
    assert imap.folders() == {"INBOX": 2}
    assert imap.flags() == [(), ()]
    assert not BounceMailbox.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_do_not_read_the_same(maildir):
    from threading import Thread

    from django.db import connection

    place = place_at(f"maildir://{maildir}")
    refused: list[type[Exception]] = []

    def another() -> None:
        try:
            read_bounces(place)
        except BeingRead as error:
            refused.append(type(error))
        finally:
            connection.close()

    class Slow(Maildir):
        def batches(self, since):
            thread = Thread(target=another)
            thread.start()
            thread.join()
            return super().batches(since)

    read_bounces(Slow(maildir))
    assert refused == [BeingRead]
    another()
    assert refused == [BeingRead]
