"""Leavers: who must not be mailed any more is heard while a group is on its way, right before each message leaves.

An intent asks about consent, and up to half a second later the message leaves. Whoever leaves in between is heard
here by the database's own call (contacts/stops.py), at the price of a look at one socket for each message.
"""

import logging
import select
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from contacts.stops import ADDRESS, CHANNEL, EVERYBODY, PERSON

log = logging.getLogger(__name__)


class Leavers:
    """What was called out since this began to listen; `now` numbers the calls, so that older intents know newer ones.

    One that hears nothing any more (`deaf`) holds every message back: then the database is gone, too.
    """

    def __init__(self, line: BaseDatabaseWrapper | None = None) -> None:
        self.now = 0
        self.deaf = False
        self.everybody = 0
        self.called: dict[str, int] = {}
        self._line = line
        self._ready = select.poll()
        if line:
            self._ready.register(line.connection.fileno(), select.POLLIN)

    def known(self, stakeholder: int, fingerprint: str, since: int) -> bool:
        """Whether a call after `since` forbids to mail this person at this address, as far as was heard already."""
        if not self.now:
            return self.deaf
        if self.deaf or self.everybody > since:
            return True
        called = self.called
        return called.get(f"{PERSON}{stakeholder}", 0) > since or called.get(f"{ADDRESS}{fingerprint}", 0) > since

    def forbid(self, stakeholder: int, fingerprint: str, since: int) -> bool:
        """The same, with what is being called out at this moment."""
        if self._line and self._ready.poll(0):
            self._listen()
        return self.known(stakeholder, fingerprint, since)

    def _listen(self) -> None:
        try:
            for call in self._line.connection.notifies(timeout=0):  # type: ignore[union-attr]
                self.now += 1
                if call.payload == EVERYBODY:
                    self.everybody = self.now
                self.called.update(dict.fromkeys(call.payload.split(), self.now))
        except (DatabaseError, self._line.Database.Error) as error:  # type: ignore[union-attr]
            log.warning("Nobody tells any more who leaves (%s)", type(error).__name__)
            self.deaf = True


@contextmanager
def listening() -> Iterator[Leavers]:
    """Hear who must not be mailed any more, for as long as this lasts.

    Inside a transaction of the caller there is nothing to hear: nobody else sees what is in it.
    """
    if connection.in_atomic_block:
        yield Leavers()
        return
    line = connection.copy()
    try:
        with line.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        yield Leavers(line)
    finally:
        line.close()
