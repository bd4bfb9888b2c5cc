"""Say yes, say no, leave everything. Each word is appended; the database derives the current state."""

from django.db import transaction

from contacts.actions.acting import acting
from contacts.actions.suppression import suppress
from contacts.models import Consent, ConsentEvent, Stakeholder, Suppression, Topic
from contacts.signals import consent_withdrawn


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
    """Write down that `stakeholder` left `topic`; None when they had left it already."""
    left = _withdraw(stakeholder, [topic], source=source, evidence=evidence, by=by)
    return left[0] if left else None


@transaction.atomic
def leave_everything(stakeholder: Stakeholder, address: str, *, source: str, by=None) -> Suppression:
    """Take `stakeholder` off every topic and never mail `address` again."""
    _withdraw(stakeholder, list(Topic.objects.all()), source=source, evidence=None, by=by)
    return suppress(address, reason=Suppression.Reason.UNSUBSCRIBED, source=source, by=by)


def _withdraw(stakeholder, topics, *, source, evidence, by) -> list[ConsentEvent]:
    """Append a no for each of `topics` that the person has not left yet, and tell who listens after the commit."""
    gone = set(
        Consent.objects.filter(stakeholder=stakeholder, state=ConsentEvent.Action.WITHDRAWN).values_list(
            "topic_id", flat=True
        )
    )
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
