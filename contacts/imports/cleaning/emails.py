"""E-mail addresses as people write them into spreadsheets."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from contacts.addresses import normalize_email
from contacts.imports.cleaning.texts import unguarded

ORDINARY = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
"""What nearly every address looks like; the rest is asked of email-validator, which is slower."""
LONGEST = 254
"""Letters of an address (RFC 5321)."""
NOTHING = frozenset(
    ("", "-", "--", "n/a", "na", "none", "no", "null", "nan", "unknown", "no email", "no e-mail", "sin correo", ".")
)
IN_BRACKETS = re.compile(r"<([^<>]+@[^<>]+)>")
BETWEEN = re.compile(r"[\s;,|]+")


def ordinary_email(cell: str) -> str:
    """The address of a cell that holds nothing but an ordinary one, normalised; empty for any other cell."""
    text = normalize_email(unguarded(cell) if cell[:1] == "'" else cell)
    return text if ORDINARY.fullmatch(text) and len(text) <= LONGEST and text.index("@") <= 64 else ""


def split_emails(cell: str) -> list[str]:
    """The addresses of a cell, normalised and each once; words that stand for nothing give none.

    `Ann Lee <ann@example.org>; mailto:bob@example.org` gives both addresses. What cannot be an
    address is returned as it is: `is_email` tells.
    """
    text = normalize_email(unguarded(cell.strip()))
    if text in NOTHING:
        return []
    if ORDINARY.fullmatch(text):
        return [text]
    bracketed = IN_BRACKETS.findall(text)
    parts = bracketed or (BETWEEN.split(text) if text.count("@") > 1 else [text])
    tidied = [part.strip().removeprefix("mailto:").strip("<>()[]'\".;,:") for part in parts]
    return list(dict.fromkeys(part for part in tidied if part not in NOTHING))


def is_email(address: str) -> bool:
    """Whether mail could be sent to a normalised address, by its form."""
    return bool(ordinary_email(address)) or (len(address) <= LONGEST and _is_unusual_email(address))


@lru_cache(maxsize=1024)
def _is_unusual_email(address: str) -> bool:
    if not address.isprintable() or " " in address:
        return False
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
