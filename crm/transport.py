"""What newsletters and single mails ask of a way to send: one small interface, one file a transport.

    transport.open()                          ready, or TransportDown (try later) / TransportRefuses (ask a person)
    for message, outcome in transport.send(messages): …

`send` takes messages one by one, in order, and answers for each as soon as it knows, in whatever order that is. It may
stop early (no connection left); messages it never answered for and that never left were not sent.
docs/recipes/add-a-transport.md says more.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from crm.letters import Letter


class Verdict(StrEnum):
    """What is known about a message after a transport had it."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    BOUNCED = "bounced"
    UNCERTAIN = "uncertain"
    UNSENT = "unsent"


@dataclass(slots=True)  # not frozen, as Message is not: thousands are made a second
class Outcome:
    """A verdict with its evidence: the server's words and the name it gave the message.

    `lost` says that the connection broke meanwhile: then the server may need a rest. `source` names the server or
    provider that said it; it is kept for whatever did not go well.
    """

    verdict: Verdict
    reply: str = ""
    provider_id: str = ""
    lost: bool = False
    source: str = ""


def _at_once() -> bool:
    """Nobody keeps receipts of this message, and nobody takes it back."""
    return True


def _unheard(delivery_id: int, outcome: Outcome) -> None:
    """Nobody wants to know before the answer."""


@dataclass(slots=True)
class Message:
    """Ready bytes for one recipient; for a transport that asks for letters, `letter` and no bytes.

    `not_after` (monotonic clock) is when our claim to send it ends; `wire_safe` promises that no line starts
    with a dot and that the last one ends. A transport calls `leaving` just before the message can no longer
    be taken back; when it answers False somebody left meanwhile, and the message stays here (`UNSENT`). One that lets
    another message leave before it answers for this one says `heard` at once, with the number and the outcome.
    """

    delivery_id: int
    sender: str
    recipient: str
    data: bytes
    not_after: float = float("inf")
    wire_safe: bool = False
    leaving: Callable[[], bool] = _at_once
    letter: Letter | None = None
    heard: Callable[[int, Outcome], None] = _unheard

    def expired(self) -> bool:
        """Whether somebody else may be sending this message by now."""
        return time.monotonic() > self.not_after


class TransportDown(Exception):
    """The mail server cannot be reached now; nothing was sent, trying later is right."""


class TransportRefuses(Exception):
    """The mail server refuses us, whoever the recipient is; a person must look at it."""


class Transport(Protocol):
    """A way to send.

    One that hands over texts says `letters = True` and gets messages with a letter and without bytes; `at_once` is how
    many messages it wants to have in hand together, at least.

    One with several servers says by `lanes()` which may be used now, with rate and weight, and is told by
    `allot(shares)` what each of them may carry of what is sent next: what nobody allotted waits for no rate and counts
    all the same. `rests_by_itself` says that it counts broken lines for each of them, and `most_lines` how many it may
    hold at once.
    """

    def open(self) -> None:
        """Be ready to send, or raise TransportDown or TransportRefuses."""

    def send(self, messages: Iterable[Message]) -> Iterator[tuple[Message, Outcome]]:
        """Send, answering for each message taken; may raise TransportDown or TransportRefuses."""

    def close(self) -> None:
        """Let go of every connection."""


_by_process: dict[tuple[int, str], Transport] = {}


def current_transport() -> Transport:
    """The transport of the setting `SENDING_TRANSPORT`, one for each process so that forks never share a socket."""
    key = (os.getpid(), settings.SENDING_TRANSPORT)
    if key not in _by_process:
        _by_process[key] = import_string(settings.SENDING_TRANSPORT)()
    return _by_process[key]


def hang_up() -> None:
    """Close and forget this process's transports; the next one is made by what the settings say then."""
    for key in [key for key in _by_process if key[0] == os.getpid()]:
        _by_process.pop(key).close()


def _start_anew(*, setting: str, **_more: object) -> None:
    if setting.startswith(("EMAIL_", "MAIL_SERVERS", "SENDING_TRANSPORT", "ANYMAIL")):
        hang_up()


setting_changed.connect(_start_anew, dispatch_uid="crm.transport")
