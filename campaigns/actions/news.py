"""News of messages after they left: delivered, came back, marked as spam; from webhooks and from reports of bounces.

    events → their campaigns, ranges and messages, locked in order → states move forward → the book → the breaker
           → ranges that waited

Events come late, twice, in any order and before our own outcome is committed. So a state only moves forward, and
the same events leave the same states in whatever order they come.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from campaigns.actions.bells import ring_workers
from campaigns.actions.soft_bounces import CameBack, forget_soft_bounces, given_up, keep_soft_bounces
from campaigns.models import Delivery
from campaigns.sending.ledger import breaker
from campaigns.sending.ledger.attempts import Note, note_attempts
from campaigns.sending.ledger.chunks import wake_around
from campaigns.sending.ledger.counting import uncount
from contacts.actions import bounces
from contacts.addresses import normalize_email

TRIES = 5
PATIENCE = "'400ms'"
"""How long a lock is waited for: less than the second after which PostgreSQL looks for circles, so that of us and a
person, or a worker that writes outcomes, it is always us who steps back."""
State = Delivery.State


class Kind(StrEnum):
    """What can be heard of a message."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    SOFT_BOUNCED = "soft_bounced"
    FAILED = "failed"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


class Fate(StrEnum):
    """What became of an event: it counts, its message is not known (yet), or it is about somebody else's message."""

    NOTED = "noted"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class Heard:
    """One event; `source` is who says so ("brevo", "bounce mail"), or which single mail it is about ("mail:12").

    Without a `delivery` the message is looked for by `address` and `provider_id`; a single mail has none, and then
    only the address counts. `address` and `campaign`, where given, must fit the delivery.
    """

    delivery: int | None
    kind: str
    at: datetime
    reply: str = ""
    provider_id: str = ""
    source: str = ""
    address: str = ""
    campaign: int | None = None


def heard_of_single(mail: int, kind: str, *, at: datetime, reply: str, address: str) -> Heard:
    """What is heard of a single mail, from wherever: it counts for its address, and one that comes back twice once."""
    name = f"mail:{mail}"
    return Heard(None, kind, at, reply, provider_id=name, source=name, address=address)


RANK: dict[str, int] = {
    State.QUEUED: 0,
    State.DEFERRED: 0,
    State.SENDING: 1,
    State.UNCERTAIN: 2,
    State.SKIPPED: 2,
    State.ACCEPTED: 3,
    State.FAILED: 4,
    State.DELIVERED: 5,
    State.BOUNCED: 6,
    State.COMPLAINED: 7,
}
"""Only a higher one replaces what is there; whoever complains has got it, whatever was said before."""

BECOMES = {
    Kind.ACCEPTED: State.ACCEPTED,
    Kind.DEFERRED: State.ACCEPTED,
    Kind.SOFT_BOUNCED: State.ACCEPTED,
    Kind.FAILED: State.FAILED,
    Kind.DELIVERED: State.DELIVERED,
    Kind.UNSUBSCRIBED: State.DELIVERED,
    Kind.BOUNCED: State.BOUNCED,
    Kind.COMPLAINED: State.COMPLAINED,
}
"""What an event proves at least: who puts a message off or lets it come back has taken it before."""

PASSING = {Kind.DEFERRED, Kind.SOFT_BOUNCED}
"""What may happen to one message several times."""

JUDGED = {State.BOUNCED, State.COMPLAINED}
"""What the breaker hears of, which may pause the campaign."""

SETTLED_BY_NEWS = {State.QUEUED, State.DEFERRED, State.UNCERTAIN}
"""States that keep a range waiting while no worker holds the message."""

FIND = """
SELECT news.place, delivery.id
FROM unnest(%(address)s::text[], %(provider_id)s::text[]) WITH ORDINALITY AS news (address, provider_id, place)
JOIN contacts_contactpoint AS point ON point.normalized = news.address AND point.kind = 'email'
JOIN campaigns_delivery AS delivery ON delivery.stakeholder_id = point.stakeholder_id
    AND delivery.address = news.address AND delivery.provider_id = news.provider_id
"""

READ = """
SELECT id, state, campaign_id, address, attempts, intent_at IS NOT NULL, fingerprint = ''
FROM campaigns_delivery WHERE id = ANY(%(ids)s) ORDER BY id
"""
HOLD = f"{READ} FOR NO KEY UPDATE"

HOLD_NAMED = "SELECT FROM campaigns_campaign WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE"
HOLD_JUDGED = "SELECT FROM campaigns_campaign WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"

MOVE = """
UPDATE campaigns_delivery AS delivery SET state = news.state,
    reason = CASE WHEN delivery.fingerprint = '' THEN '' ELSE news.reply END,
    provider_id = CASE WHEN delivery.provider_id = '' AND delivery.fingerprint <> ''
        THEN news.provider_id ELSE delivery.provider_id END,
    intent_at = coalesce(delivery.intent_at, news.at), next_attempt_at = NULL,
    sent_at = CASE WHEN news.state = 'failed' THEN delivery.sent_at
        ELSE coalesce(delivery.sent_at, greatest(delivery.intent_at, news.at)) END
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(replies)s::text[], %(provider_ids)s::text[],
            %(times)s::timestamptz[]) AS news (id, state, reply, provider_id, at)
WHERE delivery.id = news.id
"""


@dataclass(slots=True)
class Row:
    """A message in the ledger as it is, locked."""

    pk: int
    state: str
    campaign: int
    address: str
    attempts: int
    handed_over: bool
    erased: bool

    def fits(self, event: Heard) -> bool:
        """Whether the event can be about this message, as far as it says about which it is."""
        if event.campaign is not None and event.campaign != self.campaign:
            return False
        return self.erased or not event.address or normalize_email(event.address) == self.address

    def moved_by(self, event: Heard) -> bool:
        """Whether the event says more than is known; an old failure says nothing of a try that a person asked for."""
        if event.kind == Kind.FAILED and self.state == State.QUEUED and self.handed_over and not self.attempts:
            return False
        return RANK[BECOMES[Kind(event.kind)]] > RANK[self.state]

    def learns_from(self, event: Heard) -> bool:
        """Whether the event is worth keeping beside what the row says; that it was taken is worth it after doubts."""
        if event.kind == Kind.ACCEPTED:
            return self.state == State.UNCERTAIN
        return event.kind in PASSING or (event.kind != Kind.UNSUBSCRIBED and event.kind != self.state)


@dataclass(slots=True)
class News:
    """Events that count, sorted by what follows from them."""

    moves: dict[int, tuple[Row, Heard]] = field(default_factory=dict)
    evidence: list[Note] = field(default_factory=list)
    hard: dict[str, str] = field(default_factory=dict)
    complained: dict[str, str] = field(default_factory=dict)
    unsubscribed: dict[str, str] = field(default_factory=dict)
    soft: list[CameBack] = field(default_factory=list)
    arrived: dict[str, datetime] = field(default_factory=dict)


def note_news(events: Sequence[Heard]) -> list[Fate]:
    """Take in what was heard, all of it or (on an error) nothing; answers for each event what became of it.

    Never makes a worker that writes outcomes wait long: it steps back and tries again, and at last raises the
    OperationalError of a lock that others hold (`stepped_back`). So does whatever follows in the caller's transaction.
    """
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _note(events)
        except OperationalError as error:
            if not left or not stepped_back(error):
                raise
    raise RuntimeError("unreachable")


def stepped_back(error: BaseException) -> bool:
    """Whether nothing is wrong but that somebody else held for too long what was needed."""
    return isinstance(error.__cause__, LockNotAvailable | DeadlockDetected)


def _note(events: Sequence[Heard]) -> list[Fate]:
    about = find_messages(events)
    rows = _read(READ, set(about.values()))
    _step_back_soon()
    _hold_campaigns(events, about, rows)
    rows |= _hold({pk for place, pk in about.items() if pk in rows and rows[pk].moved_by(events[place])})
    news, fates = News(), []
    for place, event in enumerate(events):
        row = rows.get(about[place]) if place in about else None
        if place in about and row is None:
            fates.append(Fate.UNKNOWN)
        elif row is not None and not row.fits(event):
            fates.append(Fate.MISMATCH)
        else:
            _sort_in(news, event, row)
            fates.append(Fate.NOTED)
    _move(news)
    note_attempts(news.evidence)
    _tell_the_book(news)
    _tell_the_campaigns(news)
    return fates


def _step_back_soon() -> None:
    """Wait for no lock longer than that, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")


def find_messages(events: Sequence[Heard]) -> dict[int, int]:
    """The delivery each event (by its place) is about, where it names or fits one."""
    found = {place: event.delivery for place, event in enumerate(events) if event.delivery is not None}
    asked = [
        (place, event)
        for place, event in enumerate(events)
        if event.delivery is None and event.provider_id and event.address
    ]
    if asked:
        addresses = [normalize_email(event.address) for _place, event in asked]
        with connection.cursor() as cursor:
            cursor.execute(FIND, {"address": addresses, "provider_id": [event.provider_id for _, event in asked]})
            found |= {asked[number - 1][0]: delivery for number, delivery in cursor.fetchall()}
    return found


def _read(query: str, deliveries: Iterable[int]) -> dict[int, Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"ids": sorted(deliveries)})
        return {row[0]: Row(*row) for row in cursor.fetchall()}


def _hold_campaigns(events: Sequence[Heard], about: dict[int, int], rows: dict[int, Row]) -> None:
    """Lock campaigns before their ranges and messages, as every verb does: the breaker may pause one of these.

    Where a soft bounce only points to them, others may do the same meanwhile.
    """
    judged, named = set(), set()
    for place, pk in about.items():
        row, event = rows.get(pk), events[place]
        if row is None or not row.fits(event):
            continue
        if BECOMES[Kind(event.kind)] in JUDGED and row.moved_by(event):
            judged.add(row.campaign)
        elif event.kind == Kind.SOFT_BOUNCED:
            named.add(row.campaign)
    if judged or named:
        with connection.cursor() as cursor:
            cursor.execute(HOLD_JUDGED if judged else HOLD_NAMED, {"ids": sorted(judged | named)})


def _hold(deliveries: set[int]) -> dict[int, Row]:
    """Lock ranges and messages, in the order of their numbers; who cannot have them soon raises LockNotAvailable."""
    if not deliveries:
        return {}
    uncount(deliveries)
    return _read(HOLD, deliveries)


def _sort_in(news: News, event: Heard, row: Row | None) -> None:
    """Decide what follows from one event."""
    if row is not None:
        if row.learns_from(event):
            news.evidence.append(Note(row.pk, event.kind, event.at, event.reply, event.source))
        _, best = news.moves.get(row.pk, (row, None))
        if row.moved_by(event) and (best is None or _weight(event) > _weight(best)):
            news.moves[row.pk] = (row, event)
    address = normalize_email(event.address) if row is None else "" if row.erased else row.address
    if not address:
        return
    source = event.source if row is None else f"campaign:{row.campaign}"
    known = row.state if row is not None else ""
    if event.kind == Kind.BOUNCED and known != State.BOUNCED:
        news.hard[address] = source
    elif event.kind == Kind.COMPLAINED and known != State.COMPLAINED:
        news.complained[address] = source
    elif event.kind == Kind.UNSUBSCRIBED:
        news.unsubscribed[address] = source
    elif event.kind == Kind.SOFT_BOUNCED:
        message = f"{event.source}:{event.provider_id or event.at.isoformat()}" if row is None else str(row.pk)
        news.soft.append(CameBack(address, message, row.campaign if row else None, event.at))
    elif event.kind == Kind.DELIVERED:
        news.arrived[address] = max(event.at, news.arrived.get(address, event.at))


def _weight(event: Heard) -> tuple[int, datetime]:
    """Of several events about one message the one that says most counts, and of those that say the same the last."""
    return RANK[BECOMES[Kind(event.kind)]], event.at


def _move(news: News) -> None:
    if not news.moves:
        return
    columns: dict[str, list[Any]] = defaultdict(list)
    for row, event in news.moves.values():
        columns["ids"].append(row.pk)
        columns["states"].append(str(BECOMES[Kind(event.kind)]))
        columns["replies"].append(event.reply.replace("\x00", "")[:300])
        columns["provider_ids"].append(event.provider_id.replace("\x00", "")[:200])
        columns["times"].append(event.at)
    with connection.cursor() as cursor:
        cursor.execute(MOVE, dict(columns))


def _tell_the_book(news: News) -> None:
    """Addresses that do not work, or at which mail is not wanted, get nothing more."""
    bounces.note_hard_bounces(news.hard)
    bounces.note_complaints(news.complained)
    bounces.note_unsubscribes(news.unsubscribed)
    keep_soft_bounces(news.soft)
    forget_soft_bounces(news.arrived)
    sources = {one.address: f"campaign:{one.campaign}" if one.campaign else "single mails" for one in news.soft}
    bounces.note_soft_bounces({address: sources[address] for address in given_up(sources)})


def _tell_the_campaigns(news: News) -> None:
    """The breaker hears what went wrong late, and ranges that waited for an answer go on."""
    moved = {row.pk: (row, BECOMES[Kind(event.kind)]) for row, event in news.moves.values()}
    breaker.note_complaints([pk for pk, (_row, state) in moved.items() if state == State.COMPLAINED])
    breaker.note_late_bounces([pk for pk, (_row, state) in moved.items() if state == State.BOUNCED])
    waited = [row for row, _state in moved.values() if row.state in SETTLED_BY_NEWS]
    wake_around(sorted(row.pk for row in waited))
    for campaign_id in sorted({row.campaign for row in waited}):
        ring_workers(campaign_id)
