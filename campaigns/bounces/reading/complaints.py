"""Complaints that providers pass on (ARF, RFC 5965): somebody marked our mail as spam."""

import email
from email.message import Message

from campaigns.bounces.reading.meaning import Meaning
from campaigns.bounces.reading.opened import header, inner, own_parts, text_of

FEEDBACK = "message/feedback-report"
MEANS: dict[str, Meaning] = {
    "abuse": Meaning.COMPLAINED,
    "fraud": Meaning.COMPLAINED,
    "opt-out": Meaning.UNSUBSCRIBED,
    "opt-out-list": Meaning.UNSUBSCRIBED,
    "not-spam": Meaning.NOTHING,
    "auth-failure": Meaning.NOTHING,
    "dmarc": Meaning.NOTHING,
    "virus": Meaning.NOTHING,
}
"""The last four are no word of whoever got the mail; any other type is for a person to see."""


def feedback(message: Message) -> Message | None:
    """The fields of the report; None when it is none."""
    for part in own_parts(message):
        if part.get_content_type() == FEEDBACK:
            found = inner(part)
            return found[0] if found else email.message_from_string(text_of(part).lstrip() + "\n\n")
    return None


def complaint(fields: Message) -> Meaning | None:
    """What the report means; None when nobody told us."""
    return MEANS.get(header(fields, "Feedback-Type").lower())
