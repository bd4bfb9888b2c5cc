"""Single mails: written into rows by verbs, delivered by the worker or `manage.py pump`.

    queue_mail ──▶ queued ──▶ sending ──▶ sent
                     ▲           │
                     └─ 4xx ─────┤  later, twice as long each time
                                 └─ 5xx ──▶ failed ── retry_mail ──▶ queued

The intent is committed before the wire. A worker that dies in between leaves a `sending` row whose
lease runs out; it is tried again under the same Message-ID, so the worst case is one doubled mail.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from crm.bell import ring
from crm.errors import Refused
from crm.models import OutboxAttachment, OutboxMail, User
from crm.postman import Trouble, hand_over

LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MAX_ATTEMPTS = 12
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
    round_ = Delivered()
    connection = get_connection()
    try:
        for _turn in range(limit):
            mail = _claim()
            if mail is None:
                break
            _record(mail, hand_over(mail, connection), round_)
    finally:
        connection.close()
    return round_


@transaction.atomic
def retry_mail(mail: OutboxMail, *, by: User) -> None:
    """Try a failed mail again from the start; raises NotFailed."""
    again = OutboxMail.objects.filter(pk=mail.pk, state=OutboxMail.State.FAILED)
    if not again.update(state=OutboxMail.State.QUEUED, attempts=0, next_attempt_at=None, last_error=""):
        raise NotFailed(gettext("This mail has not failed, so there is nothing to try again."))
    ring("crm.tasks.send_outbox")


def pause_after(attempts: int) -> timedelta:
    """How long to wait after the given number of tries: doubling, with a jitter of a quarter."""
    doublings = min(max(attempts - 1, 0), MAX_ATTEMPTS)
    pause = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311 - a jitter, not a secret


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise NotAnAddress(gettext("This is not an e-mail address we can write to.")) from error


@transaction.atomic
def _claim() -> OutboxMail | None:
    """Take the mail that waits longest and commit the intent to send it."""
    mail = OutboxMail.objects.due().select_for_update(skip_locked=True).order_by("created_at").first()
    if mail is None:
        return None
    mail.state = OutboxMail.State.SENDING
    mail.attempts += 1
    mail.lease_until = timezone.now() + LEASE
    mail.save(update_fields=["state", "attempts", "lease_until"])
    return mail


def _record(mail: OutboxMail, trouble: Trouble | None, round_: Delivered) -> None:
    """Write down what became of the try, unless the lease ran out and another worker took over."""
    now = timezone.now()
    outcome: dict[str, object] = {"lease_until": None, "last_error": trouble.answer if trouble else ""}
    if trouble is None:
        outcome |= {"state": OutboxMail.State.SENT, "sent_at": now, "next_attempt_at": None}
        round_.sent += 1
    elif trouble.passing and mail.attempts < MAX_ATTEMPTS:
        outcome |= {"state": OutboxMail.State.QUEUED, "next_attempt_at": now + pause_after(mail.attempts)}
        round_.put_off += 1
    else:
        outcome |= {"state": OutboxMail.State.FAILED, "next_attempt_at": None}
        round_.failed += 1
    ours = OutboxMail.objects.filter(pk=mail.pk, state=OutboxMail.State.SENDING, attempts=mail.attempts)
    ours.update(**outcome)
