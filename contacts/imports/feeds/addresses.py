"""Where on the internet a feed may read: HTTPS, and no machine of a private network or our own."""

import base64
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _

from contacts.imports.feeds.errors import Trouble, WrongPlace

WRAPPED = (ipaddress.ip_network("64:ff9b::/32"), ipaddress.ip_network("2002::/16"))
"""IPv6 networks whose addresses lead to an IPv4 address written inside them."""
HIDDEN = "•••"


@dataclass(frozen=True)
class Address:
    """An address that was looked at: what to ask whom for, and with which credentials."""

    host: str
    port: int
    target: str
    credentials: str = ""

    @property
    def url(self) -> str:
        """The address without credentials."""
        return f"https://{self._site}{self.target}"

    @property
    def _site(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """What goes along with the request."""
        said = {"Host": self._site, "User-Agent": "AllianceCRM-feed/1", "Accept-Encoding": "identity"}
        return said | ({"Authorization": f"Basic {self.credentials}"} if self.credentials else {})

    def followed(self, location: str) -> "Address":
        """Where a redirect leads; credentials go along only to the same host. Raises WrongPlace."""
        to = address_of(urljoin(self.url, location))
        same = (to.host, to.port) == (self.host, self.port)
        return Address(to.host, to.port, to.target, self.credentials if same else "")


def address_of(location: str) -> Address:
    """The parts of an HTTPS address; raises WrongPlace for everything else."""
    parts = _split(location)
    if parts.scheme != "https":
        raise WrongPlace(_("Feeds read addresses that start with https:// only."))
    if not parts.hostname or any(ord(letter) <= 32 for letter in location):
        raise WrongPlace(_("This is not an address a feed can read."))
    try:
        host, port = parts.hostname.encode("idna").decode(), parts.port or 443
    except (UnicodeError, ValueError) as error:
        raise WrongPlace(_("This is not an address a feed can read.")) from error
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return Address(host, port, target.encode("ascii", "ignore").decode(), _credentials(parts))


def _credentials(parts: SplitResult) -> str:
    """Name and password that stand in an address, as HTTP sends them."""
    if not parts.username and not parts.password:
        return ""
    return base64.b64encode(f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()).decode()


def machines_of(address: Address) -> list[str]:
    """The IP addresses behind a host, each of which may be asked. Raises Trouble, WrongPlace.

    The connection is made to one of these and not to the name: it cannot mean another machine a moment later.
    """
    try:
        answers = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Trouble(_("There is no server called %(host)s.") % {"host": address.host}) from error
    machines = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not settings.FEEDS_ALLOW_PRIVATE and not all(map(is_public, machines)):
        raise WrongPlace(_("%(host)s is inside a private network; feeds do not read there.") % {"host": address.host})
    return machines


def is_public(machine: str) -> bool:
    """Whether an IP address is one of the open internet."""
    number = ipaddress.ip_address(machine.split("%")[0])
    if isinstance(number, ipaddress.IPv6Address) and any(number in network for network in WRAPPED):
        return False
    return number.is_global and not number.is_multicast


def shown(location: str) -> str:
    """An address as people may see it: no password, and nothing of what stands behind a question mark."""
    parts = _split(location)
    site = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, site, parts.path, HIDDEN if parts.query else "", ""))


def _split(location: str) -> SplitResult:
    try:
        return urlsplit(location.strip())
    except ValueError as error:
        raise WrongPlace(_("This is not an address a feed can read.")) from error
