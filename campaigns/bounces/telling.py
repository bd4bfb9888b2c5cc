"""What is told about the reading of mail that came back: whether anybody reads it, and what lies aside."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.bounces.places.addresses import NOBODYS, PIPED, BadPlace, place_at
from campaigns.models import BounceMailbox
from crm.models import Organisation

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


def in_words() -> list[str]:
    """Who reads what comes back by mail, when that was last done and what lies aside; nothing where a provider tells.

    Sentences for the back office.
    """
    if settings.BOUNCES_URL == PIPED:
        return [_("The mail server hands over what comes back, mail by mail."), *_aside(_("the folder var/bounces"))]
    if not settings.BOUNCES_URL:
        return [] if settings.EMAIL_PROVIDER or settings.LOCAL_MAILBOX else [_nobody_reads()]
    if why := not_read():
        return [why, *_aside()]
    row = BounceMailbox.objects.filter(key=place_at(settings.BOUNCES_URL).key).first()
    if row is None or row.read_at is None:
        return [_("The mailbox for what comes back is read for the first time within a minute.")]
    at = date_format(localtime(row.read_at), "DATETIME_FORMAT")
    return [_("The mailbox for what comes back is read every minute, the last time on %(at)s.") % {"at": at}, *_aside()]


def _nobody_reads() -> str:
    to = settings.RETURN_PATH or Organisation.load().sender_email
    return _(
        "Nobody reads it: what comes back to %(address)s stays there, and addresses that do not work any more are "
        "written to again. docs/recipes/read-bounces.md says how the house reads it by itself."
    ) % {"address": to}


def _aside(where: str = "") -> list[str]:
    mails = lying_aside()
    said = ngettext(
        "%(n)s mail was not understood and lies in %(where)s: somebody should look at it.",
        "%(n)s mails were not understood and lie in %(where)s: somebody should look at them.",
        mails,
    )
    words = {"n": f"{mails:,}", "where": where or _("the folder “Set aside” of that mailbox")}
    return [said % words] if mails else []


def lying_aside() -> int:
    """How many mails wait for a person, as of the last reading of each place."""
    return BounceMailbox.objects.aggregate(mails=Sum("aside"))["mails"] or 0
