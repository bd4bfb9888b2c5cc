"""One request to a provider: the mail for anymail, and what anymail has no word for."""

import uuid
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from anymail.backends.base import BasePayload
from anymail.exceptions import AnymailNotSupportedWarning
from anymail.message import AnymailMessage
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from crm.letters import Letter
from crm.patience import patience
from crm.provider.filling import Texts, form, whole
from crm.provider.known import PROVIDERS, Batch, Provider

SES_ASKS_ONCE = {"retries": {"total_max_attempts": 1}}
"""boto3 would post again by itself what may have arrived."""


class Addressed(NamedTuple):
    """A letter and where it goes."""

    recipient: str
    letter: Letter


class _WithRequestHeaders:
    """For a backend of anymail: headers of the request itself, which a mail cannot ask for otherwise."""

    def build_message_payload(self, message: AnymailMessage, defaults: dict) -> BasePayload:
        """Anymail's payload, and `message.request_headers` beside its own."""
        payload = super().build_message_payload(message, defaults)  # type: ignore[misc]
        if asked := getattr(message, "request_headers", None):
            payload.headers = {**(payload.headers or {}), **asked}
        return payload


def make_backend(name: str) -> BaseEmailBackend:
    """Anymail's backend for a provider, patient as we are; raises AnymailConfigurationError."""
    theirs = import_string(f"anymail.backends.{name}.EmailBackend")
    ours = type("EmailBackend", (_WithRequestHeaders, theirs), {})
    connect, read = patience().connect_timeout, patience().final_timeout - patience().connect_timeout
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        return ours(timeout=(connect, max(read, 0.1)), **(_for_ses(connect, read) if name == "amazon_ses" else {}))


def _for_ses(connect: float, read: float) -> dict[str, Any]:
    asked = dict(getattr(settings, "ANYMAIL", {}).get("AMAZON_SES_CLIENT_PARAMS") or {})
    config = {"connect_timeout": connect, "read_timeout": read, **SES_ASKS_ONCE, **asked.pop("config", {})}
    return {"client_params": {**asked, "config": config}}


@cache
def carries(name: str, what: str) -> bool:
    """Whether anymail can tell this provider `what` ("metadata", "tags", "track_opens")."""
    module = import_module(f"anymail.backends.{name}")
    payloads = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, BasePayload)]
    return any(
        getattr(one, f"set_{what}") is not getattr(BasePayload, f"set_{what}")
        for one in payloads
        if one.__module__ == module.__name__
    )


def compose(name: str, parcel: Sequence[Addressed]) -> AnymailMessage:
    """The mail for one request: several letters of one stencil, or a single one without any placeholder."""
    provider = PROVIDERS[name]
    if provider.batch and len(parcel) > 1:
        return _batch(name, provider, provider.batch, parcel)
    recipient, letter = parcel[0]
    message = _mail(name, whole(provider, letter), letter, [recipient], {**letter.stencil.headers, **letter.headers})
    if carries(name, "metadata"):
        message.metadata = dict(letter.marks)
    elif carries(name, "tags"):
        message.tags = ["-".join(mark) for mark in list(letter.marks.items())[:1]]
    if provider.key and provider.key.in_mail:
        message.extra_headers[provider.key.header] = str(uuid.uuid5(uuid.NAMESPACE_URL, letter.key))
    elif provider.key:
        message.request_headers = {provider.key.header: letter.key}
    return message


def _batch(name: str, provider: Provider, batch: Batch, parcel: Sequence[Addressed]) -> AnymailMessage:
    stencil = parcel[0].letter.stencil
    made = form(provider, batch, stencil)
    message = _mail(name, made.texts, parcel[0].letter, [one.recipient for one in parcel], stencil.headers)
    message.merge_data = {one.recipient: made.values(provider, one.letter) for one in parcel}
    message.merge_headers = {one.recipient: dict(one.letter.headers) for one in parcel}
    message.merge_metadata = {one.recipient: dict(one.letter.marks) for one in parcel}
    return message


def _mail(
    name: str, texts: Texts, letter: Letter, recipients: Sequence[str], headers: Mapping[str, str]
) -> AnymailMessage:
    stencil, provider = letter.stencil, PROVIDERS[name]
    message = AnymailMessage(
        subject=texts.subject,
        body=texts.text,
        from_email=stencil.sender,
        to=list(recipients),
        reply_to=[stencil.reply_to] if stencil.reply_to else None,
        headers=dict(headers),
        esp_extra=dict(provider.extra) | dict(provider.batch.extra if provider.batch and len(recipients) > 1 else ()),
    )
    if texts.html:
        message.attach_alternative(texts.html, "text/html")
    for file in stencil.attachments:
        message.attach(*file)
    if not settings.EMAIL_TRACKING:
        for what in ("track_opens", "track_clicks"):
            if carries(name, what):
                setattr(message, what, False)
    return message
