"""The inbox: what was told is written down once, ends as done, later or set aside, and is forgotten in time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from campaigns.webhooks.reading import Told

PUT = """
INSERT INTO campaigns_providerevent
    (key, proof, provider, kind, at, delivery, campaign, mail, address, provider_id, reply, raw, state, why)
SELECT key, proof, provider, kind, at, delivery, campaign, mail, address, provider_id, reply, raw, state, why
FROM json_to_recordset(%(told)s) AS told (key uuid, proof uuid, provider text, kind text, at timestamptz,
    delivery bigint, campaign bigint, mail bigint, address text, provider_id text, reply text, raw text, state text,
    why text)
ORDER BY key
ON CONFLICT DO NOTHING
"""
"""In the order of the keys, so that two who are told the same at once wait for each other and never in a circle."""

USED = "SELECT EXISTS (SELECT FROM campaigns_providerevent WHERE proof = %s AND key <> %s)"

COLUMNS = "id, provider, kind, at, delivery, campaign, mail, address, provider_id, reply, tries, received_at"
"""Of an event in hand, in the order of `Taken`."""

DONE = """
UPDATE campaigns_providerevent SET state = 'done', why = '', address = '', provider_id = '', reply = '', raw = '',
    delivery = NULL, campaign = NULL, mail = NULL
WHERE id = ANY(%s)
"""

LATER = """
UPDATE campaigns_providerevent AS event SET tries = event.tries + 1, deaths = 0,
    due_at = statement_timestamp() + news.pause * interval '1 second'
FROM unnest(%(ids)s::bigint[], %(pauses)s::float[]) AS news (id, pause) WHERE event.id = news.id
"""

ASIDE = """
UPDATE campaigns_providerevent AS event SET state = 'aside', why = news.why,
    address = CASE WHEN news.why = 'no_message' THEN '' ELSE event.address END,
    reply = CASE WHEN news.why = 'broke' THEN event.reply ELSE '' END
FROM unnest(%(ids)s::bigint[], %(whys)s::text[]) AS news (id, why) WHERE event.id = news.id
"""
"""Of somebody whose message is not here nobody needs the address: they may have been erased."""

FORGET = """
DELETE FROM campaigns_providerevent WHERE id IN (
    SELECT id FROM campaigns_providerevent WHERE received_at < statement_timestamp() - %(days)s * interval '1 day'
    LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""

COUNT = """
SELECT (SELECT count(*) FROM campaigns_providerevent WHERE state = 'waiting'),
    (SELECT count(*) FROM campaigns_providerevent WHERE state = 'aside'),
    coalesce(greatest(extract(epoch FROM statement_timestamp() - (
        SELECT min(due_at) FROM campaigns_providerevent WHERE state = 'waiting')), 0), 0)::float
"""

KEPT_DAYS = 30
"""How long a key is known again, longer than any provider repeats itself; and how long what is set aside lies there."""
AT_A_TIME = 20_000

_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode
_COLUMNS = ("key", "proof", "provider", "kind", "at", "delivery", "campaign", "mail", "address", "provider_id", "reply",
            "raw", "state", "why")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """An event in hand; the names are those of `ProviderEvent`."""

    pk: int
    provider: str
    kind: str
    at: datetime
    delivery: int | None
    campaign: int | None
    mail: int | None
    address: str
    provider_id: str
    reply: str
    tries: int
    received_at: datetime

    @property
    def is_of_a_mail(self) -> bool:
        """Whether it is about a single mail."""
        return self.mail is not None and self.delivery is None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much lies in the inbox, and for how many seconds the oldest of it could have been looked at."""

    waiting: int
    aside: int
    oldest: float


def put(rows: Sequence[Told]) -> int:
    """Write down what is new of this; answers how many events that are."""
    if not rows:
        return 0
    told = [{name: getattr(row, name) for name in _COLUMNS} for row in rows]
    return _execute(PUT, {"told": _encode(told)})


def is_used(row: Told) -> bool:
    """Whether the signature of this came with another event before."""
    with connection.cursor() as cursor:
        cursor.execute(USED, [row.proof, row.key])
        return bool(cursor.fetchone()[0])


def close(ids: Sequence[int]) -> None:
    """These count now; only their keys are needed any more."""
    if ids:
        _execute(DONE, [list(ids)])


def put_off(pauses: dict[int, timedelta]) -> None:
    """Look at these again after a while."""
    if pauses:
        seconds = [pause.total_seconds() for pause in pauses.values()]
        _execute(LATER, {"ids": list(pauses), "pauses": seconds})


def set_aside(whys: Mapping[int, str]) -> None:
    """Nothing can be done with these without a person."""
    if whys:
        _execute(ASIDE, {"ids": list(whys), "whys": [str(why) for why in whys.values()]})


def forget_old() -> int:
    """Remove what is older than anything that could come again; answers how many rows."""
    total = 0
    while forgotten := _execute(FORGET, {"days": KEPT_DAYS, "most": AT_A_TIME}):
        total += forgotten
    return total


def count() -> Counts:
    """How much lies in the inbox."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return Counts(*cursor.fetchone())


def _execute(query: str, said: dict[str, Any] | list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, said)
        return cursor.rowcount
