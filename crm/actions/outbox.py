"""Single mails: written into rows by verbs, delivered by the worker or `manage.py pump`.

    queue_mail ──▶ queued ──▶ sending ──▶ sent ─────────▶ bounced (also at once)
                     ▲           ├─ put off ──▶ queued, later; failed after the last try
                     │           ├─ no answer ─▶ uncertain ──▶ sending, after a quiet time
                     │           └─ refused ──▶ failed
                     └───────────── retry_mail ────┘

They travel by the transport of newsletters, under the same rules. The intent is committed before the wire. What may
have arrived (no answer came, or the worker died meanwhile) is sent again under the same Message-ID, and under the same
key where the provider knows it again: a confirmation that comes twice does less harm than one that never comes.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from crm.bell import ring
from crm.errors import Refused
from crm.models import OutboxAttachment, OutboxMail, User
from crm.patience import patience
from crm.postman import compose, settle
from crm.signals import mail_came_back, mail_left
from crm.transport import (
    Message,
    Outcome,
    Transport,
    TransportDown,
    TransportRefuses,
    Verdict,
    current_transport,
)

log = logging.getLogger(__name__)

ALLOWED_HEADERS = {"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted"}


class NotAnAddress(Refused):
    """Nothing can be sent there."""


class NotFailed(Refused):
    """Only a mail that failed can be tried again by hand."""


@dataclass
class Delivered:
    """What one round of the postman came to."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    uncertain: int = 0


@transaction.atomic
def queue_mail(
    *,
    purpose: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    headers: dict[str, str] | None = None,
    attachments: Iterable[tuple[str, str, bytes]] = (),
    once: str | None = None,
) -> OutboxMail:
    """Leave one mail for the worker; the same `once` never makes a second one.

    `attachments` are (name, content type, bytes). Raises NotAnAddress.
    """
    headers = headers or {}
    if unknown := set(headers) - ALLOWED_HEADERS:
        raise ValueError(f"Not a header of a single mail: {', '.join(sorted(unknown))}")
    _check_address(to)
    said = {"purpose": purpose, "to": to, "subject": subject[:250], "text": text, "html": html, "headers": headers}
    if once is None:
        mail, created = OutboxMail.objects.create(**said), True
    else:
        mail, created = OutboxMail.objects.get_or_create(once=once, defaults=said)
    if created:
        OutboxAttachment.objects.bulk_create(
            OutboxAttachment(mail=mail, name=name, content_type=kind, content=content)
            for name, kind, content in attachments
        )
        ring("crm.tasks.send_outbox")
    return mail


def deliver_due_mails(*, limit: int = 500) -> Delivered:
    """Hand every mail that is due to the mail server, one committed intent at a time."""
    round_ = Round(current_transport(), limit)
    if OutboxMail.objects.due().exists():
        round_.run()
    return round_.delivered


class Round:
    """One turn of the postman: mails are taken as the transport asks for them, and answered for one by one."""

    def __init__(self, transport: Transport, limit: int) -> None:
        self.transport = transport
        self.limit = limit
        self.delivered = Delivered()
        self.taken: dict[int, OutboxMail] = {}
        self.begun: set[int] = set()

    def run(self) -> None:
        """Send what is due; without a mail server everything waits, and no try is counted."""
        try:
            self.transport.open()
            for message, outcome in self.transport.send(self._messages()):
                self._record(message.delivery_id, outcome)
        except (TransportDown, TransportRefuses) as why:
            log.warning("Single mails wait: %s", why)
            self._leave()
            self.delivered.put_off += _wait_for_the_server(str(why))
        finally:
            self._leave()

    def _messages(self) -> Iterator[Message]:
        for _turn in range(self.limit):
            mail = _claim()
            if mail is None:
                return
            self.taken[mail.pk] = mail
            try:
                message = self._write(mail)
            except ValueError as error:
                self._record(mail.pk, Outcome(Verdict.FAILED, f"{type(error).__name__}: {error}"))
                continue
            yield message

    def _write(self, mail: OutboxMail) -> Message:
        def leaving() -> bool:
            self.begun.add(mail.pk)
            return True

        return compose(mail, letters=getattr(self.transport, "letters", False), leaving=leaving)

    def _leave(self) -> None:
        """Answer for those the transport said nothing about: only what had begun to leave is uncertain."""
        for pk in list(self.taken):
            begun = pk in self.begun
            self._record(pk, Outcome(Verdict.UNCERTAIN, "no answer") if begun else Outcome(Verdict.UNSENT))

    def _record(self, pk: int, outcome: Outcome) -> None:
        """Write down what became of the try, unless the lease ran out and another worker took over."""
        mail = self.taken.pop(pk)
        columns = settle(mail, outcome, timezone.now())
        with transaction.atomic():
            ours = OutboxMail.objects.filter(pk=pk, state=OutboxMail.State.SENDING, attempts=mail.attempts)
            if ours.update(**columns) and columns["state"] == OutboxMail.State.BOUNCED:
                transaction.on_commit(lambda: mail_came_back.send(OutboxMail, mail_id=pk))
            if outcome.verdict is not Verdict.UNSENT:
                transaction.on_commit(lambda: mail_left.send(OutboxMail, mail_id=pk), robust=True)
        self._count(columns["state"])

    def _count(self, state: object) -> None:
        if state == OutboxMail.State.SENT:
            self.delivered.sent += 1
        elif state == OutboxMail.State.QUEUED:
            self.delivered.put_off += 1
        elif state == OutboxMail.State.UNCERTAIN:
            self.delivered.uncertain += 1
        else:
            self.delivered.failed += 1


@transaction.atomic
def retry_mail(mail: OutboxMail, *, by: User) -> None:
    """Try a failed mail again from the start; raises NotFailed."""
    again = OutboxMail.objects.filter(pk=mail.pk, state=OutboxMail.State.FAILED)
    if not again.update(state=OutboxMail.State.QUEUED, attempts=0, next_attempt_at=None, last_error=""):
        raise NotFailed(gettext("This mail has not failed, so there is nothing to try again."))
    ring("crm.tasks.send_outbox")


@transaction.atomic
def _claim() -> OutboxMail | None:
    """Take the mail that waits longest and commit the intent to send it."""
    mail = OutboxMail.objects.due().select_for_update(skip_locked=True).order_by("created_at").first()
    if mail is None:
        return None
    if mail.attempts >= patience().tries:  # as often as it was tried, its worker did not live to tell
        OutboxMail.objects.filter(pk=mail.pk).update(
            state=OutboxMail.State.FAILED, lease_until=None, last_error="no answer"
        )
        return _claim()
    mail.state = OutboxMail.State.SENDING
    mail.attempts += 1
    mail.lease_until = timezone.now() + timedelta(seconds=OutboxMail.LEASE)
    mail.save(update_fields=["state", "attempts", "lease_until"])
    return mail


def _wait_for_the_server(why: str) -> int:
    """There is no mail server: what is due waits a moment, and says for what."""
    waiting = OutboxMail.objects.due().filter(state=OutboxMail.State.QUEUED)
    soon = timezone.now() + timedelta(seconds=patience().connection_retry)
    return waiting.update(next_attempt_at=soon, last_error=why)


@transaction.atomic
def note_came_back(mail_id: int, answer: str) -> bool:
    """A mail that was sent came back because nobody has the address; False when that is known, or no such mail."""
    known = OutboxMail.objects.filter(pk=mail_id).exclude(state=OutboxMail.State.BOUNCED)
    if not known.update(state=OutboxMail.State.BOUNCED, last_error=answer, next_attempt_at=None, lease_until=None):
        return False
    transaction.on_commit(lambda: mail_came_back.send(OutboxMail, mail_id=mail_id))
    return True


@transaction.atomic
def note_single(mail_id: int, kind: str, *, at: datetime, reply: str = "") -> str:
    """Take in what is heard of a single mail after it left, from a provider or a report; the row only moves forward.

    `kind` is one of `campaigns.actions.news.Kind`. Answers with the address the mail went to, for whoever keeps the
    book; empty when there is no such mail (any more).
    """
    address = OutboxMail.objects.filter(pk=mail_id).values_list("to", flat=True).first()
    if address is None:
        return ""
    reply = reply.replace("\x00", "")[:300]
    if kind == "bounced":
        note_came_back(mail_id, reply)
    elif kind == "failed":
        taken = OutboxMail.objects.filter(pk=mail_id, state__in=(OutboxMail.State.SENT, OutboxMail.State.UNCERTAIN))
        taken.update(state=OutboxMail.State.FAILED, last_error=reply, next_attempt_at=None, lease_until=None)
    else:  # whoever puts it off, reads it or complains about it has taken it before
        doubted = OutboxMail.objects.filter(pk=mail_id, state=OutboxMail.State.UNCERTAIN)
        doubted.update(state=OutboxMail.State.SENT, sent_at=at, last_error="", next_attempt_at=None, lease_until=None)
    return address


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise NotAnAddress(gettext("This is not an e-mail address we can write to.")) from error
