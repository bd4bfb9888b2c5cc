"""Signed links that need no sign-in: opaque, one salt per purpose, with an expiry that fits it.

`sign("confirm-join", [12])` gives a token, `read("confirm-join", token, max_age=timedelta(days=7))`
gives `[12]` back. Only ids go into a payload, never a name or an address. A link that a page hands on
for an older one takes its age over (`made_at`), so that nothing is renewed by looking at it.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner, b62_decode, b62_encode, b64_encode
from django.utils.translation import gettext

from crm.errors import Refused


class BadLink(Refused):
    """The link was not made by us for this purpose, or somebody changed it."""

    def __init__(self) -> None:
        super().__init__(gettext("This link is not complete. Please open it again from the mail it came in."))


class ExpiredLink(BadLink):
    """The link was ours and is too old now."""

    def __init__(self) -> None:
        Refused.__init__(self, gettext("This link is too old. Please ask for a new one."))


class Opened(NamedTuple):
    """What a token holds, and when it was made."""

    payload: list
    made_at: datetime


class _Signer(TimestampSigner):
    """Django's signer with its key derived once, because a newsletter signs three links for each of its readers."""

    made_at: datetime | None = None

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        """The same as Django's, letter by letter."""
        said = value.encode() if isinstance(value, str) else value
        return b64_encode(hmac.digest(_derived(self.salt, key or self.key), said, "sha256")).decode()

    def timestamp(self) -> str:
        """Now, or the time that the token takes over."""
        return b62_encode(int(self.made_at.timestamp())) if self.made_at else super().timestamp()


@lru_cache(maxsize=64)
def _derived(salt: str, key: str | bytes) -> bytes:
    secret = key.encode() if isinstance(key, str) else key
    return hashlib.sha256(f"{salt}signer".encode() + secret).digest()


def _signer(purpose: str) -> _Signer:
    return _Signer(salt=f"alliance.link.{purpose}", sep=".")


def sign(purpose: str, payload: list, *, made_at: datetime | None = None) -> str:
    """A token for a URL that holds `payload` and is good for `purpose` only; `made_at` dates it back."""
    signer = _signer(purpose)
    signer.made_at = made_at
    return signer.sign_object(payload)


def opened(purpose: str, token: str, max_age: timedelta | None = None) -> Opened:
    """What `token` holds and its age; raises BadLink, or ExpiredLink when it is older than `max_age`."""
    try:
        payload = _signer(purpose).unsign_object(token, max_age=max_age)
    except SignatureExpired as error:
        raise ExpiredLink from error
    except (BadSignature, ValueError) as error:
        raise BadLink from error
    return Opened(payload, datetime.fromtimestamp(b62_decode(token.split(".")[1]), tz=UTC))


def read(purpose: str, token: str, max_age: timedelta | None = None) -> list:
    """The payload of `token`; raises BadLink, or ExpiredLink when it is older than `max_age`."""
    return opened(purpose, token, max_age).payload


def public_url(path: str) -> str:
    """`path` as an absolute address that works in a mail."""
    return f"{settings.PUBLIC_URL}{path}"
