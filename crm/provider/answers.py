"""What a provider's answer means: a status, a reply in its own form, or a line that broke.

| what came | what it means | told as |
|---|---|---|
| no connection, no such host | nothing left | DOWN |
| silence or a broken line afterwards, 408, 502, 504, 520, 524 | it may have it | UNKNOWN |
| 429 | asked to go slower, nothing taken | SLOWER |
| a used-up allowance, 401, 402, 403, 404, a bad certificate | only a person can help | REFUSES |
| 500 | it had trouble with this request | TROUBLE |
| 503, 521, 522, 523, 525, 526 | it does not work at the moment | DOWN |
| any other 4xx, or a refusal inside a 200 | it does not want this request | REFUSED |
"""

import re
import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailRecipientStatus
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from crm.provider.known import Key
from crm.transport import Outcome, Verdict

REFUSED_ALONE = {
    "invalid": (Verdict.BOUNCED, "provider_invalid"),
    "rejected": (Verdict.FAILED, "provider_rejected"),
    "failed": (Verdict.FAILED, "provider_failed"),
}
"""What a provider says of one recipient of a request that it takes otherwise."""


class Kind(Enum):
    """What a request came to."""

    TAKEN = auto()
    HAD_IT = auto()
    DOWN = auto()
    SLOWER = auto()
    TROUBLE = auto()
    REFUSED = auto()
    REFUSES = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to, in the provider's words; `wait` is what it asked for, in seconds."""

    kind: Kind
    words: str = ""
    wait: float = 0
    recipients: dict[str, AnymailRecipientStatus] = field(default_factory=dict)


NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, ProxyError)
NOT_NOW = {503, 521, 522, 523, 525, 526}
NOBODY_KNOWS = {408, 502, 504, 520, 524}
ASK_A_PERSON = {401, 402, 403, 404, 405}
SLOWER = {420, 425, 429}
IN_WORK, USED_OTHERWISE = "concurrent_idempotent_requests", "invalid_idempotent_request"
ALLOWANCE = re.compile(r"quota|daily limit|monthly limit|credits|insufficient|limit exceeded for", re.IGNORECASE)
WRONG_SETTINGS = re.compile(
    r"Magnificent API|InvalidServerAPIKey|AccessDenied|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|"
    r"ExpiredToken|SendingPaused|AccountSuspended|NotVerified|NoCredentials|Unable to locate credentials"
)
THROTTLED = re.compile(r"Throttl|TooManyRequests")


def read_taken(recipients: dict[str, AnymailRecipientStatus]) -> Answer:
    """The provider took the request and says what it does with each recipient."""
    return Answer(Kind.TAKEN, recipients=recipients)


def read_error(error: Exception, key: Key | None) -> Answer:
    """What an error of anymail's means for the request; anything else is an error of ours and raised again."""
    if isinstance(error, AnymailRecipientsRefused):
        return read_taken(error.email_message.anymail_status.recipients)
    if isinstance(error, requests.RequestException) and getattr(error, "response", None) is None:
        return _broken(error)
    if isinstance(error, AnymailAPIError):
        return _answered(error, key)
    if isinstance(error, (AnymailError, ValueError)):
        return Answer(Kind.REFUSED, "unwritable")
    raise error


def _broken(error: requests.RequestException) -> Answer:
    """A line that broke: whether anything had left is in what broke it."""
    causes = list(_causes(error))
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes):
        return Answer(Kind.REFUSES, "the provider's certificate does not prove who it is")
    handshake = any(isinstance(one, ssl.SSLError) and not isinstance(one, ssl.SSLEOFError) for one in causes)
    if handshake or any(isinstance(one, NEVER_LEFT) for one in causes):
        return Answer(Kind.DOWN, f"no connection to the provider ({type(causes[-1]).__name__})")
    return Answer(Kind.UNKNOWN, f"no answer from the provider ({type(causes[-1]).__name__})")


def _causes(error: BaseException) -> list[BaseException]:
    """The error and everything it wraps, whichever way round."""
    seen: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return seen


def _answered(error: AnymailAPIError, key: Key | None) -> Answer:
    status, said, wait = _said(error)
    words = f"{status or ''} {' '.join(said.split())}".strip()[:300]
    if key and key.had_it in said:
        return Answer(Kind.HAD_IT, words)
    if IN_WORK in said or USED_OTHERWISE in said:
        return Answer(Kind.UNKNOWN, words)
    if WRONG_SETTINGS.search(said) or WRONG_SETTINGS.search(str(error)):
        return Answer(Kind.REFUSES, words)
    if THROTTLED.search(said) or status in SLOWER:
        return Answer(Kind.REFUSES if ALLOWANCE.search(said) else Kind.SLOWER, words, wait)
    return Answer(_kind(status, said), words or type(error).__name__, wait)


def _kind(status: int | None, said: str) -> Kind:
    """What a status means where nothing else was said."""
    if status is None:
        return Kind.UNKNOWN
    if status in ASK_A_PERSON:
        return Kind.REFUSES
    if status in NOT_NOW:
        return Kind.DOWN
    if status in NOBODY_KNOWS:
        return Kind.UNKNOWN
    if status >= 500:
        return Kind.TROUBLE
    if status >= 400 or '"error"' in said or '"errors"' in said or '"parameter-error"' in said:
        return Kind.REFUSED
    return Kind.UNKNOWN


def _said(error: AnymailAPIError) -> tuple[int | None, str, float]:
    """Status, words and wished-for wait of an answer, whether it came over HTTP or through boto3."""
    response: Any = error.response
    if isinstance(response, dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status, f"{response.get('Error', {}).get('Code', '')} {response.get('Error', {}).get('Message', '')}", 0
    if response is None:
        return _never_answered(error)
    return response.status_code, response.text[:2000], _seconds(response.headers.get("Retry-After", ""))


def _never_answered(error: AnymailAPIError) -> tuple[int | None, str, float]:
    """boto3 says by the name of its error what broke."""
    cause = type(error.__cause__).__name__
    return (503 if cause.startswith(("EndpointConnection", "ConnectTimeout")) else None), cause, 0


def _seconds(retry_after: str) -> float:
    """`Retry-After` in seconds: it is a number or a date."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def outcome_of(status: AnymailRecipientStatus | None, source: str) -> Outcome:
    """What the provider `source` does with one recipient of a request it took."""
    said = status.status if status else None
    known_as = str(status.message_id or "")[:200] if status else ""
    if said in ("sent", "queued"):
        return Outcome(Verdict.ACCEPTED, provider_id=known_as)
    verdict, why = REFUSED_ALONE.get(said or "", (Verdict.UNCERTAIN, "provider_unclear"))
    return Outcome(verdict, why, known_as, source=source)
