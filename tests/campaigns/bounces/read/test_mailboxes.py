"""Mailboxes that cannot be read, and what servers do in different ways."""

import pytest

from campaigns.actions.bounces import read_bounces, read_configured
from campaigns.bounces.places import imap as imap_room
from campaigns.bounces.places.addresses import place_at
from campaigns.bounces.places.place import PlaceTrouble
from campaigns.models import BounceMailbox
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.read.box import outcomes
from tests.campaigns.bounces.sent import accepted, messages
from tests.campaigns.ledger import states

pytestmark = pytest.mark.django_db


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


def test_a_mail_that_the_server_cannot_hand_out_stays_there_and_stops_no_other(imap, monkeypatch, caplog):
    from imaplib import IMAP4

    from imapclient import IMAPClient

    fetch = IMAPClient.fetch
    campaign = accepted(3)
    imap.deliver([samples.postfix(one) for one in messages(campaign)])

    def spoiled(self, uids, *more):
        if second in uids:
            raise IMAP4.error("fetch failed: [SERVERBUG] Internal error occurred")
        return fetch(self, uids, *more)

    with imap.signed_in() as client:
        client.select_folder("INBOX", readonly=True)
        _first, second, _third = sorted(client.search(["ALL"]))
    monkeypatch.setattr(IMAPClient, "fetch", spoiled)
    assert outcomes(read_configured()) == {"bounced": 2, "letter": 1}
    assert states(campaign) == {"bounced": 2, "accepted": 1}
    assert imap.folders() == {"INBOX": 1, "Processed": 2}
    assert "cannot hand out a mail" in caplog.text
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
