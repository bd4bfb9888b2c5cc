"""Settings as an operator writes them into the environment: what cannot be read is said by name, never with a password.

The settings themselves are made by this, so nothing of Django's may be asked here.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SERVERS = {"smtp": 25, "smtps": 587, "smtp+tls": 587, "smtp+ssl": 465}
"""How the address of a mail server begins, with the port where such servers usually are."""
SUCH_AS = "smtp+tls://user:password@mail.example.org:587"


def json_object(name: str, text: str, *, such_as: str) -> dict[str, Any]:
    """What the variable `name` says, empty for nothing; raises ImproperlyConfigured where it is no JSON object."""
    try:
        found = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        raise ImproperlyConfigured(f"{name} is no JSON; write it like {such_as}.") from None
    if not isinstance(found, dict):
        raise ImproperlyConfigured(f"{name} is no JSON object of names and values; write it like {such_as}.")
    return found


def port_of(email_url: str) -> int:
    """The port of the mail server that `EMAIL_URL` names; raises ImproperlyConfigured where it cannot be read."""
    try:
        said = urlsplit(email_url)
        port = said.port
    except ValueError:
        raise _wrong(
            "cannot be read. The port must be a number up to 65535, and signs such as @ : / # ? in a password are "
            "written as %40 %3A %2F %23 %3F"
        ) from None
    if said.scheme.lower() not in SERVERS:
        raise _wrong(f"must begin with {', '.join(f'{one}://' for one in SERVERS)}")
    if not said.hostname:
        raise _wrong("names no host")
    if said.fragment or "@" in said.path + said.query:
        raise _wrong("says something after the host; signs such as / # ? in a password are written as %2F %23 %3F")
    if bool(said.username) != bool(said.password):
        raise _wrong("names a user without a password, or a password without a user")
    return port or SERVERS[said.scheme.lower()]


def _wrong(why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"EMAIL_URL {why}. Write it like {SUCH_AS}.")
