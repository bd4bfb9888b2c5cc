"""What is heard of single mails after they left; their states, too, only move forward."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from crm.models import OutboxMail
from crm.transport import Verdict

State = OutboxMail.State

RANK: dict[str, int] = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNCERTAIN: 2,
    State.SENT: 3,
    State.FAILED: 4,
    State.BOUNCED: 5,
}
BECOMES = {Verdict.ACCEPTED: State.SENT, Verdict.FAILED: State.FAILED, Verdict.BOUNCED: State.BOUNCED}


@dataclass(frozen=True, slots=True)
class MailNews:
    """That a mail was taken, failed or came back for good; `reply` is the mail server's word."""

    mail: int
    verdict: Verdict
    reply: str
    at: datetime


def addresses_of(mails: Iterable[int]) -> dict[int, str]:
    """Where these mails went, in lower case; those that are not (or no longer) here are left out."""
    return {pk: to.lower() for pk, to in OutboxMail.objects.filter(pk__in=set(mails)).values_list("pk", "to")}


def note_mail_news(news: Iterable[MailNews]) -> int:
    """Move mails forward; answers how many. Call it in a transaction, after everything else it holds.

    An old failure says nothing of a try that somebody asked for.
    """
    best: dict[int, MailNews] = {}
    for one in news:
        known = best.get(one.mail)
        if known is None or (RANK[BECOMES[one.verdict]], one.at) > (RANK[BECOMES[known.verdict]], known.at):
            best[one.mail] = one
    held = OutboxMail.objects.filter(pk__in=best).order_by("pk").select_for_update(no_key=True)
    return sum(_move(mail, best[mail.pk]) for mail in held.only("state", "sent_at", "attempts"))


def _move(mail: OutboxMail, news: MailNews) -> int:
    becomes = BECOMES[news.verdict]
    asked_for = mail.state == State.QUEUED and not mail.attempts
    if RANK[becomes] <= RANK[mail.state] or (asked_for and becomes == State.FAILED):
        return 0
    said: Mapping[str, object] = {"last_error": "" if becomes == State.SENT else news.reply[:300]}
    left = {"sent_at": mail.sent_at or news.at} if becomes != State.FAILED else {}
    return OutboxMail.objects.filter(pk=mail.pk).update(
        state=becomes, next_attempt_at=None, lease_until=None, **said, **left
    )
