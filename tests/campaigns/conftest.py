"""What the tests of campaigns share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.sending import desk
from campaigns.sending.ledger import receipts
from campaigns.sending.rates.buckets import buckets
from crm import transport
from tests.smtp import Mailbox


@pytest.fixture(autouse=True)
def _fresh_engine(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No connection, no compiled edition, no receipt and no pace survives from one test to the next."""
    settings.SENDING_RECEIPTS = str(tmp_path / "receipts")
    monkeypatch.setenv("SENDING_RECEIPTS", settings.SENDING_RECEIPTS)
    desk.load_editions.cache_clear()
    buckets.cache_clear()
    yield
    receipts.forget_journal()
    for made in transport._by_process.values():
        made.close()
    transport._by_process.clear()


@pytest.fixture
def impatient(settings, mailbox: Mailbox) -> Mailbox:
    """The mailbox, and an engine that waits seconds where it would wait minutes."""
    settings.SENDING = {"chunk": 10, "reply_timeout": 0.5, "final_timeout": 0.5, "connect_timeout": 0.5}
    return mailbox
