"""How often a public form may be sent from one place; counted in the cache, no cookie needed."""

import logging

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def too_often(request: HttpRequest, purpose: str, *, limit: int, seconds: int) -> bool:
    """Count one more try for `purpose` from where the request comes; True past `limit` tries in `seconds`."""
    return too_often_for(client_address(request), purpose, limit=limit, seconds=seconds)


def too_often_for(who: str, purpose: str, *, limit: int, seconds: int) -> bool:
    """Count one more try for `purpose` about `who` (kept as a keyed hash); True past `limit` tries in `seconds`.

    When the cache cannot be reached people are let in: a form that works matters more than the count.
    """
    key = f"tries:{purpose}:{_hashed(who)}"
    try:
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key) > limit
    except ValueError:  # the count ran out between the two lines: a new one starts with the next try
        return False
    except (RedisError, OSError):
        log.warning("The cache cannot be reached; tries of “%s” are not counted", purpose)
        return False


def client_address(request: HttpRequest) -> str:
    """The address of the visitor, seen through as many proxies as settings.TRUSTED_PROXIES says."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    proxies = settings.TRUSTED_PROXIES
    return hops[-proxies] if proxies and len(hops) >= proxies else request.META.get("REMOTE_ADDR", "")


def _hashed(who: str) -> str:
    return salted_hmac("crm.limits", who, algorithm="sha256").hexdigest()[:24]
