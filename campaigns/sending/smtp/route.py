"""A route: one mail server as this process knows it, with its connections, what it can do and whether it is well."""

import random
import time

from campaigns.sending.limits import limits
from campaigns.sending.smtp import standing
from campaigns.sending.smtp.connecting import WantsRest, connect
from campaigns.sending.smtp.pool import Pool
from campaigns.sending.smtp.servers import Server
from campaigns.sending.smtp.session import Session, misfit
from crm.transport import Message, TransportDown, TransportRefuses


class Route:
    """Hands out connections to one server; `tells` where there are others, who go on while this one does not.

    `taken` is how many messages it had, divided by its weight: whose is least is next.
    """

    def __init__(self, server: Server, *, tells: bool = False) -> None:
        self.server = server
        self.name, self.weight, self.rate = server.name, server.weight, server.rate
        self.tells = tells
        self.pool = Pool()
        self.taken = random.random() / server.weight  # noqa: S311 — many processes must not all begin with the same one
        self.smtputf8: bool | None = None
        self.max_size = 0
        self.losses = 0
        self.late_until = 0.0
        self.trouble = ""
        self.refusal: TransportRefuses | None = None
        self._rests_until = self._refused_until = self._full_until = self._troubled_at = 0.0
        self._asked_for_rest = False

    # ── connections ──────────────────────────────────────────────────────────
    def take(self) -> Session:
        """A session that works; what is raised is remembered. A server that asked for a rest is not asked again.

        One that refused us or broke off says anew how it stands, whatever was open before.
        """
        began = time.monotonic()
        if self.usable and (resting := self.pool.resting(1)):
            return resting[0]
        if self.asked_for_rest:
            raise TransportDown(self.trouble)
        try:
            return self._connect(began)
        except TransportDown as why:
            self.rest(str(why), asked=isinstance(why, WantsRest))
            raise
        except TransportRefuses as why:
            self.refuse(why)
            raise

    def another(self) -> Session:
        """One more session, unless it was learned meanwhile that nothing goes there now."""
        began = time.monotonic()
        if not self.usable:
            raise TransportDown(self.trouble)
        resting = self.pool.resting(1)
        return resting[0] if resting else self._connect(began)

    def _connect(self, began: float) -> Session:
        """A new session, wanted since `began`; raises TransportDown or TransportRefuses."""
        session = Session(connect(self.server), self, most=self.server.messages_per_connection)
        self.smtputf8, self.max_size = session.smtputf8, session.max_size
        if self.trouble and self._troubled_at < began:  # while it was made, others may have learned worse
            self._is_well()
        return session

    @property
    def connections(self) -> int:
        """Most connections of this process."""
        return self.server.connections or limits().connections

    # ── how it stands ────────────────────────────────────────────────────────
    @property
    def resting(self) -> bool:
        """Whether it is left alone for a moment."""
        return self._rests_until > time.monotonic()

    @property
    def asked_for_rest(self) -> bool:
        """Whether it rests because it said so."""
        return self._asked_for_rest and self.resting

    @property
    def left_out(self) -> bool:
        """Whether it refused us lately."""
        return self.refusal is not None and self._refused_until > time.monotonic()

    @property
    def usable(self) -> bool:
        """Whether it may be sent to now."""
        return not self.resting and not self.left_out

    @property
    def full(self) -> bool:
        """Whether it did not want one more connection lately."""
        return self._full_until > time.monotonic()

    def rest(self, why: str, *, asked: bool = False) -> None:
        """Leave it alone for a while."""
        now, seconds = time.monotonic(), limits().connection_retry
        self._troubled_at, self._rests_until, self._asked_for_rest, self.losses = now, now + seconds, asked, 0
        self._note(why, refuses=False, seconds=seconds)

    def refuse(self, why: TransportRefuses) -> None:
        """It refuses us, whoever the recipient is: a person must look at it; it is asked again after a longer while."""
        now, seconds = time.monotonic(), limits().refusal_retry
        self._troubled_at, self._refused_until, self.refusal = now, now + seconds, why
        self._note(str(why), refuses=True, seconds=seconds)

    def no_more(self) -> None:
        """It wants no more connections than there are."""
        self._full_until = time.monotonic() + limits().connection_retry

    def lost(self, session: Session, why: str, *, silent: bool) -> None:
        """A line broke; silence, or several in a row that carried nothing, mean that it needs a rest."""
        if self.resting:
            return
        self.losses = self.losses + 1 if session.messages <= 1 else 1
        if silent or self.losses >= limits().connection_losses:
            self.rest(why)

    def _is_well(self) -> None:
        self.trouble, self.refusal, self._rests_until = "", None, 0.0
        if self.tells:
            standing.forget(self.name)

    def _note(self, why: str, *, refuses: bool, seconds: float) -> None:
        """Keep why nothing is sent to it, and say it; that takes a moment, so nothing may hang on it any more."""
        news, self.trouble = not self.trouble, why
        if self.tells:
            standing.tell(self.name, why, refuses=refuses, seconds=seconds * 2, news=news)

    # ── what it can do ───────────────────────────────────────────────────────
    def could_take(self, message: Message) -> bool:
        """Whether it takes messages like this one, as far as we know; a server never met might."""
        return self.smtputf8 is None or misfit(message, smtputf8=self.smtputf8, max_size=self.max_size) is None
