"""The numbers of the sending engine: each with its reason, each replaceable by the setting `SENDING`."""

from dataclasses import dataclass, fields
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True)
class Limits:
    """Sizes in messages, times in seconds."""

    chunk: int = 1000
    """Messages a worker claims at once: small enough that pausing and sharing stay lively."""
    group: int = 500
    """Most messages written down as "on its way" by one commit."""
    group_seconds: float = 0.25
    """A group is as many messages as the mail server takes in this time, so that a leave is honoured quickly."""
    lease: float = 120
    """How long a claim lasts without renewal; longer than the longest wait for the mail server."""
    connect_timeout: float = 10
    reply_timeout: float = 30
    final_timeout: float = 60
    """Patience after a whole message was handed over, when giving up means not knowing."""
    connections: int = 10
    """Most connections of one worker; more than one only where the mail server takes its time to answer."""
    lonely: float = 0.005
    """How long nobody may be able to do anything, while messages wait, before one more connection is opened."""
    openers: int = 8
    """Connections that are opened at the same time."""
    connection_messages: int = 1000
    """Messages over one connection before it is replaced."""
    connection_seconds: float = 300
    idle_seconds: float = 5
    """A connection that rested longer is asked whether it is still there before it is used."""
    tries: int = 5
    """Attempts before a message that is always put off counts as failed."""
    first_retry: float = 60
    retry_factor: float = 5
    """Waits between attempts: 1, 5, 25, 125 minutes, each with a fifth of jitter."""
    connection_retry: float = 15
    """Wait after the mail server could not be reached."""
    connection_losses: int = 3
    """Lost connections in a row after which a worker lets the mail server rest."""
    quiet: float = 900
    """How long an uncertain message is left alone, for evidence to arrive, before it is sent again."""
    hold_recheck: float = 3600
    """How often messages that wait for a person's decision are looked at."""
    receipts: int = 16_000_000
    """Bytes of receipts after which a worker lets everything be settled before it goes on."""
    turn: float = 5
    """How long one ring keeps a worker before it rings again: campaigns share, and a worker told to stop does soon."""
    bells: int = 4
    """Workers woken at once for one campaign."""


@lru_cache(maxsize=1)
def limits() -> Limits:
    """The numbers in force: the defaults above, replaced by the setting `SENDING`; an unknown name is an error."""
    return Limits(**settings.SENDING)  # type: ignore[arg-type]


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == "SENDING":
        limits.cache_clear()


setting_changed.connect(_forget, dispatch_uid="campaigns.sending.limits")

NAMES = frozenset(field.name for field in fields(Limits))
"""What `SENDING` may name."""
