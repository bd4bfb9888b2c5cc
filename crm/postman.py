"""Single mails on the way out: written as a transport wants them, and what its answer makes of the row.

Newsletters and single mails travel by the same transport (`crm/transport.py`), their answers are read by the same rules
(`crm/replies.py`) and they wait by the same clock (`crm/patience.py`).
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import formataddr

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives

from crm.letters import Attachment, Letter, Stencil
from crm.models import Organisation, OutboxMail
from crm.patience import patience
from crm.replies import wait_before_try
from crm.returns import SINGLE, return_address
from crm.transport import Message, Outcome, Verdict

State = OutboxMail.State
_MESSAGE_ID = re.compile(r"\bsingle\.([0-9]{1,18})\.([0-9a-f]{20})@")


def compose(mail: OutboxMail, *, letters: bool, leaving: Callable[[], bool]) -> Message:
    """One try at a mail, as a letter or as ready bytes; raises ValueError when it cannot be written at all."""
    not_after = time.monotonic() + OutboxMail.LEASE - patience().final_timeout
    sender = return_address(SINGLE, mail.pk) or _on_the_wire(Organisation.load().sender_email)
    data = b"" if letters else as_email(mail).message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    letter = as_letter(mail) if letters else None
    return Message(mail.pk, sender, _on_the_wire(mail.to), data, not_after, leaving=leaving, letter=letter)


def as_email(mail: OutboxMail) -> EmailMultiAlternatives:
    """The mail for a mail server; every attempt carries the same Message-ID."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=_from(),
        to=[mail.to],
        headers={**_headers(mail), "Reply-To": _reply_to(mail)} if _reply_to(mail) else _headers(mail),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for attachment in mail.attachments.all():
        message.attach(attachment.name, bytes(attachment.content), attachment.content_type)
    return message


def as_letter(mail: OutboxMail) -> Letter:
    """The mail for a provider, who learns by its marks which one it is about."""
    said = {"Subject": mail.subject, **_headers(mail)}
    if any("\n" in value or "\r" in value for value in said.values()):
        raise BadHeaderError("Header values can't contain newlines.")
    stencil = Stencil(
        sender=_from(),
        reply_to=_reply_to(mail),
        headers=_headers(mail),
        subject=[mail.subject],
        text=[mail.text],
        html=[mail.html] if mail.html else [],
        attachments=[Attachment(one.name, bytes(one.content), one.content_type) for one in mail.attachments.all()],
    )
    marks = {"mail": str(mail.pk), "purpose": mail.purpose}
    return Letter(stencil, {}, {}, marks, message_id(mail).strip("<>"))


def message_id(mail: OutboxMail) -> str:
    """Known again by mailboxes that receive a mail twice, and by us when a report quotes it."""
    domain = Organisation.load().sender_email.rpartition("@")[2]
    return f"<single.{mail.pk}.{_digest(settings.SECRET_KEY, mail.pk)}@{domain}>"


def read_message_id(said: str) -> int | None:
    """The number of the single mail that `said` is the Message-ID of; None when we never gave that one."""
    found = _MESSAGE_ID.search(said)
    if not found:
        return None
    number = int(found[1])
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return number if any(hmac.compare_digest(_digest(key, number), found[2]) for key in keys) else None


def _digest(key: str, number: int) -> str:
    return hashlib.sha256(f"{key}:{number}".encode()).hexdigest()[:20]


def _from() -> str:
    organisation = Organisation.load()
    return formataddr((" ".join(organisation.sender_name.split()), organisation.sender_email))


def _reply_to(mail: OutboxMail) -> str:
    return mail.headers.get("Reply-To") or Organisation.load().reply_to


def _headers(mail: OutboxMail) -> dict[str, str]:
    own = {name: value for name, value in mail.headers.items() if name != "Reply-To"}
    return {"Auto-Submitted": "auto-generated", **own, "Message-ID": message_id(mail)}


def _on_the_wire(address: str) -> str:
    """The address with its domain in ASCII letters, as mail servers know it; UnicodeError is a ValueError."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


# ── What an answer makes of the row ──────────────────────────────────────────
def settle(mail: OutboxMail, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The columns of the row from now on: the state machine of a single mail in one place."""
    verdict = outcome.verdict
    said: dict[str, object] = {"lease_until": None, "next_attempt_at": None, "last_error": outcome.reply}
    if verdict is Verdict.ACCEPTED:
        return said | {"state": State.SENT, "sent_at": now, "last_error": "", "provider_id": outcome.provider_id[:200]}
    if verdict is Verdict.UNSENT:  # it was not the mail's turn: that costs no try
        soon = now + timedelta(seconds=patience().connection_retry)
        return said | {"state": State.QUEUED, "attempts": mail.attempts - 1, "next_attempt_at": soon}
    if verdict is Verdict.BOUNCED:
        return said | {"state": State.BOUNCED}
    if verdict is Verdict.DEFERRED and mail.attempts < patience().tries:
        return said | {"state": State.QUEUED, "next_attempt_at": now + wait_before_try(mail.attempts)}
    if verdict is Verdict.UNCERTAIN and mail.attempts < patience().tries:
        quiet = timedelta(seconds=patience().quiet)
        return said | {"state": State.UNCERTAIN, "next_attempt_at": now + quiet}
    return said | {"state": State.FAILED}
