"""Hours and days: when no newsletter leaves, and how many may leave today while a new sender is warmed up."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from campaigns.models import SendingRules, WarmUpDay
from crm.models import Organisation

LOCK = """
INSERT INTO campaigns_warmupday (domain, day, sent) VALUES (%(domain)s, %(day)s, 0)
ON CONFLICT (domain, day) DO UPDATE SET sent = campaigns_warmupday.sent RETURNING sent
"""
"""Held until the intent is committed, so that two workers do not count on the same rest."""

COUNT = """
UPDATE campaigns_warmupday SET sent = greatest(0, sent + %(count)s) WHERE domain = %(domain)s AND day = %(day)s
"""

DAY = 24 * 60
"""Minutes of a day."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Today's part of the plan: `quota` messages, of which `sent` have left; the next day begins at `goes_on`."""

    domain: str
    day: date
    quota: int
    sent: int
    goes_on: datetime

    @property
    def left(self) -> int:
        """How many may still leave today."""
        return max(0, self.quota - self.sent)

    def lock(self) -> int:
        """How many may still leave today, nobody else counting meanwhile."""
        with connection.cursor() as cursor:
            cursor.execute(LOCK, {"domain": self.domain, "day": self.day})
            return max(0, self.quota - cursor.fetchone()[0])

    def count(self, messages: int) -> None:
        """Note that so many leave, or, below zero, did not leave after all."""
        if messages:
            with connection.cursor() as cursor:
                cursor.execute(COUNT, {"domain": self.domain, "day": self.day, "count": messages})


@dataclass(frozen=True, slots=True)
class Hours:
    """What the house's rules say at one moment: `quiet_until` when it is quiet, `warm_up` while there is a plan.

    `next_quiet` is in how many minutes the quiet hours begin, and how many they last.
    """

    quiet_until: datetime | None
    warm_up: WarmUp | None
    next_quiet: tuple[int, int] | None = None

    @property
    def opens(self) -> datetime | None:
        """When something may leave again; None when something may now."""
        if self.warm_up and not self.warm_up.left:
            return self.warm_up.goes_on
        return self.quiet_until

    def with_quiet(self, minutes: int) -> int:
        """How long so many minutes of sending take from now on, with the quiet hours in between."""
        if not self.next_quiet or minutes <= self.next_quiet[0]:
            return minutes
        begins, lasts = self.next_quiet
        return minutes + lasts * -(-(minutes - begins) // (DAY - lasts))


def hours_now(now: datetime | None = None, rules: SendingRules | None = None) -> Hours:
    """What the rules say at that moment."""
    rules = rules or SendingRules.load()
    now = now or timezone.now()
    if not rules.quiet_hours and not rules.warm_up:
        return Hours(None, None)
    organisation = Organisation.load()
    local = now.astimezone(ZoneInfo(organisation.time_zone))
    return Hours(quiet_until(rules, local), _warm_up(rules, organisation, local), _next_quiet(rules, local))


def quiet_until(rules: SendingRules, local: datetime) -> datetime | None:
    """When the quiet hours end in which this local moment lies; None when it lies in none."""
    if not rules.quiet_hours:
        return None
    start, end, clock = rules.quiet_from, rules.quiet_until, local.time()
    quiet = start <= clock < end if start < end else clock >= start or clock < end
    return _next(local, end) if quiet else None


def _next_quiet(rules: SendingRules, local: datetime) -> tuple[int, int] | None:
    if not rules.quiet_hours:
        return None
    begins = _next(local, rules.quiet_from)
    lasts = _next(begins, rules.quiet_until) - begins
    return int((begins - local).total_seconds() // 60), int(lasts.total_seconds() // 60)


def _warm_up(rules: SendingRules, organisation: Organisation, local: datetime) -> WarmUp | None:
    if not rules.warm_up:
        return None
    # A day of the plan begins at its hour, so that what is left over in the evening does not leave at midnight.
    day = local.date() if local.time() >= rules.warm_up_hour else local.date() - timedelta(days=1)
    domain = organisation.sender_email.rpartition("@")[2].lower()
    if rules.warm_up_since and day < rules.warm_up_since <= local.date():  # switched on in the small hours
        day = rules.warm_up_since
    days = WarmUpDay.objects.filter(domain=domain, day__lte=day, sent__gt=0)
    if rules.warm_up_since:
        days = days.filter(day__gte=rules.warm_up_since)
    sent = dict(days.values_list("day", "sent"))
    quota = int(rules.warm_up_first * float(rules.warm_up_growth) ** len([one for one in sent if one < day]))
    if quota >= rules.warm_up_target:
        return None
    return WarmUp(domain, day, quota, sent.get(day, 0), _goes_on(rules, local, day))


def _goes_on(rules: SendingRules, local: datetime, day: date) -> datetime:
    """The first moment of the plan's next day that is not quiet."""
    begins = datetime.combine(day + timedelta(days=1), rules.warm_up_hour, local.tzinfo)
    return quiet_until(rules, begins) or begins


def _next(local: datetime, clock: time) -> datetime:
    today = datetime.combine(local.date(), clock, local.tzinfo)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), clock, local.tzinfo)
