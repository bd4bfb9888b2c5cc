"""How mail servers stand, told by whoever sends to whoever watches, for pages and not only for logs.

Kept in Redis, for it is news of the moment: each word fades by itself when nobody repeats it.
"""

import json
import logging
import time
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)

KEY = "mail-servers"
AWAY = (redis.RedisError, OSError)
PATIENCE = 0.5
VERBS = {True: "is left out", False: "rests"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A server that gets nothing at the moment: `refuses` is for a person to mend, else it rests and is tried again."""

    name: str
    why: str
    refuses: bool


def tell(name: str, why: str, *, refuses: bool, seconds: float, news: bool = True) -> None:
    """Say that a server gets nothing, for so long at least; without Redis only the log knows."""
    log.log(logging.WARNING if news else logging.INFO, "Mail server %s %s: %s", name, VERBS[refuses], why)
    said = json.dumps({"why": why[:200], "refuses": refuses, "until": time.time() + seconds})
    _ask(lambda server: server.hset(KEY, name, said))


def forget(name: str) -> None:
    """It stands again."""
    log.warning("Mail server %s is there again", name)
    _ask(lambda server: server.hdel(KEY, name))


def troubles() -> list[Trouble]:
    """Every server that some worker had trouble with a moment ago, by name; none while Redis is away."""
    rows: Any = _ask(lambda server: server.hgetall(KEY)) or {}
    found = [(name.decode(), json.loads(said)) for name, said in rows.items()]
    now = time.time()
    return sorted(
        (Trouble(name, said["why"], said["refuses"]) for name, said in found if said["until"] > now),
        key=lambda one: one.name,
    )


def _ask(what: Any) -> Any:
    try:
        with import_string(settings.REDIS_CLIENT)(start=False, patience=PATIENCE) as server:
            return what(server)
    except AWAY as error:
        log.info("How mail servers stand cannot be kept or read (%s)", type(error).__name__)
        return None
