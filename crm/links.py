"""Signed links that need no sign-in: opaque, one salt per purpose, with an expiry that fits it.

`sign("confirm-join", [12])` gives a token, `read("confirm-join", token, max_age=timedelta(days=7))`
gives `[12]` back. Only ids go into a payload, never a name or an address.
"""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
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


def _signer(purpose: str) -> TimestampSigner:
    return TimestampSigner(salt=f"alliance.link.{purpose}", sep=".")


def sign(purpose: str, payload: list) -> str:
    """A token for a URL that holds `payload` and is good for `purpose` only."""
    return _signer(purpose).sign_object(payload)


def read(purpose: str, token: str, max_age: timedelta | None = None) -> list:
    """The payload of `token`; raises BadLink, or ExpiredLink when it is older than `max_age`."""
    try:
        return _signer(purpose).unsign_object(token, max_age=max_age)
    except SignatureExpired as error:
        raise ExpiredLink from error
    except (BadSignature, ValueError) as error:
        raise BadLink from error


def public_url(path: str) -> str:
    """`path` as an absolute address that works in a mail."""
    return f"{settings.PUBLIC_URL}{path}"
