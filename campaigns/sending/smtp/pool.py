"""Sessions that rest between groups; last in, first out, replaced when worn."""

import threading

from campaigns.sending.smtp.session import Session


class Pool:
    """Hands out sessions that work."""

    def __init__(self) -> None:
        self._resting: list[Session] = []
        self._lock = threading.Lock()
        self._closed = False

    def resting(self, most: int) -> list[Session]:
        """Sessions that work and rest here, as many as there are and `most` at most."""
        fit: list[Session] = []
        while len(fit) < most and (session := self._pop()):
            if session.fit():
                fit.append(session)
            else:
                session.close(politely=session.alive)
        return fit

    def _pop(self) -> Session | None:
        with self._lock:
            return self._resting.pop() if self._resting else None

    def give(self, session: Session) -> None:
        """Put a working session back; one that stood up when all was over is let go."""
        with self._lock:
            if not self._closed:
                self._resting.append(session)
                return
        session.close(politely=True)

    def close(self) -> None:
        """Say goodbye on every session that rests here, or comes to rest later."""
        with self._lock:
            self._closed = True
        while session := self._pop():
            session.close(politely=True)
