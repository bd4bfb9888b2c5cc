"""The transport over a provider's API: batches, and several requests at once.

    letters → parcels of one stencil → requests, a few at once → answers → an outcome for each letter

Threads only post and read; everything is decided in the thread of whoever sends (`rounds.py`).
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from anymail.exceptions import AnymailConfigurationError
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from crm.patience import patience
from crm.provider.answers import Answer, Kind, read_error, read_taken
from crm.provider.known import PROVIDERS
from crm.provider.posting import Addressed, compose, make_backend
from crm.provider.rounds import Answered, Mood, Parcel, Round
from crm.transport import Message, TransportRefuses

SESSION_RESTS = 5
"""Seconds after which a line that rested is replaced: the provider may be hanging up just now."""


class Lines:
    """Anymail's backends with open sessions; one for each request that is on its way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._resting: list[tuple[BaseEmailBackend, float]] = []
        self._lock = Lock()

    def take(self) -> BaseEmailBackend:
        """An open one; raises AnymailConfigurationError."""
        with self._lock:
            backend, since = self._resting.pop() if self._resting else (None, 0.0)
        if backend is None:
            backend = make_backend(self.name)
        elif time.monotonic() - since > SESSION_RESTS:
            backend.close()
        backend.open()
        return backend

    def give(self, backend: BaseEmailBackend) -> None:
        """Put one back."""
        with self._lock:
            self._resting.append((backend, time.monotonic()))

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            resting, self._resting = self._resting, []
        for backend, _since in resting:
            backend.close()


class ProviderTransport:
    """Sends through the provider that `EMAIL_URL` names."""

    letters = True

    def __init__(self, name: str = "") -> None:
        self.name = name or settings.EMAIL_PROVIDER
        if self.name not in PROVIDERS:
            raise AnymailConfigurationError(f"EMAIL_URL names no provider ({self.name or 'none'}).")
        self.provider = PROVIDERS[self.name]
        self.lines = Lines(self.name)
        self.batch = min(patience().batch, self.provider.batch.most) if self.provider.batch else 1
        self.width = patience().requests
        self.mood = Mood()
        self.posters: ThreadPoolExecutor | None = None

    @property
    def at_once(self) -> int:
        """As many messages as fill every request that may be on its way."""
        return self.batch * patience().requests

    def open(self) -> None:
        """Be ready to post; whether the provider answers is known with the first request."""
        try:
            self.lines.give(self.lines.take())
        except (AnymailConfigurationError, ImportError) as why:
            raise TransportRefuses(_("The mail provider is not set up: %(why)s") % {"why": why}) from why

    def send(self, messages: Iterable[Message]) -> Iterator[Answered]:
        """Post in parcels, answering for each message as soon as it is known."""
        return Round(self, messages).run()

    def close(self) -> None:
        """Let go of every connection and thread."""
        self.lines.close()
        if self.posters:
            self.posters.shutdown(wait=False)
            self.posters = None

    def post(self, parcel: Parcel) -> "Future[Answer]":
        """Hand a parcel to a thread."""
        if self.posters is None:
            self.posters = ThreadPoolExecutor(patience().requests, thread_name_prefix="provider")
        addressed = [Addressed(one.recipient, one.letter) for one in parcel.messages if one.letter]
        return self.posters.submit(self._post, self.lines.take(), addressed)

    def _post(self, backend: BaseEmailBackend, addressed: Sequence[Addressed]) -> Answer:
        """In a thread: one request and its answer."""
        try:
            message = compose(self.name, addressed)
            backend.send_messages([message])
            answer = read_taken(message.anymail_status.recipients)
        except Exception as error:
            answer = read_error(error, self.provider.key)
        if answer.kind in (Kind.UNKNOWN, Kind.DOWN):
            backend.close()
        self.lines.give(backend)
        return answer

    # ── how it goes ──────────────────────────────────────────────────────────
    def go_slower(self) -> None:
        """Half as many requests at once."""
        self.width = max(1, self.width // 2)

    def go_on(self) -> None:
        """One more at once, after a request that went well."""
        self.width = min(patience().requests, self.width + 1)
