"""What is told about the reading of mail that came back: whether anybody reads it, and what lies aside."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from campaigns.bounces.places.addresses import NOBODYS, BadPlace, place_at
from campaigns.models import BounceMailbox

QUIET = timedelta(minutes=10)
"""A mail server that is away for shorter is nothing to look at."""


def not_read() -> str:
    """Why what comes back by mail is not read though it should be, in one sentence that anybody may read; or empty."""
    if settings.BOUNCES_URL in NOBODYS:
        return ""
    try:
        row = BounceMailbox.objects.filter(key=place_at(settings.BOUNCES_URL).key).first()
    except BadPlace:
        return "BOUNCES_URL cannot be read."
    if row is None or row.tried_at is None or (row.read_at and timezone.now() - row.read_at < QUIET):
        return ""
    since = f"was not read since {row.read_at:%Y-%m-%d %H:%M} UTC" if row.read_at else "could not be read yet"
    what_to_do = "The log says why." if row.trouble else "See whether the clock and the workers run."
    return f"Mail that came back {since}. {what_to_do}"


def lying_aside() -> int:
    """How many mails wait for a person, as of the last reading of each place."""
    return BounceMailbox.objects.aggregate(mails=Sum("aside"))["mails"] or 0
