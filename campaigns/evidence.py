"""What is known about single messages, in words: what happened to one, and the evidence for an uncertain one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Attempt, Campaign, Delivery
from campaigns.sending.limits import limits

What = Attempt.What
TRIED = {What.DEFERRED, What.BROKE, What.FAILED, What.BOUNCED, What.UNCERTAIN}
"""What a try came to, so that the handover before it is told, too."""
ENDED: dict[str, str | Promise] = {
    "skipped": gettext_lazy("not sent"),
    "failed": gettext_lazy("given up"),
    "sending": gettext_lazy("being handed over right now"),
}


@dataclass(frozen=True)
class Moment:
    """Something that happened to a message: when, what, with whose words, where it comes from, who decided it.

    `kind` is a state or a kind of attempt and gives its colour; without `at` it is what holds since the last one.
    """

    at: datetime | None
    kind: str
    title: str
    words: str = ""
    source: str = ""
    by: str = ""


def timeline(delivery: Delivery) -> list[Moment]:
    """Everything that happened to one message, in order, from the queue to where it is now."""
    campaign, told = delivery.campaign, set()
    moments = [_queued(campaign)] if campaign.launched_at else []
    for note in delivery.history.select_related("by").order_by("pk"):
        if note.what in TRIED and note.handed_at and note.handed_at not in told:
            told.add(note.handed_at)
            moments.append(_handed(note.handed_at, note.number))
        words = "" if note.why == note.get_what_display() else note.why
        source, by = _source(note), str(note.by or "")
        moments.append(Moment(note.at, note.what, title_of(note), words, source, by))
    if delivery.intent_at and delivery.intent_at not in told:
        moments.append(_handed(delivery.intent_at, delivery.attempts))
    if delivery.sent_at and delivery.reason != "marked_sent":
        title = Delivery.State.ACCEPTED.label
        moments.append(Moment(delivery.sent_at, "accepted", str(title), _taken_as(delivery)))
    moments.sort(key=lambda one: one.at or datetime.max.replace(tzinfo=campaign.created_at.tzinfo))
    return [*moments, *_standing(delivery, said=moments[-1].words if moments else "")]


def _queued(campaign: Campaign) -> Moment:
    by = str(campaign.launched_by or "")
    return Moment(campaign.launched_at, "queued", _("put in the queue when the newsletter was launched"), by=by)


def _handed(at: datetime, number: int) -> Moment:
    title = _("handing over began") if number < 2 else _("handing over began, try %(number)s") % {"number": number}
    return Moment(at, "sending", title)


def _taken_as(delivery: Delivery) -> str:
    """The server's words, and the name it gave the message where they do not say it."""
    name = delivery.provider_id
    if not name or name in delivery.reply:
        return delivery.reply
    return " · ".join(filter(None, [delivery.reply, _("known there as %(name)s") % {"name": name}]))


def _standing(delivery: Delivery, said: str) -> list[Moment]:
    """What holds now and has no moment of its own; its words only where they were not `said` just before."""
    if delivery.state == "deferred" and delivery.campaign.state == Campaign.State.PAUSED:
        return [Moment(None, "deferred", _("is tried again once the newsletter goes on"))]
    if delivery.state == "deferred" and delivery.next_attempt_at:
        return [Moment(None, "deferred", _("next try at %(at)s") % {"at": moment(delivery.next_attempt_at)})]
    if delivery.state == "uncertain":
        return [Moment(None, "uncertain", what_comes(delivery.campaign, delivery))]
    if delivery.state in ENDED:
        words = "" if delivery.why == said else delivery.why
        return [Moment(None, delivery.state, str(ENDED[delivery.state]), words)]
    return []


def title_of(note: Attempt) -> str:
    """What happened; that their mail server did it is said only where those are its words."""
    if note.what == What.DEFERRED and not note.reply.startswith("4"):
        return _("put off")
    return note.get_what_display()


def _source(note: Attempt) -> str:
    if note.reply == "worker_stopped" and note.source:
        return _("worker %(name)s") % {"name": note.source}
    return note.source


@dataclass(frozen=True)
class Doubt:
    """An uncertain message with what is known about it; `others` is what was heard of it besides."""

    delivery: Delivery
    why: str
    source: str
    others: Sequence[Moment]
    comes: str


def doubts(campaign: Campaign, deliveries: Iterable[Delivery]) -> list[Doubt]:
    """The evidence for each of these uncertain messages of a campaign, asked for once."""
    rows = list(deliveries)
    notes: dict[int, list[Attempt]] = defaultdict(list)
    for note in Attempt.objects.filter(delivery__in=rows).select_related("by").order_by("pk"):
        notes[note.delivery_id].append(note)
    return [_doubt(campaign, row, notes[row.pk]) for row in rows]


def _doubt(campaign: Campaign, delivery: Delivery, notes: list[Attempt]) -> Doubt:
    lost = next((note for note in reversed(notes) if note.what == What.UNCERTAIN), None)
    others = [
        Moment(note.at, note.what, title_of(note), note.why, _source(note), str(note.by or ""))
        for note in notes
        if note is not lost
    ]
    source = _source(lost) if lost else ""
    return Doubt(delivery, delivery.why or (lost.why if lost else ""), source, others, what_comes(campaign, delivery))


def what_comes(campaign: Campaign, delivery: Delivery) -> str:
    """When the newsletter's rule acts by itself, or why it does not."""
    if campaign.state == Campaign.State.CANCELLED:
        return _("The newsletter was cancelled, so it is not sent again.")
    if campaign.uncertain_policy == Campaign.UncertainPolicy.HOLD:
        return _("Waits for a person to decide.")
    if campaign.state == Campaign.State.PAUSED:
        return _("Is sent again by itself once the newsletter goes on, unless somebody decides first.")
    again = (delivery.intent_at or campaign.created_at) + timedelta(seconds=limits().quiet)
    return _("Is sent again by itself from %(at)s on, unless somebody decides first.") % {"at": moment(again)}


def moment(at: datetime) -> str:
    """A moment in the reader's time."""
    return date_format(localtime(at), "DATETIME_FORMAT")
