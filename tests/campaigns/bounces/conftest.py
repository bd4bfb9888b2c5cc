"""What the tests of mail that came back share."""

from collections.abc import Iterator

import pytest

from tests.imap import ImapServer


@pytest.fixture(scope="session")
def _one_imap_server() -> Iterator[ImapServer]:
    """Started once: that takes longer than a test."""
    server = ImapServer()
    yield server
    server.stop()


@pytest.fixture
def imap(_one_imap_server: ImapServer, settings) -> ImapServer:
    """An empty mailbox that `BOUNCES_URL` names."""
    _one_imap_server.empty()
    settings.BOUNCES_URL = _one_imap_server.url
    return _one_imap_server
