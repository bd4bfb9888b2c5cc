"""Fetching a file over HTTPS: certificates are checked, size, time and redirects have their limits."""

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from urllib.parse import unquote

from django.utils.translation import gettext as _

from contacts.imports.actions import LARGEST_FILE
from contacts.imports.feeds.addresses import Address, address_of, machines_of
from contacts.imports.feeds.errors import Trouble
from contacts.imports.feeds.found import Found

LONGEST = 600.0
"""Seconds a whole download may take."""
PATIENCE = 20.0
"""Seconds without a sign of life."""
MOST_REDIRECTS = 3
BLOCK = 1 << 16
REDIRECTS = (301, 302, 303, 307, 308)
NAMED = re.compile(r'filename="?([^";]+)"?', re.IGNORECASE)


def download(location: str, *, etag: str = "", modified: str = "") -> Found | None:
    """A copy of what lies at an address, None when it is still what `etag` or `modified` stand for.

    Raises Trouble, WrongPlace.
    """
    address = address_of(location)
    for _step in range(MOST_REDIRECTS + 1):
        asked = _known(etag, modified) if _step == 0 else {}
        with _answer(address, asked) as answer:
            if answer.status == 304 and asked:
                return None
            if answer.status not in REDIRECTS:
                return _taken(address, answer)
            to = answer.headers.get("Location", "")
            address = address.followed(to)
    raise Trouble(_("The address sends us on and on to other ones. Ask the partner for the final one."))


def _known(etag: str, modified: str) -> dict[str, str]:
    said = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in said.items() if value}


@contextmanager
def _answer(address: Address, more: dict[str, str]) -> Iterator[http.client.HTTPResponse]:
    """The answer to one request, within the time; every error on the way is a Trouble in words."""
    line: socket.socket | None = None
    late = threading.Event()

    def hang_up() -> None:
        late.set()
        if line is not None:
            _shut(line)

    clock = threading.Timer(LONGEST, hang_up)
    clock.daemon = True
    clock.start()
    try:
        line = _line_to(address)
        secure = _context().wrap_socket(line, server_hostname=address.host, suppress_ragged_eofs=False)
        line = secure
        connection = http.client.HTTPConnection(address.host, address.port)
        connection.sock = secure
        connection.request("GET", address.target, headers=address.headers | more)
        with connection.getresponse() as answer:
            yield answer
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Trouble(_in_words(address, error, late.is_set())) from error
    finally:
        clock.cancel()
        if line is not None:
            line.close()


def _shut(line: socket.socket) -> None:
    """Wake up whoever reads from the line."""
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        line.close()


def _context() -> ssl.SSLContext:
    """Certificates of the machine; an operator adds a private one by SSL_CERT_FILE."""
    return ssl.create_default_context()


def _line_to(address: Address) -> socket.socket:
    """A connection to one of the machines behind the name."""
    trouble: OSError | None = None
    for machine in machines_of(address)[:4]:
        try:
            return socket.create_connection((machine, address.port), timeout=PATIENCE)
        except OSError as error:
            trouble = error
    raise trouble or OSError


def _in_words(address: Address, error: Exception, late: bool) -> str:
    host = {"host": address.host}
    if late:
        return _("%(host)s was too slow: the file did not come within ten minutes.") % host
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("The certificate of %(host)s is not valid. Ask the partner to renew it.") % host
    if isinstance(error, TimeoutError):
        return _("%(host)s does not answer.") % host
    if isinstance(error, http.client.IncompleteRead | ssl.SSLEOFError):
        return _("The file came only in part. It is read again next time.")
    return _("%(host)s could not be reached.") % host


def _taken(address: Address, answer: http.client.HTTPResponse) -> Found:
    """The body of a good answer, all of it."""
    _refuse_status(address, answer.status)
    kind = answer.headers.get_content_type()
    if kind in ("text/html", "application/xhtml+xml"):
        raise Trouble(_web_page())
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Trouble(_("The file comes packed in a way we did not ask for."))
    declared = answer.length
    if declared is not None and declared > LARGEST_FILE:
        raise Trouble(_too_large())
    found = Found(
        name=_name_of(address, answer),
        etag=answer.headers.get("ETag", "")[:200],
        modified=answer.headers.get("Last-Modified", "")[:60],
    )
    try:
        _fill(found, answer)
        if declared is not None and found.size != declared:
            raise http.client.IncompleteRead(b"", declared - found.size)
    except BaseException:
        found.copy.close()
        raise
    return found


def _fill(found: Found, answer: http.client.HTTPResponse) -> None:
    while chunk := answer.read1(BLOCK):
        if not found.size and chunk.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
            raise Trouble(_web_page())
        found.write(chunk)
        if found.size > LARGEST_FILE:
            raise Trouble(_too_large())


def _refuse_status(address: Address, status: int) -> None:
    said = {"host": address.host, "status": status}
    if status in (401, 403, 407):
        raise Trouble(_("%(host)s does not let us in (%(status)d). The password or link may be out of date.") % said)
    if status in (404, 410):
        raise Trouble(_("There is no file at this address any more (%(status)d).") % said)
    if status != 200:
        raise Trouble(_("%(host)s could not give us the file (%(status)d).") % said)


def _web_page() -> str:
    return _("The address answers with a web page, perhaps a sign-in, and not with a list.")


def _too_large() -> str:
    return _("The file is larger than 512 MB. Ask the partner to send it in parts.")


def _name_of(address: Address, answer: http.client.HTTPResponse) -> str:
    """What the server calls the file, else the last part of the address; only ever shown, never a path."""
    named = NAMED.search(answer.headers.get("Content-Disposition", ""))
    path = named[1] if named else unquote(address.target.split("?")[0])
    name = PurePosixPath(path.replace("\\", "/")).name
    return "".join(letter for letter in name if letter.isprintable())[:255] or "feed"
