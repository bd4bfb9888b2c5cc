"""How long a newsletter still takes, where that can be known: by what was measured and by every limit that holds it."""

from datetime import timedelta
from math import ceil

from django.utils import timezone

from campaigns.sending.rates.hours import Hours
from campaigns.sending.telling.progress import Progress

MINUTE = 60.0
MEASURED = 10.0
"""Seconds after the launch before which nothing measured says anything."""
STEADY = 5
"""Seconds between the launch and a change of the row within which both are the launch."""
CLOSE = 0.5
"""The part of its limit from which on a newsletter is taken to go as fast as it may."""
RARE = 10
"""Messages a minute below which a limit says more than what happened to leave in the last minute."""


def minutes_left(progress: Progress, hours: Hours) -> int | None:
    """About how many minutes it still takes; None while that cannot be known, or a day's part of a warm-up ends it."""
    waiting = progress.count("queued", "sending")
    if not waiting or progress.is_down or hours.opens:
        return None
    if hours.warm_up and hours.warm_up.left < waiting:
        return None
    rate = _a_minute(progress)
    return hours.with_quiet(ceil(waiting / rate)) if rate else None


def _a_minute(progress: Progress) -> float | None:
    """Messages a minute as they will go on; None while too little was measured."""
    campaign, now = progress.campaign, timezone.now()
    if not progress.per_minute or campaign.launched_at is None:
        return None
    limit = (campaign.per_hour or 0) / 60
    if limit and limit < RARE:
        return limit
    since_launch = (now - campaign.launched_at).total_seconds()
    if since_launch < MEASURED:
        return None
    measured = progress.per_minute * MINUTE / min(MINUTE, since_launch)
    if limit and measured >= limit * CLOSE:
        return limit
    steered = campaign.updated_at - campaign.launched_at > timedelta(seconds=STEADY)
    if steered and now - campaign.updated_at < timedelta(seconds=MINUTE):
        return None
    return measured
