"""Consent of two who are one: the stricter word wins, for each topic and channel.

one agreed, the other never said anything   → agreed
one agreed, the other left, in any order    → left, and a withdrawal of the merge says so
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from contacts.models import Consent, ConsentEvent, Stakeholder, StakeholderMerge, Topic
from contacts.signals import consent_withdrawn

GIVEN, WITHDRAWN = ConsentEvent.Action.GIVEN, ConsentEvent.Action.WITHDRAWN

DERIVE = """
INSERT INTO contacts_consent (stakeholder_id, topic_id, channel, state, since, event_id)
SELECT DISTINCT ON (stakeholder_id, topic_id, channel) stakeholder_id, topic_id, channel, action, at, id
FROM contacts_consentevent WHERE stakeholder_id = ANY(%(people)s)
ORDER BY stakeholder_id, topic_id, channel, at DESC, id DESC
ON CONFLICT (stakeholder_id, topic_id, channel) DO UPDATE
SET state = excluded.state, since = excluded.since, event_id = excluded.event_id
"""
FORGET = """
DELETE FROM contacts_consent AS known WHERE stakeholder_id = ANY(%(people)s) AND NOT EXISTS (
    SELECT FROM contacts_consentevent AS said WHERE said.stakeholder_id = known.stakeholder_id
        AND said.topic_id = known.topic_id AND said.channel = known.channel)
"""

Word = tuple[int, str]
"""A topic's number and a channel."""


@dataclass
class Outcome:
    """What several people said about a topic, and what holds when they are one; a state is "" when nothing was said."""

    topic: Topic
    channel: str
    said: dict[int, Consent] = field(default_factory=dict)

    @property
    def differ(self) -> bool:
        """Whether one agreed and another left."""
        return {consent.state for consent in self.said.values()} == {GIVEN, WITHDRAWN}

    @property
    def state(self) -> str:
        """The strictest of what was said."""
        states = {consent.state for consent in self.said.values()}
        return str(WITHDRAWN) if WITHDRAWN in states else str(GIVEN)


def outcomes(people: Iterable[int]) -> list[Outcome]:
    """What will hold for every topic that any of `people` said something about."""
    found: dict[Word, Outcome] = {}
    words = Consent.objects.filter(stakeholder__in=list(people)).select_related("topic", "event")
    for consent in words.order_by("topic__order", "topic__name_en", "channel", "stakeholder_id"):
        word = (consent.topic_id, consent.channel)
        outcome = found.setdefault(word, Outcome(consent.topic, consent.channel))
        outcome.said[consent.stakeholder_id] = consent
    return list(found.values())


def derive(people: Iterable[int]) -> None:
    """Make the current word of `people` follow from what they said, as the trigger does for new words."""
    facts = {"people": list(people)}
    with connection.cursor() as cursor:
        cursor.execute(FORGET, facts)
        cursor.execute(DERIVE, facts)


def withdraw(person: Stakeholder, words: Iterable[Word], *, source: str, evidence: dict[str, Any], by) -> list[int]:
    """Append a no for each of `words`, later than anything said before; gives the numbers of what was written."""
    events = [_no(person, word, source=source, evidence=evidence, by=by) for word in sorted(words)]
    written = ConsentEvent.objects.bulk_create(events)
    if written:
        topics = sorted({event.topic_id for event in written})
        transaction.on_commit(
            lambda: consent_withdrawn.send_robust(ConsentEvent, stakeholder_id=person.pk, topic_ids=topics)
        )
    return [event.pk for event in written]


def _no(person: Stakeholder, word: Word, *, source: str, evidence: dict[str, Any], by) -> ConsentEvent:
    topic, channel = word
    said = ConsentEvent.objects.filter(stakeholder=person, topic=topic, channel=channel)
    latest = said.aggregate(latest=Max("at"))["latest"]
    now = timezone.now()
    return ConsentEvent(
        stakeholder=person,
        topic_id=topic,
        channel=channel,
        action=WITHDRAWN,
        source=source,
        language=person.language,
        at=max(now, latest + timedelta(microseconds=1)) if latest else now,
        evidence=evidence,
        by=by,
    )


def source_of(merge: StakeholderMerge) -> str:
    """How a merge signs the words it appends."""
    return f"merge {merge.pk}"
