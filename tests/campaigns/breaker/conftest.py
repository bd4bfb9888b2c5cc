"""What the tests of the circuit breaker share."""

import pytest


@pytest.fixture
def small(settings, mailbox):
    """The mailbox, and a breaker that judges by tens, group by group, where it would by hundreds."""
    settings.SENDING = {
        "chunk": 10,
        "group": 5,
        "connections": 1,
        "breaker_window": 40,
        "breaker_floor": 20,
        "connection_retry": 0,
    }
    return mailbox
