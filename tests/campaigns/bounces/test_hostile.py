"""Mails that somebody wrote to do harm, or that were spoiled on the way: set aside, and nothing happens to anybody."""

import random
import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.actions.bounces import read_bounces
from campaigns.bounces.places.folders import Maildir, make_maildir
from campaigns.bounces.places.place import MOST, Mail
from campaigns.bounces.reading.reading import Sort, read
from campaigns.models import Attempt, SoftBounce
from contacts.models import ContactPoint, Suppression
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.samples import SAMPLES, Sent
from tests.campaigns.bounces.sent import accepted, messages
from tests.campaigns.ledger import states

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECONDS = 5
"""Time of the processor that a mail may cost at most; ordinary ones cost a thousandth."""
FORGED = Sent("bounces+n1-0123456789ab@example.org", "<1.1.0123456789abcdef@example.org>", "p0@example.org")


def nested(kind: bytes, depth: int) -> bytes:
    """Mails within mails within mails."""
    return b"".join(
        b'Content-Type: multipart/%s; boundary="b%d"\n\n--b%d\n' % (kind, level, level) for level in range(depth)
    )


def many_parts(count: int) -> bytes:
    """So many parts beside each other."""
    head = b'From: MAILER-DAEMON@x\nContent-Type: multipart/report; boundary="b"\n\n'
    return head + b"--b\nContent-Type: text/plain\n\n550 5.1.1 user unknown\n" * count + b"--b--\n"


MACHINE = b"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: failure notice\n"
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "one letter": b"x",
    "zeros": b"\x00" * 100_000,
    "noise": random.Random(1).randbytes(200_000),
    "10,000 parts": many_parts(10_000),
    "parts in parts": MACHINE + nested(b"mixed", 5_000),
    "digests in digests": MACHINE + nested(b"digest", 5_000),
    "messages in messages": MACHINE + b"Content-Type: message/rfc822\n\n" * 5_000,
    "folded container types": MACHINE + b"".join(
        b'Content-Type:\n multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(5_000)
    ),
    "one long line": MACHINE + b"\n" + b"a" * MOST,
    "one long line of one address": MACHINE + b"\n<" + b"a@" * (MOST // 2),
    "one long line in base64": MACHINE + b"Content-Transfer-Encoding: base64\n\n" + b"YWFh" * (MOST // 4),
    "a long header": MACHINE + b"X: " + b"a" * MOST + b"\n\nx",
    "a long address": b"From: " + b"a" * 100_000 + b"@MAILER-DAEMON@x\nTo: " + b"n1-" * 100_000 + b"\n\nx",
    "many headers": MACHINE + b"To: n1-0123456789ab@example.org\n" * 30_000 + b"\nx",
    "many failed ones": MACHINE + b"X-Failed-Recipients: " + b"a@b.example, " * 50_000 + b"\n\nx",
    "comments in comments": b"From: " + b"(" * 50_000 + b"\nX-Failed-Recipients: " + b"(" * 50_000 + b"\n\nx",
    "odd charset": MACHINE + b'Content-Type: text/plain; charset="no-such\x00set"\n\n\xff\xfe',
    "odd encoding": MACHINE + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n\xff\nend\n",
    "odd words": MACHINE + b"Subject: =?no-such?q?=FF?=\nDate: =?utf-8?b?////?=\n\nx",
    "odd parameters": MACHINE + b"Content-Type: multipart/report; boundary*0*=utf-8''%FF; boundary*1=x\n\n--x\n\n",
    "10,000 recipients": samples.standard(FORGED, blocks="\n".join(
        [samples.block(FORGED, status="5.1.1", said="550 5.1.1 user unknown", to=f"p{n}@example.org")
         for n in range(3_000)])),
    "an empty report": samples.standard(FORGED, blocks=""),
    "a report without a status": samples.standard(FORGED, blocks="Final-Recipient: rfc822; p0@example.org"),
    "dots without end": MACHINE + b"\n" + b"550-5.1.1 " * 60_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_mail_costs_much_or_is_believed(name):
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = read(Mail(1, HOSTILE[name][:MOST], NOW))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun < SECONDS
    assert found.about is None
    assert found.sort in (Sort.UNREADABLE, Sort.UNPROVEN, Sort.AUTOMATIC, Sort.LETTER)


@pytest.mark.django_db
def test_hostile_mails_do_nothing_to_anybody_and_keep_no_other_from_being_read(tmp_path: Path, settings):
    settings.RETURN_PATH = "bounces@example.org"
    campaign = accepted(2)
    one, _two = messages(campaign)
    make_maildir(tmp_path / "box")
    mails = [*HOSTILE.values(), samples.postfix(one)]
    for number, raw in enumerate(mails):
        (tmp_path / "box" / "new" / f"{100 + number}.x").write_bytes(raw)
    turn = read_bounces(Maildir(tmp_path / "box"))
    assert turn.mails == len(mails)
    assert turn.counts["bounced"] == 1
    assert states(campaign) == {"bounced": 1, "accepted": 1}
    assert Suppression.objects.count() == 1
    assert ContactPoint.objects.get(normalized="p1@example.org").status == "valid"


@pytest.mark.django_db
def test_reports_about_others_forged_in_every_way_are_set_aside(tmp_path: Path, settings):
    settings.RETURN_PATH = "bounces@example.org"
    campaign = accepted(3)
    victim = messages(campaign)[0]
    local, _at, domain = victim.return_address.partition("@")
    told, _dash, mac = local.rpartition("-")
    known, digest = victim.message_id.strip("<>").partition("@")[0].rsplit(".", 1)
    flipped = mac[:-1] + ("0" if mac[-1] != "0" else "1")
    forgeries = [
        Sent(f"{told}-{flipped}@{domain}", "", victim.to),
        Sent(f"{told}0-{mac}@{domain}", "", victim.to),
        Sent(f"bounces+s1-{mac}@{domain}", "", victim.to),
        Sent("", f"<{known}.{digest[::-1]}@example.org>", victim.to),
        Sent("", f"<{known}1.{digest}@example.org>", victim.to),
        Sent("", f"<single.1.{digest}0000@example.org>", victim.to),
        Sent("", "", victim.to),
    ]
    make_maildir(tmp_path / "box")
    for number, (sent, (write, _means)) in enumerate((sent, one) for sent in forgeries for one in SAMPLES.values()):
        (tmp_path / "box" / "new" / f"{1000 + number}.x").write_bytes(write(sent))
    turn = read_bounces(Maildir(tmp_path / "box"))
    assert dict(turn.counts) == {"unproven": len(forgeries) * len(SAMPLES)}
    assert turn.aside == turn.mails
    assert states(campaign) == {"accepted": 3}
    assert not Suppression.objects.exists()
    assert not Attempt.objects.exists()
    assert not SoftBounce.objects.exists()


@pytest.mark.django_db
def test_spoiled_reports_never_harm_anybody_but_whom_they_are_about(tmp_path: Path, settings):
    settings.RETURN_PATH = "bounces@example.org"
    campaign = accepted(2)
    one, _other = messages(campaign)
    chance = random.Random(7)
    make_maildir(tmp_path / "box")
    for number in range(300):
        raw = bytearray(chance.choice(list(SAMPLES.values()))[0](one))
        for _slip in range(chance.randrange(1, 30)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(4)] = chance.randbytes(chance.randrange(3))
        if chance.random() < 0.3:
            del raw[chance.randrange(len(raw)) :]
        (tmp_path / "box" / "new" / f"{1000 + number}.x").write_bytes(bytes(raw))
    turn = read_bounces(Maildir(tmp_path / "box"))
    assert turn.mails == 300
    assert sum(turn.counts[kind] for kind in ("bounced", "soft_bounced", "complained", "failed")) > 50
    assert ContactPoint.objects.get(normalized="p1@example.org").status == "valid"
    assert Suppression.objects.count() == 1
    assert states(campaign)["accepted"] == 1
