"""What a report says about a message, and what that means: nobody is there, not now, or not this mail."""

import re
from collections.abc import Sequence
from enum import StrEnum

from campaigns.bounces.reading.dsn import Recipient
from crm.replies import ENHANCED, NOBODY_WORDS, status_means_nobody


class Meaning(StrEnum):
    """What is heard of a message, by the names of `campaigns.actions.news.Kind`; from the best to the worst."""

    NOTHING = ""
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    SOFT_BOUNCED = "soft_bounced"
    FAILED = "failed"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"


ACTIONS = {
    "delayed": Meaning.DEFERRED,
    "delivered": Meaning.DELIVERED,
    "relayed": Meaning.ACCEPTED,
    "expanded": Meaning.ACCEPTED,
}
FULL = re.compile(r"quota|mailbox (?:is )?full|over ?limit|insufficient storage|out of storage", re.IGNORECASE)
UNWELCOME = re.compile(
    r"\bspam\b|\bblock(?:ed|list)|blacklist|\breputation\b|\bpolicy\b|\bdmarc\b|\bspf\b|\bdkim\b|\brbl\b|"
    r"too large|message size|content (?:rejected|refused)|rate limit|\bvirus\b",
    re.IGNORECASE,
)
NOT_THIS_MAIL = re.compile(r"5\.(?:[3567]\.\d+|1\.[78]|2\.[34]|4\.6)")
"""Codes about the message, the sender, the systems or their rules; another mail may well arrive."""
_CODE = re.compile(r"\b([45])\d\d\b")


def meaning(recipients: Sequence[Recipient], address: str) -> Meaning:
    """What a report means for the message we sent to `address` (empty: it is not known any more).

    Of several recipients ours counts. Where only others are named, a list or a forward sent the message on: it failed
    only when it failed for all of them, and that somebody else is not there says little about our address.
    """
    ours = [one for one in recipients if address and address in one.addresses]
    if ours:
        return _of(ours[-1])
    mildest = min((_of(one) for one in recipients), key=list(Meaning).index, default=Meaning.NOTHING)
    named = all(one.addresses for one in recipients)
    return Meaning.SOFT_BOUNCED if mildest is Meaning.BOUNCED and named and address else mildest


def reply(recipients: Sequence[Recipient], address: str) -> str:
    """The words of the mail server, for the ledger."""
    ours = [one for one in recipients if address and address in one.addresses] or list(recipients)
    if not ours:
        return ""
    status = "" if ours[-1].status in ours[-1].said else ours[-1].status
    return f"{status} {ours[-1].said}".strip()[:300]


def _of(one: Recipient) -> Meaning:
    """What one block means."""
    for action, means in ACTIONS.items():
        if one.action.startswith(action):
            return means
    if not one.action.startswith(("failed", "error", "fail")) and one.action:
        return Meaning.NOTHING
    return failure(one.status, one.said)


def failure(status: str, words: str) -> Meaning:
    """What it means that a message came back for good, by its status (RFC 3463) and what was said beside it.

    Only what says that nobody is there is held against the address at once. A full mailbox and whatever gives no
    reason count when they come back again and again; what was refused for its content or by a rule says nothing of it.
    """
    code = _status(status, words)
    if code[:1] == "4":
        return Meaning.SOFT_BOUNCED
    if status_means_nobody(code, words) or (not code and NOBODY_WORDS.search(words)):
        return Meaning.BOUNCED
    if code == "5.2.2" or FULL.search(words):
        return Meaning.SOFT_BOUNCED
    if NOT_THIS_MAIL.fullmatch(code) or UNWELCOME.search(words):
        return Meaning.FAILED
    return Meaning.SOFT_BOUNCED


def _status(status: str, words: str) -> str:
    """The most telling code: what the server itself said, where the status says nothing."""
    found = ENHANCED.search(status)
    if found and not (found[2] == "0" and found[3] == "0"):
        return found[0]
    said = ENHANCED.search(words)
    if said and said[1] in "45":
        return said[0]
    plain = _CODE.search(words)
    return found[0] if found else f"{plain[1]}.0.0" if plain else ""
