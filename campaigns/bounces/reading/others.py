"""Reports in no standard form, known by flufl.bounce; what they mean is read from the words of the mail server."""

import logging
import re
from email.message import Message

from flufl.bounce import all_failures

from campaigns.bounces.reading.dsn import Recipient
from campaigns.bounces.reading.opened import LINE, header, own_parts, text_of

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
"""It tells of each detector it runs, and of each that stumbles with all of the traceback."""
TEXTS = 3
_ORIGINAL = re.compile(
    r"^\W*(?:-+ *(?:original|returned|below (?:this|the next) line|this is a copy|begin message|unsent|message)|"
    r"original message follows|your message reads)",
    re.IGNORECASE | re.MULTILINE,
)
_CODE = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b|\b[45]\d\d[ :-]")


def recipients(message: Message) -> list[Recipient]:
    """Who is named as not reached; nobody where it is no report that is known."""
    notice = notice_of(message)
    temporary, permanent = all_failures(_plain(message, notice))
    found = [("failed", one) for one in permanent] or [("delayed", one) for one in temporary]
    said = reason(notice)
    return [
        Recipient(frozenset([address]) if "@" in address else frozenset(), action, "", said)
        for action, one in found
        if (address := one.decode("ascii", "replace").lower())
    ][:50]


def notice_of(message: Message) -> str:
    """What the mail server wrote, without what it returns."""
    texts = [text_of(part) for part in own_parts(message) if part.get_content_type() == "text/plain"][:TEXTS]
    return _ORIGINAL.split("\n".join(texts), maxsplit=1)[0]


def reason(notice: str) -> str:
    """The line with a code in it, or the first lines under an address; not more than is needed."""
    lines = [line.strip() for line in notice.splitlines() if line.strip()]
    coded = [place for place, line in enumerate(lines) if _CODE.search(line)]
    named = [place + 1 for place, line in enumerate(lines) if "@" in line]
    start = coded[0] if coded else named[0] if named else 0
    return " ".join(lines[start : start + 3])[:300]


def _plain(message: Message, notice: str) -> Message:
    """A small copy in one part: some detectors take very long over very long texts and lines."""
    copy = Message()
    copy["From"] = header(message, "From")[:LINE] or "<>"  # one detector stumbles over a mail without it
    for name in ("Subject", "X-Failed-Recipients"):
        if value := header(message, name):
            copy[name] = value[:LINE]
    copy["Content-Type"] = "text/plain"
    texts = [text_of(part) for part in own_parts(message) if part.get_content_maintype() == "text"][:TEXTS]
    copy.set_payload("\n".join(texts) or notice)
    return copy
