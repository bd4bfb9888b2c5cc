"""The six questions; each answers “ok” or one sentence without a secret in it, within two seconds."""

import logging
import smtplib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import redis
from django.conf import settings
from django.db import DatabaseError, connection

from config.embedded.redis import NobodyListens, client
from config.health.pulse import pulse_key

if TYPE_CHECKING:
    from campaigns.sending.smtp.servers import Server

log = logging.getLogger(__name__)

PATIENCE = 2.0


def database() -> str:
    """Whether PostgreSQL answers and stands where the code expects it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except (DatabaseError, psycopg.Error):
        return "The database does not answer."
    return "ok"


def broker() -> str:
    """Whether the Redis-protocol server answers."""
    try:
        with client(start=False, patience=PATIENCE) as server:
            server.ping()
    except (redis.RedisError, NobodyListens):
        return "Redis does not answer."
    return "ok"


def worker() -> str:
    """Whether every queue has a worker that gave a sign in the last seconds."""
    return pulse_of(settings.QUEUES)


def pulse_of(queues: Sequence[str]) -> str:
    """Whether each of these queues has a worker."""
    try:
        with client(start=False, patience=PATIENCE) as server:
            signs = server.mget([pulse_key(queue) for queue in queues])
    except (redis.RedisError, NobodyListens):
        return "Workers cannot be asked while Redis does not answer."
    silent = [queue for queue, sign in zip(queues, signs, strict=True) if sign is None]
    return f"No worker listens to: {', '.join(silent)}." if silent else "ok"


def is_heard(queue: str) -> bool | None:
    """Whether a worker of this queue gave a sign in the last seconds; None while Redis does not answer."""
    try:
        with client(start=False, patience=PATIENCE) as server:
            return bool(server.exists(pulse_key(queue)))
    except (redis.RedisError, NobodyListens):
        return None


def sending() -> str:
    """Whether what could be sent is being sent; asked of the ledger, not of processes."""
    from campaigns.sending.telling.waiting import standstills

    try:
        found = standstills()
    except (DatabaseError, psycopg.Error):
        return "It is not known whether newsletters wait."
    if not found:
        return "ok"
    longest = found[0]
    log.warning("Newsletter %s stands still for %d s. %s", longest.campaign, longest.seconds, longest.why)
    return f"Degraded: newsletter {longest.campaign} waits for {longest.seconds} s. {longest.why} {longest.what_to_do}"


def mail() -> str:
    """Whether the mail servers greet us; nothing is sent. As long as one does, the house is degraded at most."""
    from campaigns.sending.smtp.servers import BadServers, servers
    from campaigns.sending.smtp.standing import troubles

    if settings.EMAIL_PROVIDER or "smtp" not in settings.EMAIL_BACKEND:
        return "ok"
    try:
        asked = servers()
    except BadServers as why:
        return f"MAIL_SERVERS cannot be read. {why}"
    with ThreadPoolExecutor(len(asked)) as pool:
        silent = [server.name for server, greets in zip(asked, pool.map(_greets, asked), strict=True) if not greets]
    if len(asked) == 1:
        return "The mail server does not answer." if silent else "ok"
    if len(silent) == len(asked):
        return "No mail server answers."
    said = [f"{name} does not answer." for name in silent]
    known = {server.name for server in asked} - set(silent)
    said += [f"{one.name} is left out: {one.why}" for one in troubles() if one.refuses and one.name in known]
    return f"{DEGRADED} mail travels by the other servers. {' '.join(said)}" if said else "ok"


def _greets(server: "Server") -> bool:
    kind = smtplib.SMTP_SSL if server.tls else smtplib.SMTP
    try:
        with kind(server.host, server.port, timeout=PATIENCE):
            return True
    except (OSError, smtplib.SMTPException):
        return False


def bounces() -> str:
    """Whether what comes back by mail is read."""
    from campaigns.bounces.telling import not_read

    try:
        why = not_read()
    except (DatabaseError, psycopg.Error):
        return "It is not known whether mail that came back is read."
    return f"Degraded: {why}" if why else "ok"


QUESTIONS: dict[str, Callable[[], str]] = {
    "database": database,
    "redis": broker,
    "worker": worker,
    "mail": mail,
    "sending": sending,
    "bounces": bounces,
}
DEGRADES = frozenset({"sending", "bounces"})
"""Parts that should be looked at, but for which no load balancer should turn away from a web server."""
DEGRADED = "Degraded:"
"""How an answer of another part begins for which none should either."""


def is_down(part: str, answer: str) -> bool:
    """Whether the house cannot do its work because of this part."""
    return answer != "ok" and part not in DEGRADES and not answer.startswith(DEGRADED)
