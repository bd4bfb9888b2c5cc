"""What a newsletter on its way, or about to leave, waits for, in plain words for staff."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign, SendingRules
from campaigns.sending.limits import limits
from campaigns.sending.rates.buckets import slowed_domains
from campaigns.sending.rates.hours import Hours, WarmUp, hours_now
from campaigns.sending.smtp.servers import BadServers, servers
from campaigns.sending.smtp.standing import troubles
from campaigns.sending.telling.progress import Progress
from campaigns.sending.telling.remaining import minutes_left
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
    """Sentences, the most important first; none where nothing holds the newsletter back.

    `minutes_left` is about how long it still takes, None where nobody can say.
    """

    notes: list[str]
    minutes_left: int | None = None


def pacing_of(progress: Progress) -> Pacing:
    """What holds back the messages that still wait."""
    campaign, waiting = progress.campaign, progress.count("queued", "deferred")
    if campaign.state not in {State.SENDING, State.PAUSED} or not waiting:
        return Pacing([])
    notes, hours = [], hours_now()
    if campaign.state == State.SENDING:
        notes += _by_servers(progress)
        notes += _by_the_clock(progress, waiting, hours)
    if campaign.per_hour:
        notes.append(_slowed_down(campaign.per_hour, progress.count("queued"), hours))
    if campaign.state == State.SENDING and not progress.is_down and (slow := slowed_domains()):
        named = ", ".join(NAMES.get(name, name) for name in slow[:5])
        told = _("More slowly than usual to %(names)s: their mail servers put us off. It gets faster by itself.")
        notes.append(told % {"names": named})
    return Pacing(notes, minutes_left(progress, hours) if campaign.state == State.SENDING else None)


def _by_the_clock(progress: Progress, waiting: int, hours: Hours) -> list[str]:
    notes = []
    if hours.quiet_until:
        notes.append(_("Waits until %(time)s: no newsletters leave at night.") % {"time": _clock(hours.quiet_until)})
    if hours.warm_up and hours.warm_up.left < waiting:
        notes.append(_warming(hours.warm_up, progress.total - waiting + hours.warm_up.left, progress.total))
    return notes


def _by_servers(progress: Progress) -> list[str]:
    """Whether no mail server answers; else which of several get nothing at the moment."""
    if progress.is_down:
        retry = round(limits().connection_retry)
        return [
            _("The mail server does not answer. Nothing is lost: we try again by ourselves, every %(n)s seconds.")
            % {"n": retry}
            if retry > 1
            else _("The mail server does not answer. Nothing is lost: we try again by ourselves.")
        ]
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


def before_launch(size: int) -> list[str]:
    """What would hold back a newsletter to so many people if it was launched now."""
    hours, notes = hours_now(), []
    if hours.quiet_until:
        words = {"time": _clock(hours.quiet_until)}
        notes.append(_("It waits until %(time)s: no newsletters leave at night.") % words)
    if hours.warm_up and hours.warm_up.left < size:
        notes.append(_warming(hours.warm_up, hours.warm_up.left, size))
    return notes


def rules_in_words(rules: SendingRules) -> list[str]:
    """What the house's rules come to at this moment."""
    hours = hours_now(rules=rules)
    if hours.quiet_until:
        quiet = _("It is quiet now: until %(until)s newsletters wait.")
    elif rules.quiet_hours:
        quiet = _("Newsletters leave now; from %(from)s until %(until)s they wait.")
    else:
        quiet = _("Newsletters leave at any hour.")
    said = {
        "from": time_format(rules.quiet_from, "TIME_FORMAT"),
        "until": time_format(rules.quiet_until, "TIME_FORMAT"),
    }
    hours_of = _("Hours are those of %(zone)s.") % {"zone": Organisation.load().time_zone.replace("_", " ")}
    if plan := hours.warm_up:
        words = {"sent": f"{plan.sent:,}", "quota": f"{plan.quota:,}", "domain": plan.domain}
        words |= {"next": f"{int(plan.quota * float(rules.warm_up_growth)):,}", "target": f"{rules.warm_up_target:,}"}
        warm = _(
            "Warm-up of %(domain)s: %(sent)s of today's %(quota)s messages have left. The next day it is %(next)s, "
            "and so on until %(target)s."
        )
        return [quiet % said, warm % words, hours_of]
    warmed = _("The warm-up is over: there is no limit a day.") if rules.warm_up else _("There is no limit a day.")
    return [quiet % said, warmed, hours_of]


def time_left(minutes: int) -> str:
    """So many minutes as people say it: minutes, hours or days."""
    if minutes < 100:
        said, count = ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes), minutes
    elif minutes < 36 * 60:
        count = round(minutes / 60)
        said = ngettext("about %(n)s hour left", "about %(n)s hours left", count)
    else:
        count = round(minutes / 60 / 24)
        said = ngettext("about %(n)s day left", "about %(n)s days left", count)
    return said % {"n": count}


def _slowed_down(per_hour: int, waiting: int, hours: Hours) -> str:
    most = ngettext(
        "Slowed down: at most %(count)s message an hour.", "Slowed down: at most %(count)s messages an hour.", per_hour
    )
    said = most % {"count": f"{per_hour:,}"}
    if waiting <= per_hour or hours.opens or (hours.warm_up and hours.warm_up.left < waiting):
        return said
    taken = -(-hours.with_quiet(-(-waiting * 60 // per_hour)) // 60)
    if taken < 36:
        longer = ngettext("Those who wait take about %(n)s hour.", "Those who wait take about %(n)s hours.", taken)
    else:
        taken = round(taken / 24)
        longer = ngettext("Those who wait take about %(n)s day.", "Those who wait take about %(n)s days.", taken)
    return f"{said} {longer % {'n': f'{taken:,}'}}"


def _warming(plan: WarmUp, today: int, total: int) -> str:
    words = {"today": f"{today:,}", "total": f"{total:,}", "when": _when(plan.goes_on)}
    return _("Warm-up: %(today)s of %(total)s today, the rest %(when)s.") % words


def _when(moment: datetime) -> str:
    """Today or tomorrow from a time on, else on a day."""
    local = _local(moment)
    days = (local.date() - _local(timezone.now()).date()).days
    words = {"time": _clock(moment), "day": date_format(local, "DATE_FORMAT")}
    if days == 0:
        return _("from %(time)s on") % words
    if days == 1:
        return _("tomorrow from %(time)s on") % words
    return _("on %(day)s from %(time)s on") % words


def _clock(moment: datetime) -> str:
    return time_format(_local(moment).time(), "TIME_FORMAT")


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(Organisation.load().time_zone))
