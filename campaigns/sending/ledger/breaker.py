"""The circuit breaker: a campaign that goes wrong is paused before it does harm, and says why.

    group settled, complaint heard, no connection  →  one small row, rolled on by one statement  →  paused, or not

The row has a letter for each of the last settled messages; a connection that breaks counts until a message is accepted.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from campaigns.models import Delivery, Tally
from campaigns.sending.ledger.closing import pause_for
from campaigns.sending.ledger.outcomes import Result
from campaigns.sending.limits import limits
from crm.transport import Verdict

FINE, BOUNCED, COMPLAINED = ".", "b", "c"
MARKS = {Verdict.ACCEPTED: FINE, Verdict.FAILED: FINE, Verdict.BOUNCED: BOUNCED}
"""The letter of each outcome that settles a message."""

ROLL = """
INSERT INTO campaigns_tally AS tally
    (campaign_id, recent, losses, down_at, accepted, accepted_at, minute, in_minute)
VALUES (%(campaign)s, right(%(marks)s, %(window)s), %(lost)s + %(down)s::int,
    CASE WHEN %(down)s THEN clock_timestamp() END,
    %(accepted)s, CASE WHEN %(accepted)s > 0 THEN clock_timestamp() END,
    date_trunc('minute', clock_timestamp()), %(accepted)s)
ON CONFLICT (campaign_id) DO UPDATE SET recent = right(tally.recent || excluded.recent, %(window)s),
    losses = CASE WHEN %(stood)s THEN 0 ELSE tally.losses END + %(lost)s + CASE
        WHEN excluded.down_at >= coalesce(tally.down_at + %(retry)s * interval '1 second', excluded.down_at) THEN 1
        ELSE 0 END,
    down_at = CASE
        WHEN excluded.down_at < tally.down_at + %(retry)s * interval '1 second' THEN tally.down_at
        ELSE coalesce(excluded.down_at, tally.down_at) END,
    accepted = tally.accepted + excluded.accepted,
    accepted_at = greatest(tally.accepted_at, excluded.accepted_at),
    minute = greatest(tally.minute, excluded.minute),
    in_minute = CASE WHEN tally.minute >= excluded.minute THEN tally.in_minute ELSE 0 END + excluded.in_minute,
    in_last = CASE WHEN tally.minute >= excluded.minute THEN tally.in_last
        WHEN tally.minute = excluded.minute - interval '1 minute' THEN tally.in_minute ELSE 0 END
RETURNING recent, losses
"""
"""Several workers, and ranges, that have no connection at the same time count as one that tries as often as it may."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the last messages of a campaign fared."""

    recent: str = ""
    losses: int = 0

    @property
    def line_stands(self) -> bool:
        """Whether the mail server is well as far as we know, so that a broken line is the message's own doing."""
        return self.losses <= limits().connection_losses

    def why_stop(self) -> str:
        """What staff should know before anything more is sent; empty while all is well."""
        settled = len(self.recent)
        bounced, complained = self.recent.count(BOUNCED), self.recent.count(COMPLAINED)
        if settled >= limits().breaker_floor and bounced >= settled * limits().breaker_bounces:
            why = _(
                "Of the last %(settled)s messages %(count)s (%(percent)s %%) came back because nobody has the address. "
                "Find out where these addresses come from before you go on."
            )
            return why % _counted(bounced, settled)
        if complained >= limits().breaker_complainers and complained >= settled * limits().breaker_complaints:
            why = _(
                "%(count)s people (%(percent)s %%) marked it as spam within the last %(settled)s messages. "
                "Find out whether they asked for it before you go on."
            )
            return why % _counted(complained, settled)
        if self.losses >= limits().breaker_losses:
            why = _(
                "The connection to the mail server failed %(count)s times in a row. "
                "Nothing is lost; go on once the mail server can be reached."
            )
            return why % {"count": self.losses}
        return ""


def note_results(
    campaign_id: int, results: Sequence[Result], *, down: bool = False, lines: int | None = None
) -> Standing:
    """Count what became of messages, in order, and pause their campaign where that is too bad.

    `down` says that there was no connection to send more. Lines that a mail server cuts at the same moment count once:
    as many as the transport may hold (`lines`).
    """
    accepted, lost = 0, 0
    for result in results:
        if result.outcome.verdict == Verdict.ACCEPTED:
            accepted, lost = accepted + 1, 0
        elif result.outcome.lost:
            lost += 1
    marks = "".join(MARKS.get(result.outcome.verdict, "") for result in results)
    return _roll(campaign_id, marks, accepted=accepted, lost=ceil(lost / (lines or limits().connections)), down=down)


def note_complaints(deliveries: Iterable[int]) -> None:
    """Somebody marked each of these messages as spam: call it once for each complaint, after it is in the ledger.

    Complaints come when other messages are being sent than those they are about, so they are weighed against the
    last messages that were settled when they came.
    """
    _note_later(COMPLAINED, deliveries)


def note_late_bounces(deliveries: Iterable[int]) -> None:
    """Each of these messages was accepted and came back later, because nobody has the address."""
    _note_later(BOUNCED, deliveries)


def start_anew(campaign_id: int) -> None:
    """Forget what was counted: a person looked at it and decided to go on."""
    Tally.objects.filter(pk=campaign_id).update(recent="", losses=0, down_at=None)


def _note_later(mark: str, deliveries: Iterable[int]) -> None:
    campaigns = Delivery.objects.filter(pk__in=list(deliveries)).values_list("campaign", flat=True)
    for campaign_id, count in sorted(Counter(campaigns).items()):
        _roll(campaign_id, mark * count)


def _roll(campaign_id: int, marks: str, *, accepted: int = 0, lost: int = 0, down: bool = False) -> Standing:
    if not (marks or lost or down):
        return Standing()
    numbers = {"window": limits().breaker_window, "retry": limits().connection_retry}
    news: dict[str, Any] = {
        "campaign": campaign_id,
        "marks": marks,
        "accepted": accepted,
        "stood": accepted > 0,
        "lost": lost,
        "down": down,
        **numbers,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # A crash of the database may cost the last moment of a count, so nobody waits for the disk.
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(ROLL, news)
        standing = Standing(*cursor.fetchone())
    if why := standing.why_stop():
        pause_for(campaign_id, why)
    return standing


def _counted(count: int, settled: int) -> dict[str, str]:
    share = count * 100 / settled
    percent = f"{share:.0f}" if share >= 10 else f"{share:.2g}"
    return {"settled": f"{settled:,}", "count": f"{count:,}", "percent": percent}
