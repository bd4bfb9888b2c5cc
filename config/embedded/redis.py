"""Where the Redis-protocol server is, asked late: REDIS_URL, or the embedded Valkey."""

from typing import Any

import redis
from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property

from config.embedded.keeper import Address
from config.embedded.services import valkey


class NobodyListens(ConnectionError):
    """No worker and no broker are up; work waits in its rows until one is."""


def redis_url() -> str:
    """The server's URL; the embedded one is started when it is not up."""
    return settings.REDIS_URL or _url(valkey().use())


def redis_url_if_up() -> str:
    """The server's URL without starting one: a bell rung in an empty house is not worth a server."""
    if settings.REDIS_URL:
        return settings.REDIS_URL
    address = valkey().running()
    if address is None:
        raise NobodyListens("No worker is running; the work waits for `make run` or `manage.py pump`.")
    return _url(address)


def client(*, start: bool = True, patience: float = 5.0) -> redis.Redis:
    """A client for the server; with `start=False` a missing embedded server is NobodyListens, not started."""
    url = redis_url() if start else redis_url_if_up()
    return redis.Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=patience)


def _url(address: Address) -> str:
    return f"redis://:{address.password}@{address.host}:{address.port}/{settings.REDIS_DATABASE}"


class LateRedisCache(RedisCache):
    """Django's Redis cache, which learns where the server is when it is first asked something."""

    _options: dict[str, Any]

    @cached_property
    def _cache(self) -> RedisCacheClient:
        return RedisCacheClient([redis_url()], **self._options)
