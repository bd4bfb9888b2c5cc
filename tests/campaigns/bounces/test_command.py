"""`manage.py read_bounces`: mailbox, folder and pipe; and the whole way, from a message that leaves to the person."""

import io
import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.urls import reverse

from campaigns.actions.bounces import read_configured
from campaigns.bounces.places.addresses import BadPlace, place_at, place_in
from campaigns.bounces.places.folders import Folder, Maildir, make_maildir
from campaigns.bounces.telling import not_read
from campaigns.cards import came_back
from campaigns.management.commands.read_bounces import SAID
from campaigns.models import BounceMailbox, Delivery
from contacts.models import ContactPoint, Suppression
from crm.actions.outbox import deliver_due_mails, queue_mail
from crm.models import OutboxMail
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.samples import Sent
from tests.campaigns.bounces.sent import accepted, messages
from tests.campaigns.ledger import launched, states, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _return_path(settings, tmp_path):
    settings.RETURN_PATH = "bounces@example.org"
    settings.BOUNCES_KEPT = tmp_path / "kept"


def run(*words: str) -> str:
    """What the command writes."""
    out = io.StringIO()
    call_command("read_bounces", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def piped(monkeypatch, raw: bytes, *words: str) -> str:
    """The same with a mail on standard input."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    return run("-", *words)


# ── the whole way ────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_from_a_message_that_leaves_to_the_page_of_the_person(mailbox, imap, staff, client_of):
    campaign = launched(2)
    single = queue_mail(purpose="test", to="ana@example.org", subject="Hi", text="Hello")
    work()
    deliver_due_mails()
    left = {mail.recipients[0]: mail for mail in mailbox.received}
    reports = [
        samples.postfix(Sent(mail.sender, mail.message["Message-ID"], to))
        for to, mail in left.items()
        if to != "p1@example.org"
    ]
    imap.deliver(reports)
    assert run().split() == ["2", *SAID["bounced"].split()]
    assert states(campaign) == {"bounced": 1, "accepted": 1}
    single.refresh_from_db()
    assert single.state == "bounced"
    gone = ContactPoint.objects.get(normalized="p0@example.org")
    assert gone.status == "bad"
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"hard_bounce"}
    assert Suppression.objects.count() == 2
    page = client_of(staff).get(reverse("admin:contacts_stakeholder_change", args=[gone.stakeholder_id])).content
    assert f"Must not be mailed: {Suppression.Reason.HARD_BOUNCE.label}" in page.decode()


def test_without_return_addresses_the_message_id_brings_it_home(imap, settings):
    settings.RETURN_PATH = ""
    campaign = accepted(1)
    (sent,) = messages(campaign)
    imap.deliver([samples.sendmail(Sent("", sent.message_id, sent.to))])
    assert json.loads(run("--json")) == {"mails": 1, "outcomes": {"bounced": 1}, "aside": 0, "dry_run": False}
    assert states(campaign) == {"bounced": 1}


# ── what is told ─────────────────────────────────────────────────────────────
def test_a_dry_run_tells_what_would_become_of_them_and_names_nobody(imap):
    one, two = messages(accepted(2))
    forged = Sent("", "<x@example.org>", two.to)
    imap.deliver([samples.postfix(one), samples.postfix(forged)])
    told = run("--dry-run")
    assert SAID["bounced"] in told
    assert f"{SAID['unproven']} (would be set aside)" in told
    assert "Nothing was changed." in told
    assert "@" not in told
    assert imap.folders() == {"INBOX": 2}
    assert not Suppression.objects.exists()


def test_an_empty_mailbox_says_so(imap):
    assert run() == "No mail came back.\n"


def test_every_outcome_has_words():
    from campaigns.bounces.reading.meaning import Meaning
    from campaigns.bounces.reading.reading import Sort

    outcomes = {means.value for means in Meaning if means} | {sort.value for sort in Sort} | {"unknown", "nothing"}
    assert set(SAID) == outcomes - {"report"}


def test_a_mailbox_that_is_away_is_an_error_without_a_secret(settings):
    settings.BOUNCES_URL = "imaps://who:s3cret@127.0.0.1:1/INBOX"
    with pytest.raises(CommandError, match=r"does not answer \(Connection refused\)\.$") as caught:
        run()
    assert "s3cret" not in str(caught.value)
    assert caught.value.returncode == 1


def test_without_a_mailbox_it_says_what_to_name():
    with pytest.raises(CommandError, match="BOUNCES_URL is not set; name a folder"):
        run()


# ── folders ──────────────────────────────────────────────────────────────────
def test_a_folder_of_files_is_read_and_sorted(tmp_path: Path):
    one, two = messages(accepted(2))
    folder = tmp_path / "old bounces"
    folder.mkdir()
    (folder / "a.eml").write_bytes(samples.postfix(one))
    (folder / "b.eml").write_bytes(samples.letter(two))
    (folder / "c.eml").write_bytes(samples.postfix(Sent("", "<x@example.org>", two.to)))
    (folder / "link.eml").symlink_to("/etc/passwd")
    run(str(folder))
    found = sorted(str(file.relative_to(folder)) for file in folder.rglob("*.eml"))
    assert found == ["Processed/a.eml", "Set aside/c.eml", "b.eml", "link.eml"]


def test_a_mail_put_away_replaces_no_other(tmp_path: Path):
    (sent,) = messages(accepted(1))
    for _again in range(2):
        (tmp_path / "a.eml").write_bytes(samples.postfix(sent))
        run(str(tmp_path))
    assert {file.name for file in (tmp_path / "Processed").iterdir()} == {"a.eml", "2.a.eml"}


def test_a_letter_in_a_maildir_becomes_one_that_was_looked_at(tmp_path: Path):
    make_maildir(tmp_path / "box")
    (tmp_path / "box" / "new" / "1.x").write_bytes(samples.letter(messages(accepted(1))[0]))
    run(str(tmp_path / "box"))
    assert [file.name for file in (tmp_path / "box" / "cur").iterdir()] == ["1.x:2,"]


def test_a_pipe_in_a_maildir_keeps_nobody_waiting(tmp_path: Path):
    import os

    make_maildir(tmp_path / "box")
    os.mkfifo(tmp_path / "box" / "new" / "1.x")
    assert run(str(tmp_path / "box")) == "No mail came back.\n"


# ── piped ────────────────────────────────────────────────────────────────────
def test_a_mail_server_hands_over_one_mail(monkeypatch, settings):
    campaign = accepted(1)
    assert piped(monkeypatch, samples.postfix(messages(campaign)[0])) == ""
    assert states(campaign) == {"bounced": 1}
    assert [file for file in settings.BOUNCES_KEPT.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize(
    ("write", "where"), [(samples.letter, "new"), (samples.postfix, ".Set aside/new")], ids=["letter", "unproven"]
)
def test_what_a_person_should_see_is_kept_whole(monkeypatch, settings, write, where):
    raw = write(Sent("", "<x@example.org>")) + b"\n" * 3_000_000
    piped(monkeypatch, raw)
    (kept,) = (settings.BOUNCES_KEPT / where).iterdir()
    assert kept.read_bytes() == raw


def test_what_a_killed_reader_left_is_thrown_away_when_the_mail_server_came_again(monkeypatch, settings):
    left = settings.BOUNCES_KEPT / "tmp" / "left"
    for hours, there in ((35, True), (37, False)):
        make_maildir(settings.BOUNCES_KEPT)
        left.write_bytes(b"x")
        os.utime(left, (time.time() - hours * 3600,) * 2)
        piped(monkeypatch, samples.vacation(samples.Sent("", "", "p0@example.org")))
        assert left.exists() is there


def test_a_mail_server_comes_again_when_nothing_could_be_written(monkeypatch, settings):
    settings.BOUNCES_KEPT = Path("/proc/nowhere")
    with pytest.raises(CommandError) as caught:
        piped(monkeypatch, b"x")
    assert caught.value.returncode == 75


def test_a_mail_server_comes_again_when_the_database_is_away(monkeypatch, settings):
    from django.db import OperationalError

    from campaigns.actions import bounces

    def away(*_more, **_named):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(bounces, "_row", away)
    with pytest.raises(CommandError, match="The database does not answer") as caught:
        piped(monkeypatch, b"x")
    assert caught.value.returncode == 75


# ── settings ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("imaps://bo%40x:p%2Fw%3A@mail.example.org/INBOX", ("mail.example.org", 993, "bo@x", "p/w:", "INBOX", "tls")),
        ("imap+tls://b:p@mail.example.org", ("mail.example.org", 143, "b", "p", "INBOX", "starttls")),
        ("imap://b:p@[::1]:1143/In/Bounces", ("::1", 1143, "b", "p", "In/Bounces", "none")),
    ],
)
def test_a_url_names_a_mailbox(url, place):
    found = place_at(url)
    assert (found.host, found.port, found.user, found.password, found.folder, found.security) == place


def test_folders_are_named_by_their_paths(tmp_path):
    make_maildir(tmp_path / "box")
    assert place_at(f"maildir://{tmp_path}/box").path == tmp_path / "box"
    assert isinstance(place_in(str(tmp_path / "box")), Maildir)
    assert isinstance(place_in(str(tmp_path)), Folder)


@pytest.mark.parametrize(
    "url",
    [
        "pop3://b:s3cret@host", "imaps://host/INBOX", "imaps://b@host", "imaps://b:s3cret@", "maildir://relative",
        "imaps://b:s3/cret@host/INBOX", "imaps://b:s3#cret@host/INBOX", "imaps://b:s3cret@host:port/INBOX", "s3cret",
        "imaps://b:s3?cret@host", "imaps://b:s3cret@[host",
    ],
)  # fmt: skip
def test_a_url_that_names_no_place_is_said_without_its_password(url, settings):
    with pytest.raises(BadPlace) as caught:
        place_at(url)
    settings.BOUNCES_URL = url
    (error,) = (one for one in run_checks() if one.id == "campaigns.E002")
    assert "s3" not in str(caught.value) + str(error)
    assert not_read() == "BOUNCES_URL cannot be read."


@pytest.mark.parametrize(
    ("path", "url", "provider", "said"),
    [
        ("", "", "", []),
        ("bounces@example.org", "imaps://b:p@h", "", []),
        ("bounces@example.org", "-", "", []),
        ("bounces@example.org", "", "", ["campaigns.W002"]),
        ("bounces@example.org", "", "mailgun", []),
        ("", "imaps://b:p@h", "", ["campaigns.W001"]),
        ("bounces@example.org", "imap://b:p@h", "", ["campaigns.W003"]),
        ("bounces@example.org", "imap://b:p@127.0.0.1", "", []),
    ],
)
def test_settings_that_do_not_belong_together_are_said_at_the_start(settings, path, url, provider, said):
    from campaigns.checks import bounces

    settings.RETURN_PATH, settings.BOUNCES_URL, settings.EMAIL_PROVIDER = path, url, provider
    assert [one.id for one in bounces()] == said


# ── watching ─────────────────────────────────────────────────────────────────
def test_health_says_when_nobody_reads(imap, settings, client):
    assert client.get("/healthz").json()["bounces"] == "ok"
    read_configured()
    BounceMailbox.objects.update(read_at="2026-01-02T03:04Z")
    said = "Degraded: Mail that came back was not read since 2026-01-02 03:04 UTC. "
    assert client.get("/healthz").json()["bounces"] == f"{said}See whether the clock and the workers run."
    BounceMailbox.objects.update(trouble="imaps://host/INBOX does not answer.")
    assert client.get("/healthz").json()["bounces"] == f"{said}The log says why."
    settings.BOUNCES_URL = ""
    assert client.get("/healthz").json()["bounces"] == "ok"


def test_the_dashboard_says_when_somebody_should_look(staff, outsider, settings):
    assert came_back(staff) is None
    settings.BOUNCES_URL = "imaps://b:p@host/INBOX"
    row = BounceMailbox.objects.create(key=place_at(settings.BOUNCES_URL).key, name="x", aside=3)
    assert came_back(staff).figure == "3"
    assert came_back(outsider) is None
    BounceMailbox.objects.filter(pk=row.pk).update(tried_at="2026-01-02T00:00Z", trouble="x does not answer.")
    assert "Mail that came back could not be read yet. The log says why." in came_back(staff).meaning


def test_the_clock_reads_on_while_mails_are_left(imap, monkeypatch):
    from campaigns import tasks

    rung: list[str] = []
    monkeypatch.setattr(tasks, "READING", 0)
    monkeypatch.setattr(tasks, "ring", rung.append)
    imap.deliver([samples.postfix(one) for one in messages(accepted(11))])
    tasks.read_bounces()
    tasks.read_bounces()
    assert len(rung) == 2
    tasks.read_bounces()
    assert len(rung) == 2
    assert Delivery.objects.filter(state="bounced").count() == 11
    assert OutboxMail.objects.count() == 0
