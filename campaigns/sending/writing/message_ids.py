"""Message-IDs of newsletters, read again: whatever quotes one says which message it is about (`Edition.message_id`)."""

import hmac
import re
from typing import NamedTuple

from django.conf import settings

from crm.keyed import keyed

_OURS = re.compile(r"\b([0-9]{1,18})\.([0-9]{1,18})\.([0-9a-f]{16})@")


class Known(NamedTuple):
    """The message a Message-ID was given to."""

    campaign: int
    delivery: int


def read_message_id(said: str) -> Known | None:
    """The message that `said` is the Message-ID of; None when we never gave that one."""
    found = _OURS.search(said)
    if not found:
        return None
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    known = f"{found[1]}.{found[2]}"
    if not any(hmac.compare_digest(mac_of(known, key), found[3]) for key in keys):
        return None
    return Known(int(found[1]), int(found[2]))


def mac_of(known: str, key: str) -> str:
    """What nobody else could make up about `known`, which is campaign and delivery with a dot between them."""
    return keyed(key.encode(), f"message-id:{known}".encode()).hex()[:16]
