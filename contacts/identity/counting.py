"""How many pairs wait for a person, remembered for a few minutes because every page of the back office shows it."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from contacts.identity.models import DuplicateCandidate

log = logging.getLogger(__name__)
KEY, SECONDS = "identity:open-pairs", 300
MOST = 1_000
"""Counting stops here: nobody needs to know how many more."""


def count_open() -> int:
    """Pairs to be looked at, up to MOST."""
    try:
        known = cache.get(KEY)
        if known is None:
            known = _count()
            cache.set(KEY, known, SECONDS)
    except (RedisError, OSError) as error:
        log.info("The count of pairs could not be remembered: %s", type(error).__name__)
        return _count()
    return known


def forget_count() -> None:
    """The next one who asks counts anew."""
    try:
        cache.delete(KEY)
    except (RedisError, OSError) as error:
        log.info("The count of pairs could not be forgotten: %s", type(error).__name__)


def in_short(number: int) -> str:
    """The count as the menu shows it; nothing where there is nothing."""
    return f"{MOST:,}+" if number >= MOST else f"{number:,}" if number else ""


def _count() -> int:
    return DuplicateCandidate.objects.open().likely()[:MOST].values("pk").count()
