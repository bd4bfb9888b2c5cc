"""How addresses and numbers are written so that two spellings of one compare equal."""

import hashlib
from functools import lru_cache

import phonenumbers
from django.conf import settings


def normalize_email(value: str) -> str:
    """The address in lower case without surrounding blanks; providers treat it so, and so does suppression."""
    return value.strip().lower()


def normalize_phone(value: str) -> str:
    """The number as +15551234567 (E.164), US when it names no country; unreadable ones keep their digits."""
    try:
        parsed = phonenumbers.parse(value, "US")
    except phonenumbers.NumberParseException:
        return "".join(filter(str.isdigit, value)) or value.strip()
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def normalize(kind: str, value: str) -> str:
    """The form of `value` that rules compare; `kind` is a ContactPoint.Kind value."""
    if kind == "email":
        return normalize_email(value)
    if kind == "phone":
        return normalize_phone(value)
    return " ".join(value.lower().split())


def fingerprint(normalized_email: str) -> str:
    """Keyed hash of an address, 32 hex digits: it can be compared after the address itself was erased."""
    keyed_inner, keyed_outer = _keyed_halves(settings.FINGERPRINT_KEY)
    inner, outer = keyed_inner.copy(), keyed_outer.copy()
    inner.update(normalized_email.encode())
    outer.update(inner.digest())
    return outer.hexdigest()[:32]


@lru_cache(maxsize=4)
def _keyed_halves(key: str) -> tuple:
    """The two hashes of HMAC-SHA256 (RFC 2104) with the key in them: imports ask a million times for one key."""
    secret = key.encode()
    padded = (hashlib.sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")
    return tuple(hashlib.sha256(bytes(byte ^ mask for byte in padded)) for mask in (0x36, 0x5C))
