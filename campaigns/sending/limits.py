"""The numbers of the sending engine: each with its reason, each replaceable by the setting `SENDING`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.translation import gettext as _

from crm.patience import Patience


@dataclass(frozen=True)
class Limits(Patience):
    """Sizes in messages, times in seconds; what single mails share with newsletters stands in `Patience`."""

    chunk: int = 1000
    """Messages a worker claims at once: small enough that pausing and sharing stay lively."""
    group: int = 500
    """Most messages written down as "on its way" by one commit."""
    group_seconds: float = 0.25
    """A group is as many messages as the mail server takes in this time, so that a leave is honoured quickly."""
    lease: float = 120
    """How long a claim lasts without renewal; longer than the longest wait for the mail server."""
    connections: int = 10
    """Most connections of one worker with a mail server; as many as it takes never to wait for its answers."""
    refusal_retry: float = 300
    """How long a mail server that refuses us is left out while others stand; tried more often, it may lock us out."""
    lonely: float = 0.005
    """How long it is looked at before one more connection is opened: when some of it went by without anything to do,
    although messages wait."""
    openers: int = 8
    """Connections that are opened at the same time."""
    connection_messages: int = 1000
    """Messages over one connection before it is replaced."""
    connection_seconds: float = 300
    idle_seconds: float = 5
    """A connection that rested longer is asked whether it is still there before it is used."""
    connection_losses: int = 3
    """Lost connections in a row after which a worker lets the mail server rest."""
    poison_tries: int = 3
    """Tries at which the line broke under the same message, while it stood for others, before it counts as failed."""
    breaker_window: int = 1000
    """Settled messages, the newest, by which it is judged whether a campaign may go on."""
    breaker_bounces: float = 0.05
    """Part of them that nobody has the address of; mailbox providers block a sender who goes on from here."""
    breaker_floor: int = 200
    """Settled messages before bounces are judged: a sound list (2 % bounce) is then stopped by chance once in 300
    campaigns, after 100 messages it would be once in 50; the worst list costs no more than these 200."""
    breaker_complaints: float = 0.003
    """As many complaints, measured by them, as the large mailbox providers refuse a sender for."""
    breaker_complainers: int = 3
    """People who must have complained: fewer may be a slip of the finger."""
    breaker_losses: int = 20
    """Connection errors in a row, of all workers together, after which a person should look at the mail server; at
    one a `connection_retry` that is five minutes without it, longer than it takes to start anew. After as many in a row
    a worker gives away nothing more of its group."""
    hold_recheck: float = 3600
    """How often messages that wait for a person's decision are looked at."""
    promises: float = 600
    """How far ahead a domain's tokens are promised to who is held back; who comes later asks again then."""
    debt: float = 86_400
    """How long at most newsletters give way to single mails that took more tokens than there were; what mail servers
    count begins anew by then."""
    bide: float = 1.0
    """How long a worker stays for a turn that comes soon, before it lets other campaigns go first."""
    slow_share: float = 0.05
    """Part of a domain's messages in a group that must be put off, for reasons that are ours, to slow it down."""
    slow_factor: float = 0.5
    """What is left of a domain's rate when it puts us off …"""
    slow_pause: float = 5
    """… once in this time, because one group may hear the same no many times …"""
    slow_recovery: float = 900
    """… and how long it takes from nothing back to the full rate, at an even pace."""
    slowest: float = 1 / 30
    """Messages a second that even a domain that says no all the time is asked to take."""
    sharers: int = 4
    """Processes that share a rate while there is no Redis to count for all; as many as `bells` wakes."""
    redis_retry: float = 5
    """How long a process that lost Redis counts alone before it looks for it again."""
    receipts: int = 2_000_000
    """Bytes of receipts after which a worker lets everything be settled before it goes on."""
    turn: float = 5
    """How long one ring keeps a worker before it rings again: campaigns share, and a worker told to stop does soon."""
    idle: float = 60
    """How long something may be there to be sent without anybody taking it, before people are told."""
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

KINDS = {field.name: field.type for field in fields(Limits)}
"""What `SENDING` may name, and whether that is a whole number."""


class BadLimits(ValueError):
    """The setting cannot be used; the text says why in the operator's words."""


def check(written: Mapping[str, object]) -> None:
    """Raise BadLimits where `SENDING` names what nobody knows, or says what is no such number."""
    if unknown := sorted(set(written) - set(KINDS)):
        words = {"names": ", ".join(unknown), "known": ", ".join(sorted(KINDS))}
        raise BadLimits(_("Nothing is called %(names)s here, only %(known)s.") % words)
    for name, value in written.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise BadLimits(_("%(name)s must be a number, such as 60.") % {"name": name})
        if KINDS[name] is int and (not isinstance(value, int) or not value):
            raise BadLimits(_("%(name)s must be a whole number above 0, such as 60.") % {"name": name})
