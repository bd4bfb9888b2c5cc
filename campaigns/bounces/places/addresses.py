"""`BOUNCES_URL`: which place it names."""

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from campaigns.bounces.places.folders import Folder, Maildir
from campaigns.bounces.places.imap import ImapMailbox, Security
from campaigns.bounces.places.place import Place

SCHEMES: dict[str, tuple[Security, int]] = {"imaps": ("tls", 993), "imap+tls": ("starttls", 143), "imap": ("none", 143)}
PIPED = "-"
"""What `BOUNCES_URL` says where a mail server hands over each mail by itself."""
NOBODYS = ("", PIPED)
"""Values by which there is no place for the clock to read."""
SUCH_AS = "imaps://user:password@host/INBOX or maildir:///path"


class BadPlace(ValueError):
    """No place can be read out of it; says why without quoting a password."""


def place_at(url: str) -> Place:
    """The place a URL names; raises BadPlace."""
    scheme = url.partition(":")[0].lower()
    if scheme == "maildir":
        path = Path(unquote(url.partition(":")[2].removeprefix("//")))
        if not path.is_absolute():
            raise BadPlace("A Maildir is named by its whole path, as in maildir:///var/mail/bounces.")
        return Maildir(path)
    if scheme not in SCHEMES:
        raise BadPlace(f"It begins with none of imaps://, imap+tls://, imap:// and maildir://; write {SUCH_AS}.")
    return _mailbox(url, scheme)


def place_in(folder: str) -> Place:
    """A folder of this machine: a Maildir, or one with a file for each mail; raises BadPlace."""
    path = Path(folder).resolve()
    if not path.is_dir():
        raise BadPlace(f"There is no folder {folder}.")
    return Maildir(path) if (path / "new").is_dir() and (path / "cur").is_dir() else Folder(path)


def is_open_to_listeners(place: Place) -> bool:
    """Whether the password would travel readable over a network."""
    if not isinstance(place, ImapMailbox) or place.security != "none":
        return False
    return place.host not in ("localhost", "127.0.0.1", "::1")


def _mailbox(url: str, scheme: str) -> ImapMailbox:
    security, usual = SCHEMES[scheme]
    try:
        said: SplitResult = urlsplit(url)
        port = said.port or usual
    except ValueError:
        raise BadPlace(f"Write special letters of the password as %XX, such as %2F for /: {SUCH_AS}.") from None
    if not said.hostname or not said.username or not said.password:
        raise BadPlace(f"It needs a user, a password and a host: {SUCH_AS}.")
    if said.query or said.fragment or "@" in said.path:
        raise BadPlace(f"Write special letters of the password as %XX, such as %23 for #: {SUCH_AS}.")
    folder = unquote(said.path.strip("/")) or "INBOX"
    return ImapMailbox(said.hostname, port, unquote(said.username), unquote(said.password), folder, security)
