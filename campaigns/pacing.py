"""What a newsletter on its way waits for, in plain words for staff."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.sending.rates.buckets import slowed_domains
from campaigns.sending.rates.hours import Hours, hours_now
from campaigns.sending.smtp.servers import BadServers, servers
from campaigns.sending.smtp.standing import troubles
from campaigns.sending.telling.progress import Progress
from crm.models import Organisation

State = Campaign.State
NAMES = {
    "google": "Gmail",
    "microsoft": "Outlook",
    "yahoo": "Yahoo",
    "apple": "iCloud",
    "comcast": "Comcast",
    "charter": "Spectrum",
}
"""What people call the providers that take mail for several domains."""


@dataclass(frozen=True)
class Pacing:
    """Sentences, the most important first; none where nothing holds the newsletter back."""

    notes: list[str]


def pacing_of(progress: Progress) -> Pacing:
    """What holds back the messages that still wait."""
    campaign, waiting = progress.campaign, progress.count("queued", "deferred")
    if campaign.state not in {State.SENDING, State.PAUSED} or not waiting:
        return Pacing([])
    notes = []
    if campaign.state == State.SENDING:
        notes += _by_the_clock(progress, waiting, hours_now())
    if campaign.state == State.SENDING:
        notes += _by_servers()
    if campaign.per_hour:
        notes.append(_("Slowed down: at most %(count)s messages an hour.") % {"count": f"{campaign.per_hour:,}"})
    if campaign.state == State.SENDING and (slow := slowed_domains()):
        named = ", ".join(NAMES.get(name, name) for name in slow[:5])
        told = _("More slowly than usual to %(names)s: their mail servers put us off. It gets faster by itself.")
        notes.append(told % {"names": named})
    return Pacing(notes)


def _by_the_clock(progress: Progress, waiting: int, hours: Hours) -> list[str]:
    notes = []
    if hours.quiet_until:
        notes.append(_("Waits until %(time)s: no newsletters leave at night.") % {"time": _clock(hours.quiet_until)})
    if hours.warm_up and hours.warm_up.left < waiting:
        words = {
            "today": f"{progress.total - waiting + hours.warm_up.left:,}",
            "total": f"{progress.total:,}",
            "when": _when(hours.warm_up.goes_on),
        }
        notes.append(_("Warm-up: %(today)s of %(total)s today, the rest %(when)s.") % words)
    return notes


def _by_servers() -> list[str]:
    """Which of several mail servers get nothing at the moment; where there is one, the newsletter itself says it."""
    try:
        names = {server.name for server in servers()}
    except BadServers:
        return []
    if len(names) < 2:
        return []
    notes = []
    for trouble in troubles():
        words = {"name": trouble.name, "why": trouble.why}
        if trouble.name in names and trouble.refuses:
            notes.append(_("The mail server %(name)s is left out, the others go on. %(why)s") % words)
        elif trouble.name in names:
            notes.append(_("The mail server %(name)s rests for a moment, the others go on (%(why)s).") % words)
    return notes


def _when(moment: datetime) -> str:
    """Today or tomorrow from a time on, else on a day."""
    local = _local(moment)
    days = (local.date() - _local(timezone.now()).date()).days
    words = {"time": _clock(moment), "day": date_format(local, "DATE_FORMAT")}
    if days == 0:
        return _("from %(time)s") % words
    if days == 1:
        return _("tomorrow from %(time)s") % words
    return _("on %(day)s from %(time)s") % words


def _clock(moment: datetime) -> str:
    return time_format(_local(moment).time(), "TIME_FORMAT")


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(Organisation.load().time_zone))
