"""The local mailbox: what SMTP brings is kept whole, listed, found and shown without danger."""

import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage

import pytest
from django.conf import settings as project
from django.urls import reverse

from config.embedded.processes import free_port
from config.mailbox.store import MailFolder, NoSuchMail


@pytest.fixture
def folder(tmp_path, settings):
    settings.LOCAL_MAILBOX, settings.MAILBOX_FOLDER = True, tmp_path / "mailbox"
    folder = MailFolder(tmp_path / "mailbox")
    folder.prepare()
    return folder


@pytest.fixture
def server(folder):
    port = free_port()
    command = [sys.executable, "-m", "config.mailbox", "--port", str(port), "--folder", str(folder.folder)]
    process = subprocess.Popen(command, cwd=project.ROOT)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield port
    process.terminate()
    assert process.wait(10) == 0


def letter(subject="Noticias de otoño", to="ana@example.org"):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hello@example.org", to, subject
    mail.set_content("Hola Ana\nhttps://example.org/leave/")
    mail.add_alternative("<p>Hola <b>Ana</b></p><script>alert(1)</script>", subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="event.ics")
    return mail


def test_it_keeps_what_smtp_brings(server, folder):
    with smtplib.SMTP("127.0.0.1", server) as client:
        client.ehlo()
        assert client.has_extn("pipelining")
        client.send_message(letter())
        client.send_message(letter("Second", "bo@example.org"))
    assert [line.subject for line in folder.lines()] == ["Noticias de otoño", "Second"]
    kept = folder.open(folder.lines()[0].key)
    assert kept["Delivered-To"] == "ana@example.org"
    assert "Hola" in kept.get_body(("plain",)).get_content()


def test_a_lost_index_is_made_anew(folder):
    folder.keep(letter().as_bytes(), "hello@example.org", ["ana@example.org"])
    before = folder.lines()
    folder.index.unlink()
    folder.prepare()
    assert [(line.key, line.subject, line.recipients) for line in folder.lines()] == [
        (line.key, line.subject, line.recipients) for line in before
    ]


def test_a_key_cannot_leave_the_folder(folder):
    with pytest.raises(NoSuchMail):
        folder.open("../index.jsonl")


def test_staff_find_a_mail_and_open_it(folder, staff, client_of):
    key = folder.keep(letter().as_bytes(), "hello@example.org", ["ana@example.org"])
    folder.keep(letter("Other").as_bytes(), "hello@example.org", ["bo@example.org"])
    client = client_of(staff)
    listed = client.get(reverse("mailbox:mails"), {"q": "ANA@"}).content.decode()
    assert "Noticias de otoño" in listed
    assert "bo@example.org" not in listed
    shown = client.get(reverse("mailbox:mail", args=[key]))
    assert "<script>alert" not in shown.content.decode()
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown.content.decode()
    assert "Content-Security-Policy" in shown.headers


def test_an_attachment_is_only_ever_a_download(folder, staff, client_of):
    key = folder.keep(letter().as_bytes(), "hello@example.org", ["ana@example.org"])
    answer = client_of(staff).get(reverse("mailbox:attachment", args=[key, 0]))
    assert answer.content.strip() == b"BEGIN:VCALENDAR"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="event.ics"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert client_of(staff).get(reverse("mailbox:attachment", args=[key, 1])).status_code == 404


def test_an_empty_mailbox_says_what_will_be_here(folder, staff, client_of):
    assert "Nothing was sent yet" in client_of(staff).get(reverse("mailbox:mails")).content.decode()


def test_others_are_kept_out(folder, partner, client_of, client):
    assert client_of(partner).get(reverse("mailbox:mails")).status_code == 403
    assert client.get(reverse("mailbox:mails")).status_code == 302


def test_there_is_no_mailbox_where_mails_reach_people(folder, staff, client_of, settings):
    settings.LOCAL_MAILBOX = False
    assert client_of(staff).get(reverse("mailbox:mails")).status_code == 404
