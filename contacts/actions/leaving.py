"""Leave one list or everything by one's own link, and take it back at once."""

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actions.consent import give_consent, withdraw_consent
from contacts.actions.suppression import suppress, welcome_back
from contacts.identity.current import hold
from contacts.leaving import Leaving
from contacts.models import Stakeholder, Suppression, Topic
from crm.history import acting

EVERYTHING = 0


@transaction.atomic
def leave_list(stakeholder: Stakeholder, topic: Topic, *, origin: str = "", how: str = "link") -> Leaving:
    """Take `stakeholder` off `topic`; leaving twice is fine.

    `origin` says where the link stood ("campaign:12"), `how` whether a page's button ("link") or the mail
    program ("one-click") was pressed.
    """
    stakeholder = hold(stakeholder)
    had = _received(stakeholder, [topic])
    evidence = {"how": how, **({"origin": origin} if origin else {})}
    withdraw_consent(stakeholder, topic, source=_source(origin), evidence=evidence)
    return Leaving(stakeholder.pk, topic.pk, had, origin)


@transaction.atomic
def leave_all(stakeholder: Stakeholder, *, origin: str = "") -> Leaving:
    """Take `stakeholder` off every topic and mail none of their addresses again."""
    stakeholder = hold(stakeholder)
    had = _received(stakeholder, Topic.objects.all())
    addresses = stakeholder.contact_points.emails().values_list("value", flat=True)
    with acting("leave_all"):
        for topic in Topic.objects.all():
            withdraw_consent(stakeholder, topic, source=_source(origin), evidence={"how": "everything"})
        for address in addresses:
            suppress(address, reason=Suppression.Reason.UNSUBSCRIBED, source=_source(origin))
    return Leaving(stakeholder.pk, EVERYTHING, had, origin)


@transaction.atomic
def come_back(stakeholder: Stakeholder, leaving: Leaving) -> list[Topic]:
    """Undo `leaving`: the topics are on again, each by a yes of its own; gives those that were brought back.

    Only the person's own leaving is undone: a bounced or complaining address stays as it is.
    """
    stakeholder = hold(stakeholder)
    topics = list(Topic.objects.filter(pk__in=leaving.had).exclude(pk__in=_received(stakeholder, Topic.objects.all())))
    source = _source(leaving.origin)
    with acting("come_back", source=source):
        for address in stakeholder.contact_points.emails().values_list("value", flat=True):
            welcome_back(address, source=source)
        for topic in topics:
            give_consent(
                stakeholder,
                topic,
                source=source,
                wording=_("That was a mistake: bring me back to “%(topic)s”.") % {"topic": topic},
                language=stakeholder.language,
                evidence={"how": "taken back at once"},
            )
    return topics


def _source(origin: str) -> str:
    return f"unsubscribe link, {origin}" if origin else "unsubscribe link"


def _received(stakeholder: Stakeholder, topics) -> list[int]:
    """The ids of those `topics` whose latest word is yes; the person is locked, so that two tabs take turns."""
    yes = stakeholder.consents.filter(topic__in=topics, state="given", channel="email")
    return list(yes.order_by("topic_id").values_list("topic_id", flat=True))
