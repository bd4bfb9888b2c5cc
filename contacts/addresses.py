"""How addresses and numbers are written so that two spellings of one compare equal."""

import hashlib
import hmac

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
    return hmac.new(settings.FINGERPRINT_KEY.encode(), normalized_email.encode(), hashlib.sha256).hexdigest()[:32]
