"""The two servers of this process: one keeper each, released when the process ends."""

import atexit
from functools import cache

from django.conf import settings

from config.embedded.places import Place
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.valkey import EmbeddedValkey


@cache
def postgres() -> EmbeddedPostgres:
    """The keeper of this settings' PostgreSQL."""
    keeper = EmbeddedPostgres(Place.of(settings.VAR), settings.EMBEDDED_CLUSTER)
    atexit.register(keeper.release)
    return keeper


@cache
def valkey() -> EmbeddedValkey:
    """The keeper of this settings' Valkey."""
    keeper = EmbeddedValkey(Place.of(settings.VAR), settings.EMBEDDED_CLUSTER)
    atexit.register(keeper.release)
    return keeper


def release_all() -> None:
    """Let both servers go now, for processes that end without saying so."""
    valkey().release()
    postgres().release()


def stop_everything() -> bool:
    """Stop this checkout's servers, and those of tests and measurements that nobody uses; True when there were some."""
    place = Place.of(settings.VAR)
    main = [keeper(place, "main").stop() for keeper in (EmbeddedValkey, EmbeddedPostgres)]
    others = [
        keeper(place, cluster).stop_if_unused()
        for cluster in ("test", "bench", "faults")
        if (place.home / cluster).exists()
        for keeper in (EmbeddedValkey, EmbeddedPostgres)
    ]
    return any([*main, *others])
