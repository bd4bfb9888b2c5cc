"""Reports of mail servers in the standard form (RFC 3464, and 6533 for addresses in all letters)."""

import email
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from campaigns.bounces.reading.opened import WORDS, header, inner, own_parts, text_of

STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
MOST = 50
"""Recipients of one report that are looked at; our messages have one each."""
_ADDRESS = re.compile(r"<([^<>]*)>|([^\s<>();]+@[^\s<>();]+)")


@dataclass(frozen=True, slots=True)
class Recipient:
    """What became of a message for one recipient; `addresses` in lower case, as many as the report tells."""

    addresses: frozenset[str]
    action: str
    status: str
    said: str


def recipients(message: Message) -> list[Recipient]:
    """Everybody the report says something about; nobody where it is no report in this form."""
    found = (part for part in own_parts(message) if part.get_content_type() in STATUS_PARTS)
    return list(islice((one for part in found for block in _blocks(part) if (one := _recipient(block))), MOST))


def is_report(message: Message) -> bool:
    """Whether it has such a part, whatever stands in it."""
    return any(part.get_content_type() in STATUS_PARTS for part in own_parts(message))


def _recipient(block: Message) -> Recipient | None:
    """What one block says; None for what it says about the whole message."""
    action = header(block, "Action").lower()
    status = header(block, "Status")
    if not action and not block.get("Final-Recipient"):
        return None
    said = [header(block, "Original-Recipient"), header(block, "Final-Recipient"), header(block, "X-Actual-Recipient")]
    diagnostic = header(block, "Diagnostic-Code")
    kind, separator, rest = diagnostic.partition(";")
    words = rest.strip() if separator and len(kind) < 20 and " " not in kind.strip() else diagnostic
    return Recipient(frozenset(_addresses(said)), action, status, words)


def _addresses(said: Iterable[str]) -> Iterator[str]:
    """The addresses in fields such as "rfc822; <Ana@example.org>"."""
    for field in said:
        found = _ADDRESS.search(field.partition(";")[2] or field)
        address = (found[1] or found[2] or "") if found else ""
        if "@" in address:
            yield address.strip().lower()


def _blocks(part: Message) -> Iterator[Message]:
    """The blocks of fields; the parser has divided them where it knows the form, and text is divided here."""
    if not part.is_multipart():
        yield from _divided(text_of(part))
        return
    for block in inner(part)[: 2 * MOST]:
        yield block
        rest = block.get_payload()
        if isinstance(rest, str) and ":" in rest:
            yield from _divided(rest[:WORDS])


def _divided(text: str) -> Iterator[Message]:
    """Blocks of fields in a text."""
    for block in re.split(r"\r?\n[ \t]*\r?\n", text)[: 2 * MOST]:
        yield email.message_from_string(block.lstrip() + "\n\n")
