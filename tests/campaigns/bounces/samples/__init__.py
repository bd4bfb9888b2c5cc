"""Reports as mail servers write them, made for one message of ours: `SAMPLES[name](sent)`.

form.py     our message, and the standard form    houses.py   Microsoft, Google, Yahoo, Amazon, complaints
servers.py  Postfix, Exim, qmail, sendmail        letters.py  what is no report

Each is written in the shape of its kind; names, addresses and numbers are invented.
"""

from collections.abc import Callable

from tests.campaigns.bounces.samples.form import DATE, Sent, block, standard
from tests.campaigns.bounces.samples.houses import (
    complaint,
    exchange,
    exchange_blocked,
    exchange_unknown_at_the_edge,
    gmail,
    gmail_disabled,
    gmail_full,
    gmail_policy,
    ses,
    yahoo,
    yahoo_standard,
)
from tests.campaigns.bounces.samples.letters import forwarded, letter, vacation
from tests.campaigns.bounces.samples.servers import (
    exim,
    exim_old,
    in_all_letters,
    postfix,
    postfix_delayed,
    postfix_gave_up,
    postfix_no_domain,
    qmail,
    sendmail,
)

__all__ = [
    "DATE",
    "SAMPLES",
    "Sent",
    "block",
    "complaint",
    "exchange",
    "exchange_blocked",
    "exchange_unknown_at_the_edge",
    "exim",
    "exim_old",
    "forwarded",
    "gmail",
    "gmail_disabled",
    "gmail_full",
    "gmail_policy",
    "in_all_letters",
    "letter",
    "postfix",
    "postfix_delayed",
    "postfix_gave_up",
    "postfix_no_domain",
    "qmail",
    "sendmail",
    "ses",
    "standard",
    "vacation",
    "yahoo",
    "yahoo_standard",
]


SAMPLES: dict[str, tuple[Callable[[Sent], bytes], str]] = {
    "Postfix": (postfix, "bounced"),
    "Postfix, domain gone": (postfix_no_domain, "bounced"),
    "Postfix, delayed": (postfix_delayed, "deferred"),
    "Postfix, gave up": (postfix_gave_up, "soft_bounced"),
    "Exim": (exim, "bounced"),
    "Exim, old": (exim_old, "bounced"),
    "Microsoft 365": (exchange, "bounced"),
    "Microsoft 365, unknown": (exchange_unknown_at_the_edge, "bounced"),
    "Microsoft 365, blocked": (exchange_blocked, "failed"),
    "Gmail": (gmail, "bounced"),
    "Gmail, closed": (gmail_disabled, "bounced"),
    "Gmail, full": (gmail_full, "soft_bounced"),
    "Gmail, policy": (gmail_policy, "failed"),
    "Yahoo": (yahoo, "bounced"),
    "Yahoo, standard": (yahoo_standard, "bounced"),
    "Amazon SES": (ses, "bounced"),
    "qmail": (qmail, "bounced"),
    "sendmail": (sendmail, "bounced"),
    "all letters": (in_all_letters, "bounced"),
    "complaint": (complaint, "complained"),
}
"""Each report with what it means for the message."""
