"""Whose news these are: anymail's readers check signatures and passwords, here stands what they leave open.

A signature of Mailgun covers a moment and a token, not the words: so it is good for a day and for one event only. One
of SendGrid covers its moment: it is good for as long as SendGrid repeats itself. Svix (Resend) asks that by itself; the
others sign the words alone, or show a password over TLS, and what they say twice is dropped by the inbox.
"""

import copy
import hashlib
import json
import logging
import time
import uuid
import warnings
from functools import lru_cache
from typing import NamedTuple

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest
from django.utils.module_loading import import_string

from campaigns.webhooks import sns
from campaigns.webhooks.dialects import DIALECTS
from crm.provider.known import PROVIDERS, missing_proof, proves_by_itself

log = logging.getLogger(__name__)

DAY = 26 * 3600
"""How long a signature is good: providers repeat for a day what was not answered."""
AHEAD = 600
"""How far a provider's clock may go before ours."""


class NotTheirs(Exception):
    """Nothing shows that this comes from the provider; `status` is how that is answered."""

    status = 403


class ShowPassword(NotTheirs):
    """Nobody tried to show anything yet; Amazon does so only when it is asked."""

    status = 401


class Proven(NamedTuple):
    """Anymail's reader for what the provider says, and the token of a signature that is good for one event only."""

    reader: AnymailBaseWebhookView
    token: uuid.UUID | None


def prove(provider: str, request: HttpRequest) -> Proven:
    """Let in what is the provider's own; raises NotTheirs."""
    if missing := missing_proof(provider, settings.ANYMAIL):
        log.error("News of %s are refused, for nobody can tell whose they are: %s is not set", provider, missing)
        raise NotTheirs
    try:
        reader = reader_of(provider)
        if reader.basic_auth and "Authorization" not in request.headers:
            raise ShowPassword
        reader.run_validators(request)
        signed_at, token = _signature(provider, request)
    except (NotTheirs, AnymailConfigurationError):
        raise
    except AnymailWebhookValidationFailure as why:
        raise NotTheirs from why
    except Exception as why:  # whatever strangers send in: before it is proven, nothing of it is looked at
        raise NotTheirs from why
    if signed_at is not None and not -AHEAD < time.time() - signed_at < DAY:
        raise NotTheirs
    if provider == "amazon_ses" and not sns.is_ours(request):
        raise NotTheirs
    return Proven(reader, token)


def _signature(provider: str, request: HttpRequest) -> tuple[float | None, uuid.UUID | None]:
    """When it was signed, where the signature says so, and the token of one that does not cover the words."""
    if provider == "sendgrid" and "X-Twilio-Email-Event-Webhook-Timestamp" in request.headers:
        return float(request.headers["X-Twilio-Email-Event-Webhook-Timestamp"]), None
    if provider != "mailgun":
        return None, None
    said = json.loads(request.body)["signature"] if request.content_type == "application/json" else request.POST
    return float(said["timestamp"]), token_of(str(said["token"]))


def token_of(text: str) -> uuid.UUID:
    """A token as the inbox keeps it."""
    return uuid.UUID(bytes=hashlib.blake2b(text.encode(), digest_size=16).digest())


def reader_of(provider: str) -> AnymailBaseWebhookView:
    """Anymail's reader for a provider, good for one request; raises AnymailConfigurationError without its keys."""
    return copy.copy(_made(provider))


@lru_cache(maxsize=len(PROVIDERS))
def _made(provider: str) -> AnymailBaseWebhookView:
    """Anymail's reader with the keys of the settings; it asks no password of those who sign, for one is another's."""
    reader = import_string(f"anymail.webhooks.{provider}.{DIALECTS[provider].reader}")
    more = {"auto_confirm_sns_subscriptions": False} if provider == "amazon_ses" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing password, which we ask for ourselves, and of old age
        made = reader(**more)
    if proves_by_itself(provider, settings.ANYMAIL):
        made.basic_auth = []
    return made


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == "ANYMAIL":
        _made.cache_clear()


setting_changed.connect(_forget, dispatch_uid="campaigns.webhooks.proof")
