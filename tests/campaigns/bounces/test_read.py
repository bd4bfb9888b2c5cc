"""Reading a mailbox: what comes of each mail, once, whatever breaks."""

import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.actions.bounces import BeingRead, Turn, read_bounces, read_configured
from campaigns.bounces.hands import DEADLY
from campaigns.bounces.places import folders
from campaigns.bounces.places import imap as imap_room
from campaigns.bounces.places.addresses import place_at
from campaigns.bounces.places.folders import Maildir, make_maildir
from campaigns.bounces.places.place import PlaceTrouble
from campaigns.models import Attempt, BounceMailbox, Delivery, SoftBounce
from contacts.actions.privacy import erase_person
from contacts.models import ContactPoint, Suppression
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.sent import accepted, messages, single
from tests.campaigns.ledger import launched, states

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _return_path(settings):
    settings.RETURN_PATH = "bounces@example.org"


@pytest.fixture
def maildir(tmp_path: Path, settings) -> Path:
    """A Maildir that `BOUNCES_URL` names."""
    make_maildir(tmp_path / "bounces")
    settings.BOUNCES_URL = f"maildir://{tmp_path / 'bounces'}"
    return tmp_path / "bounces"


def put(folder: Path, *mails: bytes) -> None:
    """Mails arrive, in this order."""
    for number, raw in enumerate(mails):
        (folder / "new" / f"{100 + number}.M1.host").write_bytes(raw)


def lying(folder: Path) -> dict[str, int]:
    """How many mails lie in each part of a Maildir that has any."""
    parts = {str(file.parent.relative_to(folder)) for file in folder.rglob("*.host*")}
    return {part: len(list((folder / part).iterdir())) for part in sorted(parts)}


def outcomes(turn: Turn | None) -> dict[str, int]:
    """What a turn came to."""
    assert turn is not None
    return dict(turn.counts)


# ── what comes of a mail ─────────────────────────────────────────────────────
def test_each_mail_is_noted_once_and_put_where_it_belongs(imap):
    campaign = accepted(5)
    one, two, three, four, five = messages(campaign)
    forged = samples.Sent("bounces+n1-000000000000@example.org", "<x@example.org>", five.to)
    imap.deliver(
        [
            samples.postfix(one),
            samples.gmail_full(two),
            samples.exchange_blocked(three),
            samples.complaint(four),
            samples.vacation(five),
            samples.letter(five),
            samples.postfix(forged),
        ]
    )
    assert outcomes(read_configured()) == {
        "bounced": 1, "soft_bounced": 1, "failed": 1, "complained": 1, "automatic": 1, "letter": 1, "unproven": 1,
    }  # fmt: skip
    assert states(campaign) == {"bounced": 1, "accepted": 2, "failed": 1, "complained": 1}
    assert imap.folders() == {"INBOX": 1, "Processed": 5, "Set aside": 1}
    assert imap.mails("INBOX") == [samples.letter(five)]
    assert imap.flags() == [()]
    statuses = dict(ContactPoint.objects.values_list("normalized", "status"))
    assert statuses == {one.to: "bad", two.to: "valid", three.to: "valid", four.to: "complained", five.to: "valid"}
    assert sorted(Suppression.objects.values_list("reason", flat=True)) == ["complaint", "hard_bounce"]
    assert outcomes(read_configured()) == {}
    assert BounceMailbox.objects.get().aside == 1


def test_the_words_of_the_mail_server_stand_in_the_ledger(maildir):
    campaign = accepted(1)
    put(maildir, samples.postfix(messages(campaign)[0]))
    read_configured()
    delivery = Delivery.objects.get()
    assert delivery.reason.startswith("550 5.1.1 <p0@example.org>: Recipient address rejected")


def test_single_mails_come_back_too(maildir, django_capture_on_commit_callbacks):
    gone, sent = single("gone@example.org")
    _full, other = single("full@example.org")
    _spam, third = single("spam@example.org")
    put(maildir, samples.gmail(sent), samples.gmail_full(other), samples.complaint(third))
    with django_capture_on_commit_callbacks(execute=True):
        assert outcomes(read_configured()) == {"bounced": 1, "soft_bounced": 1, "complained": 1}
    gone.refresh_from_db()
    assert gone.state == "bounced"
    assert "550-5.1.1" in gone.last_error
    assert sorted(Suppression.objects.values_list("reason", flat=True)) == ["complaint", "hard_bounce"]
    assert SoftBounce.objects.count() == 1


def test_a_mailbox_that_is_full_again_and_again_is_not_written_to_any_more(maildir):
    for _newsletter in range(3):
        campaign = accepted(1)
        assert not Suppression.objects.exists()
        put(maildir, samples.gmail_full(next(one for one in messages(campaign) if one.to == "p0@example.org")))
        read_configured()
    assert Suppression.objects.get().reason == "soft_bounces"
    assert ContactPoint.objects.get(normalized="p0@example.org").status == "bouncing"


def test_a_message_that_is_not_there_any_more_is_for_a_person(maildir):
    nobody = samples.Sent(samples_address(10**9), "")
    put(maildir, samples.postfix(nobody))
    assert outcomes(read_configured()) == {"unknown": 1}
    assert lying(maildir) == {".Set aside/new": 1}


def samples_address(number: int) -> str:
    """A return address of ours for a message that never was."""
    from crm.returns import return_address

    return return_address("n", number)


def test_a_report_about_somebody_who_was_erased_says_nothing_of_the_address(maildir, manager):
    campaign = accepted(1)
    (sent,) = messages(campaign)
    erase_person(Delivery.objects.get().stakeholder, by=manager)
    put(maildir, samples.postfix(sent))
    assert outcomes(read_configured()) == {"bounced": 1}
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("bounced", "")
    assert not ContactPoint.objects.exists()


def test_nobody_can_speak_for_somebody_else(maildir):
    campaign = accepted(2)
    mine, theirs = messages(campaign)
    blocks = samples.block(mine, status="5.1.1", said="550 5.1.1 unknown", to=theirs.to)
    put(maildir, samples.standard(mine, blocks=blocks))
    read_configured()
    assert ContactPoint.objects.get(normalized=theirs.to).status == "valid"
    assert not Suppression.objects.exists()


def test_an_uncertain_message_is_settled_by_what_comes_back(maildir):
    campaign = launched(1)
    Delivery.objects.update(state="uncertain", attempts=1, epoch=1, intent_at="2026-11-15T09:00Z")
    put(maildir, samples.postfix(messages(campaign)[0]))
    read_configured()
    assert states(campaign) == {"bounced": 1}


# ── once, whatever breaks ────────────────────────────────────────────────────
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


# ── mailboxes that cannot be read ────────────────────────────────────────────
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("imap://who:s3cret@127.0.0.1:1/INBOX", "does not answer (Connection refused)"),
        ("imaps://who:s3cret@127.0.0.1:1/INBOX", "does not answer (Connection refused)"),
        ("imaps://who:s3cret@no.such.host.invalid/INBOX", "does not answer"),
        ("maildir:///no/such/folder", "is no Maildir"),
    ],
)
def test_a_place_that_is_away_is_one_line_without_a_secret(settings, caplog, url, why):
    settings.BOUNCES_URL = url
    caplog.set_level("DEBUG")
    assert read_configured() is None
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("campaigns")]
    assert len(lines) == 1
    assert why in lines[0]
    assert "s3cret" not in caplog.text
    assert why in BounceMailbox.objects.get().trouble


def test_a_wrong_password_is_said_and_never_repeated(imap, caplog):
    caplog.set_level("DEBUG")
    with pytest.raises(PlaceTrouble, match="refuses the sign-in") as caught:
        read_bounces(place_at(imap.url.replace("demopass", "s3cret")))
    assert "s3cret" not in caplog.text + str(caught.value) + repr(place_at(imap.url.replace("demopass", "s3cret")))


def test_a_folder_that_is_not_there_is_said(imap):
    with pytest.raises(PlaceTrouble, match="has no folder “Bounces”"):
        read_bounces(place_at(imap.url.replace("INBOX", "Bounces")))


def test_a_folder_that_may_only_be_looked_at_is_said_before_anything_is_noted(imap):
    place = place_at(imap.url.replace("INBOX", "Trash"))
    with pytest.raises(PlaceTrouble, match="may only be looked at"):
        read_bounces(place)
    assert outcomes(read_bounces(place, looking=True)) == {}


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    import socket

    from imapclient import SocketTimeout

    monkeypatch.setattr(imap_room, "PATIENCE", SocketTimeout(connect=0.2, read=0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(PlaceTrouble, match="does not answer"):
            read_bounces(place_at(f"imap://who:s3cret@127.0.0.1:{port}/INBOX"))


@pytest.mark.parametrize("answer", [b"", b"220 smtp.example.org ESMTP\r\n", b"* BYE no\r\n", b"\xff" * 100_000])
def test_a_server_that_speaks_something_else_is_given_up(answer, monkeypatch):
    import socket
    from threading import Thread

    from imapclient import SocketTimeout

    monkeypatch.setattr(imap_room, "PATIENCE", SocketTimeout(connect=0.5, read=0.5))
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def speak() -> None:
            line, _who = odd.accept()
            with line:
                line.sendall(answer)

        thread = Thread(target=speak)
        thread.start()
        with pytest.raises(PlaceTrouble):
            read_bounces(place_at(f"imap://who:s3cret@127.0.0.1:{odd.getsockname()[1]}/INBOX"))
        thread.join()


def test_a_server_that_dies_meanwhile_loses_nothing(settings):
    from tests.imap import ImapServer

    campaign = accepted(30)
    server = ImapServer()
    try:
        server.deliver([samples.postfix(one) for one in messages(campaign)])
        place = place_at(server.url)
        taken = place.put

        def die(mails, shelf) -> None:
            if mails:
                taken(mails, shelf)
                server.stop()

        place.put = die
        with pytest.raises(PlaceTrouble, match=r"does not answer|ended the conversation"):
            read_bounces(place)
    finally:
        server.stop()
    assert states(campaign) == {"bounced": 10, "accepted": 20}


# ── mailboxes of other kinds ─────────────────────────────────────────────────
def test_in_the_mailbox_of_the_sender_only_proven_reports_are_moved(imap, settings):
    settings.RETURN_PATH = ""
    (sent,) = messages(accepted(1))
    by_hand = samples.Sent("", "<written-by-hand@example.org>", "friend@example.net")
    imap.deliver([samples.postfix(by_hand), samples.vacation(sent), samples.letter(sent), samples.postfix(sent)])
    assert outcomes(read_configured()) == {"unproven": 1, "automatic": 1, "letter": 1, "bounced": 1}
    assert imap.folders() == {"INBOX": 3, "Processed": 1}
    assert outcomes(read_configured()) == {}


@pytest.mark.parametrize("able", [set(), {"UIDPLUS"}])
def test_a_server_that_cannot_move_is_asked_to_copy(imap, monkeypatch, able):
    from imapclient import IMAPClient

    knows = IMAPClient.has_capability
    monkeypatch.setattr(
        IMAPClient,
        "has_capability",
        lambda self, name: name in able if name in ("MOVE", "UIDPLUS") else knows(self, name),
    )
    one, two = messages(accepted(2))
    imap.deliver([samples.postfix(one), samples.letter(two)])
    assert outcomes(read_configured()) == {"bounced": 1, "letter": 1}
    BounceMailbox.objects.update(upto=0)
    assert outcomes(read_configured()) == {"letter": 1}
    assert imap.folders() == {"INBOX": 1 if able else 2, "Processed": 1}


def test_folders_are_made_where_the_account_has_its_own(imap, monkeypatch):
    from imapclient import IMAPClient
    from imapclient.imapclient import Namespace

    knows = IMAPClient.has_capability
    monkeypatch.setattr(IMAPClient, "has_capability", lambda self, name: name == "NAMESPACE" or knows(self, name))
    monkeypatch.setattr(IMAPClient, "namespace", lambda _self: Namespace((("INBOX.", "."),), None, None))
    imap.deliver([samples.postfix(messages(accepted(1))[0])])
    read_configured()
    assert imap.folders() == {"INBOX.Processed": 1}
