"""Return addresses: each message has one of its own, so that whatever comes back says by itself what it is about.

    bounces@example.org  +  newsletter message 4711  →  bounces+n3mv-5e0c1f9ab27d@example.org

A short keyed hash, good for one message only, keeps anybody from making one up. Letters are lower-case, as some mail
servers write the part before the @ anew.
"""

import hashlib
import hmac
import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

NEWSLETTER, SINGLE = "n", "s"
"""Which ledger a number is of: campaigns' deliveries, or the outbox of single mails."""
PURPOSE = b"returns"
MAC = 6
"""Bytes of the keyed hash: one in 280 trillion is right by chance, and whoever guesses does so by sending us mail."""
SEPARATORS = "+-="
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LOOKED_AT = 100
"""Addresses in one text that are looked at; whoever writes more of them does not do so by chance."""
_OURS = re.compile(r"([a-z])([0-9a-z]{1,13})-([0-9a-f]{12})@", re.IGNORECASE)


class Returned(NamedTuple):
    """Which message a return address was made for."""

    ledger: str
    number: int


def return_address(ledger: str, number: int) -> str:
    """The envelope sender of one message; empty where `RETURN_PATH` names no mailbox for what comes back."""
    path = settings.RETURN_PATH
    if not path:
        return ""
    before, domain = _split(path)
    told = f"{ledger}{_in_digits(number)}"
    return f"{before}{told}-{_mac(settings.SECRET_KEY, told)}@{domain}"


def looks_like_ours(address: str) -> bool:
    """Whether somebody at least meant it to be a return address of ours."""
    return bool(_OURS.search(address))


def read_return(text: str) -> Returned | None:
    """The message of the first return address in `text` that was made by us, whatever stands around it; else None."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    for found in islice(_OURS.finditer(text.lower()), LOOKED_AT):
        told = f"{found[1]}{found[2]}"
        if any(hmac.compare_digest(_mac(key, told), found[3]) for key in keys):
            return Returned(found[1], int(found[2], 36))
    return None


def _in_digits(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"


def _mac(key: str, told: str) -> str:
    keyed = _keyed(key).copy()
    keyed.update(told.encode())
    return keyed.hexdigest()


@lru_cache(maxsize=8)
def _keyed(key: str) -> "hashlib.blake2s":
    return hashlib.blake2s(key=hashlib.sha256(key.encode()).digest(), person=PURPOSE, digest_size=MAC)


@lru_cache(maxsize=8)
def _split(path: str) -> tuple[str, str]:
    local, _at, domain = path.rpartition("@")
    return local if local.endswith(tuple(SEPARATORS)) else f"{local}+", domain


@register
def check_return_path(**_kwargs: object) -> list[CheckMessage]:
    """A return address that mail servers refuse would stop every mail."""
    path = settings.RETURN_PATH
    if not path:
        return []
    try:
        validate_email(path)
    except ValidationError:
        return [Error("RETURN_PATH is no e-mail address.", hint="Such as bounces@example.org.", id="crm.E010")]
    if not path.isascii() or len(path.rpartition("@")[0]) > 64 - len("+n0123456789abc-") - 2 * MAC:
        hint = "Use ASCII letters, at most 36 of them before the @; a domain with other letters as xn--…"
        return [Error("RETURN_PATH cannot carry the number of a message.", hint=hint, id="crm.E011")]
    return []
