"""What a mail server's reply means for the message and for the address."""

import random
import re
from datetime import timedelta

from crm.patience import patience
from crm.transport import Outcome, Verdict

ENHANCED = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})\b(?!\.\d)")
"""A code of RFC 3463, and no part of an address such as 5.1.1.4."""
NOBODY_THERE = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"}
"""RFC 3463 codes that say the address itself is wrong; full, blocked and policy codes say something else."""
NOBODY_WORDS = re.compile(
    r"user unknown|unknown user|no such (user|mailbox|recipient)|does not exist|unknown recipient|"
    r"recipient not found|invalid recipient|no mailbox here|mailbox not found|doesn'?t have an? \S+ account",
    re.IGNORECASE,
)
DOUBTFUL = {
    "5.0.0": NOBODY_WORDS,
    "5.1.0": NOBODY_WORDS,
    "5.2.1": re.compile(r"disabled|inactive|deactivated|closed|suspended", re.IGNORECASE),
    "5.4.1": re.compile(r"recipient address rejected", re.IGNORECASE),
    "5.4.4": re.compile(r"host not found|domain .*not found|no such domain|does not exist", re.IGNORECASE),
    "5.4.310": re.compile(r"domain .*does not exist", re.IGNORECASE),
}
"""Codes that say it only together with such words: Google's closed accounts, Microsoft's unknown ones, lost domains."""
QUEUED_AS = re.compile(r"queued (?:mail )?(?:as|for delivery as|id)[ :]+<?([\w.@/-]+)", re.IGNORECASE)


def judge(code: int, text: str) -> Outcome:
    """The outcome of a reply about one recipient or one whole message."""
    reply = f"{code} {text}".strip()[:300]
    if 200 <= code < 300:
        found = QUEUED_AS.search(text)
        return Outcome(Verdict.ACCEPTED, reply, found.group(1)[:200] if found else "")
    if 400 <= code < 500:
        return Outcome(Verdict.DEFERRED, reply)
    return Outcome(Verdict.BOUNCED if says_nobody_there(code, text) else Verdict.FAILED, reply)


def says_nobody_there(code: int, text: str) -> bool:
    """Whether a refusal means that the address does not exist, and not that today's message was unwelcome."""
    if not 500 <= code < 600:
        return False
    status = ENHANCED.search(text)
    if status:
        return status_means_nobody(status.group(0), text)
    return code in (550, 551, 553) and bool(NOBODY_WORDS.search(text))


def status_means_nobody(status: str, words: str) -> bool:
    """Whether a status of RFC 3463, with what is said beside it, means that the address does not exist."""
    doubtful = DOUBTFUL.get(status)
    return status in NOBODY_THERE or bool(doubtful and doubtful.search(words))


def wait_before_try(attempts: int) -> timedelta:
    """How long to wait after `attempts` tries, with jitter so that a refused crowd does not return as one."""
    seconds = patience().first_retry * patience().retry_factor ** max(0, attempts - 1)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 (jitter, not a secret)


def puts_us_off(outcome: Outcome) -> bool:
    """Whether a domain asks us to come more slowly; a full mailbox (4.2.x) or a doubtful address (4.1.x) is theirs."""
    if outcome.verdict != Verdict.DEFERRED or outcome.lost or outcome.reply[:1] != "4":
        return False
    status = ENHANCED.search(outcome.reply)
    return status is None or status.group(2) not in ("1", "2")
