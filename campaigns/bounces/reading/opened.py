"""A mail as a message that is safe to look into, however it was written."""

import email
import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice

DEEPEST = 40
"""Parts with parts in them; an ordinary report has three."""
PARTS = 100
"""Parts that are looked at; what a report says stands in the first few."""
WORDS = 64 * 1024
"""Letters of a text that are looked at."""
LINE = 1000
"""Longest line that is looked at: no mail server writes longer ones (RFC 5322)."""
_CONTAINER = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)


class Unreadable(Exception):
    """The mail is not what a mail server writes; says why."""


def open_mail(raw: bytes) -> Message:
    """The mail as a message; raises Unreadable."""
    if len(_CONTAINER.findall(raw)) > DEEPEST:
        raise Unreadable("mails within mails")
    return email.message_from_bytes(raw)


def parts(message: Message) -> Iterator[Message]:
    """The message and what is in it, not too much of it."""
    return islice(message.walk(), PARTS)


def own_parts(message: Message) -> Iterator[Message]:
    """The same without what is in messages that are attached: what somebody forwards is not what they write."""
    return islice(_own(message), PARTS)


def _own(message: Message) -> Iterator[Message]:
    yield message
    if message.get_content_maintype() == "multipart":
        for part in inner(message):
            yield from _own(part)


def inner(message: Message) -> list[Message]:
    """The parts directly in it."""
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def header(message: Message, name: str) -> str:
    """A header as text in one line, the first where it stands more than once; empty where it does not stand."""
    return one_line(message.get(name, ""))


def headers(message: Message, *names: str) -> str:
    """All of these headers, one under the other."""
    return "\n".join(one_line(value) for name in names for value in message.get_all(name, [])[:PARTS])


def one_line(value: object) -> str:
    """Whatever stands in a header, within limits."""
    return " ".join(str(value)[:WORDS].split())


def text_of(part: Message) -> str:
    """The words of a part that is no container, with lines that are too long cut short."""
    if part.is_multipart():
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        words = payload[:WORDS].decode(charset, "replace")
    except (LookupError, ValueError):  # a charset nobody knows
        words = payload[:WORDS].decode("latin-1")
    return "\n".join(line[:LINE] for line in words.splitlines())
