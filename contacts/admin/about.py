"""Everything the page about somebody shows."""

from dataclasses import dataclass
from typing import Any

from contacts.actions.consent import undoable
from contacts.models import Affiliation, Consent, ContactPoint, Stakeholder, Suppression, Tag, Topic
from contacts.own import told_values
from contacts.timeline import timeline
from crm.models import User

KNOWN_TAGS = 500
SHOWN_MEMBERS = 25


@dataclass(frozen=True)
class TopicState:
    """A topic and the person's latest word on it."""

    topic: Topic
    consent: Consent | None
    agreed: bool
    undo: int | None


@dataclass(frozen=True)
class Address:
    """An address or number and what keeps us from using it."""

    point: ContactPoint
    suppression: Suppression | None

    @property
    def works(self) -> bool:
        """Whether it may be used."""
        return self.suppression is None and self.point.status == ContactPoint.Status.VALID


def about(person: Stakeholder, user: User) -> dict[str, Any]:
    """The context of the page about `person` for `user`."""
    return {
        "title": person.name,
        "person": person,
        "types": list(person.types.all()),
        "tags": list(person.tags.all()),
        "known_tags": Tag.objects.order_by("name")[:KNOWN_TAGS],
        "addresses": _addresses(person),
        "own": told_values(person.custom),
        "topics": _topics(person, user),
        "affiliations": _affiliations(person),
        "timeline": timeline(person),
        "may": {
            "edit": user.has_perm("contacts.change_stakeholder"),
            "consent": user.has_perm("contacts.add_consentevent"),
            "suppress": user.has_perm("contacts.add_suppression"),
            "lift": user.has_perm("contacts.delete_suppression"),
            "erase": user.has_perm("contacts.erase_stakeholder"),
        },
    }


def _addresses(person: Stakeholder) -> list[Address]:
    points = list(person.contact_points.all())
    prints = [point.fingerprint for point in points if point.fingerprint]
    stops = {stop.fingerprint: stop for stop in Suppression.objects.filter(channel="email", fingerprint__in=prints)}
    return [Address(point, stops.get(point.fingerprint)) for point in points]


def _topics(person: Stakeholder, user: User) -> list[TopicState]:
    words = {said.topic_id: said for said in Consent.objects.filter(stakeholder=person).select_related("event__by")}
    return [_topic(topic, words.get(topic.pk), user) for topic in Topic.objects.all()]


def _topic(topic: Topic, consent: Consent | None, user: User) -> TopicState:
    agreed = consent is not None and consent.state == "given"
    undo = consent.event_id if consent and not agreed and undoable(consent.event, user) else None
    return TopicState(topic, consent, agreed, undo)


def _affiliations(person: Stakeholder) -> list[Affiliation]:
    mine = Affiliation.objects.select_related("person", "organisation")
    side = "organisation" if person.kind == Stakeholder.Kind.ORGANISATION else "person"
    return list(mine.filter(**{side: person}).order_by("ended_on", "-started_on")[:SHOWN_MEMBERS])
