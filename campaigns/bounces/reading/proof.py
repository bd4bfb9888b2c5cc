"""Which of our messages a mail is about, by what nobody can make up: its return address, or its Message-ID.

Both carry a keyed hash for one message only. Whoever has them got the message, or passed it on, so the worst that
somebody can do by writing us a false report is to stop mail to themselves.
"""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from campaigns.bounces.reading.opened import WORDS, header, headers, own_parts, parts, text_of
from campaigns.sending.writing.message_ids import read_message_id
from crm import postman
from crm.returns import NEWSLETTER, SINGLE, looks_like_ours, read_return

ARRIVED_AT = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "X-RCPT-To",
    "To",
    "Cc",
)
"""Where mail servers write which address a report came to; its own Return-Path is that of whoever answers."""
TELLING = ("Original-Mail-From", "Original-Envelope-Id", "Return-Path", "X-Original-Message-ID")
TEXTS = 5


@dataclass(frozen=True, slots=True)
class About:
    """A message of ours: in which ledger (crm.returns), its number, and the campaign where the proof names it."""

    ledger: str
    number: int
    campaign: int | None = None


def about(message: Message, *, words: bool) -> About | None:
    """The message; with `words` also what stands in its texts counts, as servers quote in their own ways."""
    if found := _by_return(headers(message, *ARRIVED_AT)):
        return found
    inner = list(islice(_inside(message), 20))
    for text in inner:
        if found := _by_return(headers(text, *TELLING)) or _by_message_id(header(text, "Message-ID")):
            return found
    for text in inner:
        if found := _by_message_id(headers(text, "X-Original-Message-ID", "Original-Message-ID")):
            return found
    if not words:
        return None
    quoted = (text_of(part) for part in own_parts(message) if part.get_content_maintype() == "text")
    return next((found for text in islice(quoted, TEXTS) if (found := _by_return(text) or _quoted(text))), None)


def claims_one(message: Message) -> bool:
    """Whether it came to what is, or looks like, a return address of ours: nobody writes there by hand."""
    return looks_like_ours(headers(message, *ARRIVED_AT))


def _inside(message: Message) -> Iterator[Message]:
    """The messages and fields that are in it: what is returned, and what is said about it."""
    for part in parts(message):
        if part is message:
            continue
        if part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            yield email.message_from_string(text_of(part)[:WORDS].lstrip() + "\n\n")
        elif part.get("Message-ID") or any(part.get(name) for name in TELLING):
            yield part


def _by_return(text: str) -> About | None:
    found = read_return(text) if "@" in text else None
    return About(found.ledger, found.number) if found and found.ledger in (NEWSLETTER, SINGLE) else None


def _by_message_id(said: str) -> About | None:
    if known := read_message_id(said):
        return About(NEWSLETTER, known.delivery, known.campaign)
    number = postman.read_message_id(said)
    return About(SINGLE, number) if number is not None else None


def _quoted(text: str) -> About | None:
    """By a line that names a Message-ID, as it stands in what is returned within a text."""
    lines = (line for line in text.splitlines() if line.lstrip("> ").lower().startswith("message-id:"))
    return next((found for line in islice(lines, TEXTS) if (found := _by_message_id(line))), None)
