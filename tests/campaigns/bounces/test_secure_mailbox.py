"""Mailboxes over encrypted lines: read where the server proves its name, and never otherwise."""

import shutil
from collections.abc import Iterator

import pytest

from campaigns.actions.bounces import read_bounces
from campaigns.bounces.places.addresses import place_at
from campaigns.bounces.places.place import PlaceTrouble
from tests.campaigns.test_secure_line import Paper, certificate
from tests.imap import ImapServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not shutil.which("openssl"), reason="needs openssl to make a certificate: apt-get install openssl"
    ),
]


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> Paper:
    """A certificate of our own making."""
    return certificate(tmp_path_factory.mktemp("ours"), "IP:127.0.0.1")


@pytest.fixture(scope="module")
def server(paper: Paper) -> Iterator[ImapServer]:
    """A server that has it."""
    started = ImapServer(certificate=(paper.file, paper.file.with_name("key.pem")))
    yield started
    started.stop()


@pytest.fixture
def url(server: ImapServer) -> str:
    """As it stands in BOUNCES_URL."""
    return server.url.replace("imap://", "imap+tls://")


def test_a_server_that_proves_its_name_is_read(url, paper, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(paper.file))
    read_bounces(place_at(url), looking=True)


def test_one_that_cannot_never_gets_the_password(url):
    with pytest.raises(PlaceTrouble, match=r"cannot prove its name: self.signed certificate\.$"):
        read_bounces(place_at(url), looking=True)


def test_one_of_another_name_never_gets_it_either(url, paper, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(paper.file))
    with pytest.raises(PlaceTrouble, match="cannot prove its name: Hostname mismatch"):
        read_bounces(place_at(url.replace("127.0.0.1", "localhost")), looking=True)


def test_one_that_does_not_speak_tls_never_gets_it(imap):
    for scheme in ("imaps://", "imap+tls://"):
        with pytest.raises(PlaceTrouble):
            read_bounces(place_at(imap.url.replace("imap://", scheme)), looking=True)
