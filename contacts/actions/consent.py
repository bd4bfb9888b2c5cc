"""Say yes, say no, leave everything. Each word is appended; the database derives the current state."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.actions.suppression import suppress
from contacts.models import Consent, ConsentEvent, Stakeholder, Suppression, Topic
from contacts.signals import consent_withdrawn
from crm.errors import Refused
from crm.history import acting

UNDO_WITHIN = timedelta(minutes=15)


class TooLate(Refused):
    """A slip can be undone for a few minutes, and only while nothing else was said."""


@transaction.atomic
def give_consent(
    stakeholder: Stakeholder,
    topic: Topic,
    *,
    source: str,
    wording: str,
    language: str,
    evidence: dict | None = None,
    by=None,
) -> ConsentEvent:
    """Write down that `stakeholder` said yes to `topic`, with the exact words they were shown.

    `source` says where (“join form”); `evidence` holds what proves it, `by` who wrote it down when it
    was not the person. A suppressed address stays suppressed.
    """
    with acting("give_consent", by, source=source):
        return ConsentEvent.objects.create(
            stakeholder=stakeholder,
            topic=topic,
            action=ConsentEvent.Action.GIVEN,
            source=source,
            wording=wording,
            language=language,
            evidence=evidence or {},
            by=by,
        )


@transaction.atomic
def withdraw_consent(
    stakeholder: Stakeholder, topic: Topic, *, source: str, evidence: dict | None = None, by=None
) -> ConsentEvent | None:
    """Write down that `stakeholder` left `topic`; None when they had left it already by a word of their own."""
    left = _withdraw(stakeholder, [topic], source=source, evidence=evidence, by=by)
    return left[0] if left else None


def undoable(event: ConsentEvent, by) -> bool:
    """Whether `by` may still take back the leaving they wrote down themselves: the last word, minutes ago.

    What a merge wrote because one of the two had left is no slip; taking them apart takes it back.
    """
    fresh = timezone.now() - event.at < UNDO_WITHIN and not {"merge", "unmerge"} & event.evidence.keys()
    return event.action == ConsentEvent.Action.WITHDRAWN and event.by_id == by.pk and fresh


@transaction.atomic
def undo_withdrawal(event: ConsentEvent, *, by) -> ConsentEvent:
    """Give back the yes that `event` took away by mistake, with its old words. Raises TooLate."""
    said = ConsentEvent.objects.filter(stakeholder=event.stakeholder_id, topic=event.topic_id, channel=event.channel)
    latest, before = [*said.order_by("-at", "-pk")[:2], None, None][:2]
    was_yes = before is not None and before.action == ConsentEvent.Action.GIVEN
    if latest != event or before is None or not was_yes or not undoable(event, by):
        raise TooLate(_("This can no longer be undone. Write down a new yes with how they said it."))
    return give_consent(
        event.stakeholder,
        event.topic,
        source="undone by staff",
        wording=before.wording,
        language=before.language,
        evidence={"undoes": event.pk, "first said": before.pk},
        by=by,
    )


@transaction.atomic
def leave_everything(stakeholder: Stakeholder, address: str, *, source: str, by=None) -> Suppression:
    """Take `stakeholder` off every topic and never mail `address` again."""
    _withdraw(stakeholder, list(Topic.objects.all()), source=source, evidence=None, by=by)
    return suppress(address, reason=Suppression.Reason.UNSUBSCRIBED, source=source, by=by)


OF_FILES = ("run", "takes back")
"""What the evidence holds of a no that came with a partner's file, or of a yes that was taken back with one."""


def _withdraw(stakeholder, topics, *, source, evidence, by) -> list[ConsentEvent]:
    """Append a no for each of `topics` that the person has not left yet, and tell who listens after the commit.

    A no that only a file said is said again by the person: it holds when the file turns out to be wrong.
    """
    left = Consent.objects.filter(stakeholder=stakeholder, state=ConsentEvent.Action.WITHDRAWN)
    gone = set(left.exclude(event__evidence__has_any_keys=OF_FILES).values_list("topic_id", flat=True))
    leaving = [topic for topic in topics if topic.pk not in gone]
    with acting("withdraw_consent", by, source=source):
        events = ConsentEvent.objects.bulk_create(
            ConsentEvent(
                stakeholder=stakeholder,
                topic=topic,
                action=ConsentEvent.Action.WITHDRAWN,
                source=source,
                language=stakeholder.language,
                evidence=evidence or {},
                by=by,
            )
            for topic in leaving
        )
    if events:
        ids = [topic.pk for topic in leaving]
        transaction.on_commit(
            lambda: consent_withdrawn.send_robust(ConsentEvent, stakeholder_id=stakeholder.pk, topic_ids=ids)
        )
    return events
