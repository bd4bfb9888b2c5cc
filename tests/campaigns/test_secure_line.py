"""STARTTLS, TLS and sign-in: newsletters leave over real encrypted lines, or wait and say why they cannot."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from campaigns.actions.control import resume_campaign
from campaigns.models import Campaign, Chunk, Delivery
from crm import transport
from tests.campaigns.ledger import launched, states, work
from tests.smtp import Mailbox, MailboxServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not shutil.which("openssl"), reason="needs openssl to make a certificate: apt-get install openssl"
    ),
]

USER, PASSWORD = "newsletter", "correct horse battery"


class Paper(NamedTuple):
    """A certificate of our own making, and the server's side of it."""

    file: Path
    context: ssl.SSLContext


def certificate(folder: Path, names: str) -> Paper:
    """A self-signed certificate for `names`, good for a day."""
    file, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "1", "-subj", "/CN=mail.test", "-addext", f"subjectAltName={names}"]
    subprocess.run([*command, "-keyout", key, "-out", file], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return Paper(file, context)


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> Paper:
    """A certificate for the server these tests connect to."""
    return certificate(tmp_path_factory.mktemp("ours"), "IP:127.0.0.1")


@pytest.fixture
def trusted(ours, monkeypatch) -> None:
    """This machine trusts the certificate, as an operator makes it trust a private one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.file))


class Doorkeeper:
    """Knows one user; `temporary` makes it unable to look anybody up."""

    def __init__(self) -> None:
        self.password = PASSWORD
        self.temporary = False

    def __call__(self, server, session, envelope, mechanism, who) -> AuthResult:
        """Whether this is our user."""
        if self.temporary:
            return AuthResult(success=False, handled=False, message="454 4.7.0 Ask again later")
        right = who == LoginPassword(USER.encode(), self.password.encode())
        return AuthResult(success=True) if right else AuthResult(success=False, handled=False)


@pytest.fixture
def doorkeeper() -> Doorkeeper:
    """Who asks for user and password."""
    return Doorkeeper()


@pytest.fixture
def line(settings, ours, doorkeeper) -> Iterator[Mailbox]:
    """A mail server as providers run them: STARTTLS first, then sign-in, then mail."""
    yield from _serve(
        settings, tls_context=ours.context, require_starttls=True, authenticator=doorkeeper, auth_required=True
    )


def _serve(settings, **options) -> Iterator[Mailbox]:
    box = Mailbox()
    server = MailboxServer(box, **options)
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = box.host, box.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False
    yield box
    server.stop(no_assert=True)


def why_paused(campaign: Campaign) -> str:
    """The reason on the page, after making sure that it cost nobody anything and gave nothing away."""
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    assert states(campaign) == {"queued": 3}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    assert PASSWORD not in campaign.pause_reason
    assert USER not in campaign.pause_reason
    return campaign.pause_reason


def test_a_newsletter_leaves_over_starttls_after_signing_in(line, trusted):
    campaign = launched(3)
    work()
    assert states(campaign) == {"accepted": 3}
    assert all(mail.encrypted and mail.signed_in for mail in line.received)
    campaign.refresh_from_db()
    assert campaign.state == "sent"


def test_a_newsletter_leaves_over_a_line_that_is_encrypted_from_the_first_byte(settings, ours, doorkeeper, trusted):
    for box in _serve(settings, tls=ours.context, authenticator=doorkeeper, auth_require_tls=False):
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, True
        campaign = launched(3)
        work()
        assert states(campaign) == {"accepted": 3}
        assert all(mail.encrypted and mail.signed_in for mail in box.received)


def test_an_encrypted_line_lost_after_the_final_dot_is_uncertain(line, trusted):
    campaign = launched(3, policy="hold")
    line.drop("message", after=1)
    work()
    assert states(campaign) == {"accepted": 2, "uncertain": 1}


def test_a_certificate_nobody_vouches_for_pauses_the_campaign(line):
    campaign = launched(3)
    work()
    assert "certificate" in why_paused(campaign)
    assert not line.received


def test_a_certificate_of_another_server_pauses_the_campaign(settings, tmp_path, doorkeeper, monkeypatch):
    theirs = certificate(tmp_path, "DNS:another.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(theirs.file))
    for box in _serve(settings, tls_context=theirs.context, authenticator=doorkeeper):
        campaign = launched(3)
        work()
        assert "certificate" in why_paused(campaign)
        assert not box.received


def test_a_wrong_password_pauses_the_campaign_until_a_person_mends_it(line, trusted, doorkeeper, manager):
    doorkeeper.password = "changed by the provider"
    campaign = launched(3)
    work()
    assert "user name or password" in why_paused(campaign)
    doorkeeper.password = PASSWORD
    resume_campaign(campaign, by=manager)
    work()
    assert states(campaign) == {"accepted": 3}


def test_a_password_is_never_said_on_a_line_that_could_not_be_encrypted(settings, doorkeeper):
    for box in _serve(settings, authenticator=doorkeeper, auth_require_tls=False):
        campaign = launched(3)
        work()
        assert "encryption" in why_paused(campaign)
        assert not box.received


def test_a_sign_in_that_fails_for_now_is_tried_again_by_itself(line, trusted, doorkeeper):
    doorkeeper.temporary = True
    campaign = launched(3)
    work()
    campaign.refresh_from_db()
    assert campaign.state == "sending"
    assert states(campaign) == {"queued": 3}
    doorkeeper.temporary = False
    Chunk.objects.update(due_at=None)
    transport.current_transport().close()
    work()
    assert states(campaign) == {"accepted": 3}


def test_beginning_encrypted_where_the_server_begins_plainly_pauses_the_campaign_and_says_what_to_write(settings, ours):
    for box in _serve(settings, tls_context=ours.context):
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, True
        campaign = launched(3)
        work()
        why = why_paused(campaign)
        assert f"Port {box.port} of 127.0.0.1 does not begin encrypted, as smtp+ssl:// asks for." in why
        assert why.endswith("then go on.")
        assert not box.received


@pytest.mark.parametrize("starttls", [True, False], ids=["smtp+tls", "smtp"])
def test_beginning_plainly_where_the_server_is_encrypted_pauses_the_campaign_and_says_what_to_write(
    settings, ours, starttls
):
    settings.SENDING = {"connect_timeout": 0.5}
    for box in _serve(settings, tls=ours.context):
        settings.EMAIL_USE_TLS = starttls
        campaign = launched(3)
        work()
        why = why_paused(campaign)
        assert f"Port {box.port} of 127.0.0.1 is encrypted from the first byte. Write smtp+ssl://" in why
        assert why.endswith("then go on.")
        assert not box.received


@pytest.mark.parametrize("tls", [True, False], ids=["smtp+ssl", "smtp"])
def test_a_server_that_only_says_nothing_is_tried_again_by_itself(settings, tls):
    settings.SENDING = {"connect_timeout": 0.3}
    for box in _serve(settings):
        box.hang("connect", times=0)
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, tls
        campaign = launched(3)
        work()
        campaign.refresh_from_db()
        assert campaign.state == "sending"
        assert states(campaign) == {"queued": 3}


def test_a_server_that_does_not_let_us_in_pauses_the_campaign_with_its_words(settings):
    for box in _serve(settings):
        box.reply("connect", "554 5.7.1 Your network is on a list", times=0)
        campaign = launched(3)
        work()
        assert "554 5.7.1 Your network is on a list" in why_paused(campaign)
