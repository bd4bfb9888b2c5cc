"""Handing one single mail to the mail server, and reading what it answers."""

import hashlib
from dataclasses import dataclass
from email.utils import formataddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from anymail.exceptions import AnymailAPIError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.encoding import force_str

from crm.models import Organisation, OutboxMail
from crm.returns import SINGLE, return_address

OUR_OWN_FAULT = (SMTPAuthenticationError, SMTPConnectError, SMTPHeloError)
"""The server will not talk to us at all: that says nothing about the mail, so it waits."""
TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class Trouble:
    """Why the mail server did not take a mail: its answer, and whether asking later may help."""

    answer: str
    passing: bool


def hand_over(mail: OutboxMail, connection: BaseEmailBackend) -> Trouble | None:
    """Send `mail` over `connection`, which stays open for the next one; None when it was taken."""
    try:
        message = compose(mail)
        if isinstance(connection, smtp.EmailBackend) and (sender := return_address(SINGLE, mail.pk)):
            # Django takes `from_email` for the envelope; a provider has return addresses of its own.
            message.extra_headers["From"], message.from_email = message.from_email, sender
        connection.open()
        connection.send_messages([message])
    except (SMTPException, OSError, AnymailAPIError, ValueError) as error:
        connection.close()
        return read_trouble(error)
    return None


def compose(mail: OutboxMail) -> EmailMultiAlternatives:
    """The message itself; every attempt carries the same Message-ID."""
    organisation = Organisation.load()
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=formataddr((" ".join(organisation.sender_name.split()), organisation.sender_email)),
        to=[mail.to],
        reply_to=[organisation.reply_to] if organisation.reply_to and "Reply-To" not in mail.headers else None,
        headers={"Auto-Submitted": "auto-generated", **mail.headers, "Message-ID": message_id(mail)},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for attachment in mail.attachments.all():
        message.attach(attachment.name, bytes(attachment.content), attachment.content_type)
    return message


def message_id(mail: OutboxMail) -> str:
    """Known again by mailboxes that receive a mail twice."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{mail.pk}".encode()).hexdigest()[:20]
    domain = Organisation.load().sender_email.rpartition("@")[2]
    return f"<single.{mail.pk}.{digest}@{domain}>"


def read_trouble(error: Exception) -> Trouble:
    """Sort an answer by its class: 4xx and silence pass, 5xx stays."""
    if isinstance(error, OUR_OWN_FAULT):
        return Trouble(_answer(error), passing=True)
    if isinstance(error, SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return Trouble(f"{code} {force_str(text, errors='replace')}", passing=code < 500)
    if isinstance(error, SMTPResponseException):
        return Trouble(_answer(error), passing=error.smtp_code < 500)
    if isinstance(error, AnymailAPIError):
        status = getattr(error, "status_code", None)
        passing = status is None or status >= 500 or status == TOO_MANY_REQUESTS
        return Trouble(f"{status or 'no answer'} {type(error).__name__}", passing=passing)
    return Trouble(f"{type(error).__name__}: {error}", passing=not isinstance(error, ValueError))


def _answer(error: SMTPResponseException) -> str:
    return f"{error.smtp_code} {force_str(error.smtp_error, errors='replace')}"
