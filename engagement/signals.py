"""News that engagement sends upward, on commit and with ids only."""

from functools import partial

from django.db import transaction
from django.dispatch import Signal

registration_made = Signal()
"""A person registered or joined the waitlist: `registration_id`, `event_id`, `stakeholder_id`, `state`."""

registration_cancelled = Signal()
"""A person gave the seat back: `registration_id`, `event_id`, `stakeholder_id`."""

registration_promoted = Signal()
"""A seat became free for somebody of the waitlist: `registration_id`, `event_id`, `stakeholder_id`."""

attendance_marked = Signal()
"""Somebody came, or did not: `registration_id`, `event_id`, `stakeholder_id`, `state`."""

event_published = Signal()
"""The public may see an event: `event_id`."""

event_called_off = Signal()
"""An event does not take place: `event_id`."""

gathering_logged = Signal()
"""A conversation was recorded: `gathering_id`, `edition_id`, `host_id`."""


def announce(signal: Signal, **ids: int | str) -> None:
    """Send `signal` once the transaction is committed; a listener that fails is logged and hurts nobody."""
    transaction.on_commit(partial(signal.send_robust, sender=None, **ids))
