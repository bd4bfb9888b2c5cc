"""What a request says: one row of the inbox for each event in it, with what is needed and nothing else.

An event that cannot be read stands in a row of its own and keeps no other from being heard.
"""

import copy
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from anymail.exceptions import AnymailConfigurationError
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from campaigns.actions.news import Kind
from campaigns.models import ProviderEvent
from campaigns.sending.writing.message_ids import read_message_id
from campaigns.webhooks.dialects import DIALECTS, own_name, words
from campaigns.webhooks.proof import Proven, reader_of
from contacts.addresses import normalize_email
from crm.postman import read_message_id as read_single_id

State, Why = ProviderEvent.State, ProviderEvent.Why

MEANS: dict[str, str] = {
    EventType.QUEUED: Kind.ACCEPTED,
    EventType.SENT: Kind.ACCEPTED,
    EventType.DEFERRED: Kind.DEFERRED,
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.COMPLAINED: Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
}
TRACKING = {EventType.OPENED, EventType.CLICKED}
LOOKS_LIKE_TRACKING = re.compile("open|click|load", re.IGNORECASE)
NOTHING = {EventType.AUTORESPONDED, EventType.SUBSCRIBED}
"""What says nothing about a message."""
ENVELOPES = {"mailgun", "amazon_ses"}
"""Where the number anymail reads is the envelope's (a signature's token, a notification of SNS), not the event's."""
RAW = 20_000
"""Characters kept of what could not be read."""
LARGEST = 2**63 - 1
SINCE = datetime(2010, 1, 1, tzinfo=UTC)
MARK = re.compile(r"(delivery|mail)-(\d{1,19})")


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the inbox keeps it; the names are those of `ProviderEvent`."""

    key: uuid.UUID
    provider: str
    kind: str
    at: datetime
    proof: uuid.UUID | None = None
    delivery: int | None = None
    campaign: int | None = None
    mail: int | None = None
    address: str = ""
    provider_id: str = ""
    reply: str = ""
    state: str = State.WAITING
    why: str = ""
    raw: str = ""


def read(provider: str, proven: Proven, request: HttpRequest) -> list[Told]:
    """Everything the request says that means something here, each event once."""
    try:
        rows = _rows(provider, proven.reader, request)
    except Exception:
        rows = [row for raw in _apart(provider, request) for row in _alone(provider, proven, request, raw)]
    told = list({row.key: row for row in rows}.values())
    return _used_up(provider, proven.token, told) if proven.token else told


def _used_up(provider: str, token: uuid.UUID, told: list[Told]) -> list[Told]:
    """The same with the token of its signature, which is good for this event only, also where that means nothing."""
    if not told:
        return [Told(_hashed(provider, str(token)), provider, "", timezone.now(), proof=token, state=State.DONE)]
    return [replace(told[0], proof=token), *told[1:]]


def read_again(provider: str, raw: str) -> list[Told]:
    """What could not be read before; the rows say again where it still cannot."""
    head = HttpRequest()
    head.content_type = "application/json"
    return _alone(provider, Proven(reader_of(provider), None), head, raw)


def _apart(provider: str, request: HttpRequest) -> list[str]:
    """What a request carries, each event by itself; whole where it cannot be taken apart."""
    text = _text(provider, request)
    try:
        return [_as_json(one) for one in DIALECTS[provider].each(json.loads(text))]
    except Exception:  # no JSON, or none that this provider writes
        return [text]


def _alone(provider: str, proven: Proven, request: HttpRequest, raw: str) -> list[Told]:
    """One event, or why there is none."""
    try:
        return _rows(provider, copy.copy(proven.reader), _as_request(provider, request, raw))
    except OtherKind as other:
        return [_aside(provider, Why.OTHER_KIND, other.name, raw)]
    except AnymailConfigurationError:  # somebody's mail to us, which is asked for at another address: it stays unread
        return [replace(_aside(provider, Why.OTHER_KIND, "inbound", raw), raw="")]
    except Exception:  # whatever a provider may write some day
        return [_aside(provider, Why.UNREADABLE, "", raw)]


def _rows(provider: str, reader: AnymailBaseWebhookView, request: HttpRequest) -> list[Told]:
    """All events of a request, or the error of the first that cannot be read."""
    told = [_tell(provider, event) for event in reader.parse_events(request)]
    return [row for row in told if row]


class OtherKind(Exception):
    """An event of a kind that nobody here knows."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _tell(provider: str, event: AnymailTrackingEvent) -> Told | None:
    """One event as a row, None where it means nothing; raises OtherKind, or whatever is wrong with its values."""
    kind = _kind(provider, event)
    if kind is None:
        return None
    address = _address(event.recipient)
    return Told(
        key=_key(provider, event, kind, address),
        provider=provider,
        kind=kind,
        at=_moment(event.timestamp),
        address=address,
        provider_id=_clean(event.message_id, 200),
        reply=_clean(words(event), 300),
        **_marks(event),
    )


def _kind(provider: str, event: AnymailTrackingEvent) -> str | None:
    dialect, said = DIALECTS[provider], event.esp_event
    if event.event_type == EventType.BOUNCED:
        return dialect.came_back(event, said)
    if event.event_type in (EventType.REJECTED, EventType.FAILED):
        return dialect.refused(event, said)
    if event.event_type in MEANS:
        return MEANS[event.event_type]
    name = own_name(said)
    if event.event_type in TRACKING or (event.event_type == EventType.UNKNOWN and LOOKS_LIKE_TRACKING.search(name)):
        return Kind.DELIVERED if settings.EMAIL_TRACKING else None
    if event.event_type in NOTHING:
        return None
    if name not in dict(dialect.kinds):
        raise OtherKind(name)
    return dict(dialect.kinds)[name]


def _marks(event: AnymailTrackingEvent) -> dict[str, Any]:
    """The numbers we gave the message along: in its metadata, or as a tag where a provider knows nothing else."""
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    found = {name: metadata.get(name) for name in ("delivery", "campaign", "mail")}
    tags = [event.tags] if isinstance(event.tags, str) else event.tags or []
    for tag in tags:
        if isinstance(tag, str) and (mark := MARK.fullmatch(tag)):
            found[mark[1]] = found[mark[1]] or mark[2]
    if not any(found.values()):
        return _by_message_id(event)
    numbers = {name: str(value) for name, value in found.items() if isinstance(value, str | int)}
    return {
        name: int(value)
        for name, value in numbers.items()
        if value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= LARGEST
    }


def _by_message_id(event: AnymailTrackingEvent) -> dict[str, Any]:
    """The same by the Message-ID, which is all that a provider knows whose mail server we send by."""
    said = f"{event.message_id} {event.esp_event.get('smtp-id', '') if isinstance(event.esp_event, Mapping) else ''}"
    known = read_message_id(said)
    if known:
        return {"delivery": known.delivery, "campaign": known.campaign}
    single = read_single_id(said)
    return {} if single is None else {"mail": single}


def _key(provider: str, event: AnymailTrackingEvent, kind: str, address: str) -> uuid.UUID:
    """The same for the same event however often it is told: by the provider's number, else by its words."""
    told = "" if provider in ENVELOPES else event.event_id
    return _hashed(provider, str(told) if told else _content(provider, event.esp_event), kind, address)


def _content(provider: str, said: Any) -> str:
    if provider == "mailgun":
        said = {key: value for key, value in said.items() if key not in ("signature", "token", "timestamp")}
    return _as_json(said)


def _hashed(*parts: str) -> uuid.UUID:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return uuid.UUID(bytes=hashlib.blake2b(text, digest_size=16).digest())


def _address(said: Any) -> str:
    """The bare address; raises ValueError where it cannot be one."""
    if not said:
        return ""
    text = str(said)
    address = normalize_email(_clean(parseaddr(text)[1] if "<" in text else text, 1000))
    if len(address) > 320 or "@" not in address:
        raise ValueError("no address")
    return address


def _moment(said: datetime | None) -> datetime:
    """When it happened; now where nobody says so, or says what cannot be."""
    now = timezone.now()
    if said is None:
        return now
    at = said if timezone.is_aware(said) else said.replace(tzinfo=UTC)
    return min(at, now) if at > SINCE else now


def _clean(said: Any, most: int) -> str:
    """Text as the database takes it."""
    text = str(said or "")[: most + 100]
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return " ".join(text.replace("\0", "").split())[:most]


# ── What could not be read ───────────────────────────────────────────────────
def _aside(provider: str, why: str, kind: str, raw: str) -> Told:
    """A row that waits for a person."""
    kept = raw.encode("utf-8", "replace").decode().replace("\0", "")[:RAW]
    key = _hashed(provider, why, raw)
    return Told(key, provider, _clean(kind, 60), timezone.now(), state=State.ASIDE, why=why, raw=kept)


def _as_json(said: Any) -> str:
    """Words of a provider in one order, letters as they are."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)


def _text(provider: str, request: HttpRequest) -> str:
    """What the request carries, as text."""
    if field := DIALECTS[provider].field:
        return str(request.POST.get(field, ""))
    if request.content_type == "application/json" or not request.POST:
        return request.body.decode("utf-8", "replace")
    return _as_json(request.POST.dict())


def _as_request(provider: str, request: HttpRequest, raw: str) -> HttpRequest:
    """A request with the same head that carries `raw`."""
    one = copy.copy(request)
    for read_before in ("_sns_message", "_parsed_json"):
        one.__dict__.pop(read_before, None)
    one._body = raw.encode("utf-8", "replace")
    form = QueryDict(mutable=True)
    if field := DIALECTS[provider].field:
        form[field] = raw
    elif request.content_type == "application/x-www-form-urlencoded":
        form.update({key: str(value) for key, value in json.loads(raw).items()})
    one.POST = form  # type: ignore[assignment]
    return one
