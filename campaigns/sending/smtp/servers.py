"""The mail servers of the settings: several by `MAIL_SERVERS`, else the one of `EMAIL_URL`."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.sending.rates.rules import BadRate, read_rate

SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
"""How a line begins, with the port where such servers usually are: plain, plain and then encrypted, encrypted."""
FIELDS = ("url", "weight", "connections", "rate", "messages_per_connection")


class BadServers(ValueError):
    """The setting cannot be read; the text says why in the operator's words, and never a password."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, how to sign in, and how much it may be given.

    `weight` is its part of the messages beside the others; `connections` holds for each worker and `rate` (messages a
    second) for all of them together. 0 stands for what `SENDING` says, and for no rate.
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    name: str = ""
    weight: float = 1.0
    connections: int = 0
    rate: float = 0.0
    messages_per_connection: int = 0


def servers() -> list[Server]:
    """The servers in force; raises BadServers (a check says so at the start)."""
    written: object = settings.MAIL_SERVERS
    if isinstance(written, str):
        if not written.strip():
            return [_the_one()]
        try:
            written = json.loads(written)
        except ValueError:
            raise BadServers(_("It is no JSON; %(example)s") % {"example": _example()}) from None
    if written == []:
        return [_the_one()]
    if not isinstance(written, list) or not all(isinstance(one, dict) for one in written):
        raise BadServers(_("It is no list of servers; %(example)s") % {"example": _example()})
    return _named([_server(number, one) for number, one in enumerate(written, start=1)])


def _the_one() -> Server:
    return Server(
        settings.EMAIL_HOST,
        int(settings.EMAIL_PORT),
        settings.EMAIL_HOST_USER or "",
        settings.EMAIL_HOST_PASSWORD or "",
        settings.EMAIL_USE_TLS,
        settings.EMAIL_USE_SSL,
        name=settings.EMAIL_HOST,
    )


def _server(number: int, written: Mapping[str, object]) -> Server:
    """One entry; `number` is by which the operator finds it."""
    if unknown := sorted(set(map(str, written)) - set(FIELDS)):
        words = {"number": number, "names": ", ".join(unknown), "known": ", ".join(FIELDS)}
        raise BadServers(_("Server %(number)s: nothing is called %(names)s here, only %(known)s.") % words)
    try:
        rate = read_rate(written.get("rate"))
    except BadRate as why:
        raise BadServers(_("Server %(number)s: %(why)s") % {"number": number, "why": why}) from None
    return replace(
        _place(number, written.get("url")),
        weight=_positive(number, written, "weight", 1),
        connections=_whole(number, written, "connections"),
        rate=rate,
        messages_per_connection=_whole(number, written, "messages_per_connection"),
    )


def _place(number: int, url: object) -> Server:
    """Where its address leads; what stands in the address is never repeated, for a password may."""
    if not isinstance(url, str) or not url:
        raise BadServers(_("Server %(number)s has no url.") % {"number": number})
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        why = _(
            "Server %(number)s: its url cannot be read. The port must be a number up to 65535, and signs such as "
            "@ : / # in a password are written as %%40 %%3A %%2F %%23."
        )
        raise BadServers(why % {"number": number}) from None
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        words = {"number": number, "known": ", ".join(f"{one}://" for one in SCHEMES)}
        raise BadServers(_("Server %(number)s: its url must begin with %(known)s.") % words)
    _only_a_place(number, parts)
    return Server(
        host=parts.hostname or "",
        port=port or SCHEMES[scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=scheme == "smtp+tls",
        tls=scheme == "smtp+ssl",
    )


def _only_a_place(number: int, parts: SplitResult) -> None:
    if not parts.hostname:
        raise BadServers(_("Server %(number)s: its url names no host.") % {"number": number})
    if parts.path.strip("/") or parts.query or parts.fragment:
        why = _(
            "Server %(number)s: something follows the host and the port; signs such as / ? # in a password are written "
            "as %%2F %%3F %%23."
        )
        raise BadServers(why % {"number": number})
    if bool(parts.username) != bool(parts.password):
        raise BadServers(_("Server %(number)s: a user goes with a password, or neither.") % {"number": number})


def _positive(number: int, written: Mapping[str, object], field: str, default: float) -> float:
    value = written.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1_000_000:
        why = _("Server %(number)s: %(field)s must be a number above 0, such as 3.")
        raise BadServers(why % {"number": number, "field": field})
    return float(value)


def _whole(number: int, written: Mapping[str, object], field: str) -> int:
    value = written.get(field)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 1_000_000:
        why = _("Server %(number)s: %(field)s must be a whole number above 0, such as 20.")
        raise BadServers(why % {"number": number, "field": field})
    return value


def _named(found: list[Server]) -> list[Server]:
    """Each by its host, and by its port where one host stands more than once; raises BadServers for one said twice."""
    places = Counter((one.host, one.port, one.user) for one in found)
    for host, port, _user in (place for place, count in places.items() if count > 1):
        raise BadServers(_("%(place)s stands there twice.") % {"place": f"{host}:{port}"})
    for name in (lambda one: one.host, lambda one: f"{one.host}:{one.port}"):
        named = [replace(one, name=name(one)) for one in found]
        if len({one.name for one in named}) == len(named):
            return named
    return [replace(one, name=f"{one.host}:{one.port} ({number})") for number, one in enumerate(found, start=1)]


def _example() -> str:
    return _("write it like %(example)s.") % {
        "example": '[{"url": "smtp+tls://user:password@mx1.example.org:587", "weight": 3}]'
    }
