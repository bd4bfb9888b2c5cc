"""Why one person gets, got, or did not get a campaign; judged by the statement that freezes audiences.

facts: segments, topic, addresses, who shares them, the ledger → findings, one per question → a headline
"""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from campaigns.models import Attempt, Campaign, Delivery
from campaigns.sending.ledger.audience import chosen, verdicts_on
from contacts.identity.current import let_go_for
from contacts.models import Consent, ConsentEvent, ContactPoint, Segment, Stakeholder, Suppression
from contacts.segments.compiler import compile_tree
from contacts.segments.describing import describe_tree
from contacts.segments.errors import InvalidDefinition
from contacts.segments.reading import read
from contacts.segments.values import Values

Kind = ContactPoint.Kind


@dataclass(frozen=True)
class Membership:
    """Whether somebody is in a segment that the campaign goes to or leaves out; None when its rules cannot be read."""

    segment: Segment
    leaves_out: bool
    rules: str
    inside: bool | None


@dataclass(frozen=True)
class Facts:
    """Everything that decides about one person and one campaign, as it is now, and what the ledger says.

    `wrong` is their message of what the campaign corrects; `related` are those of the other part and of corrections.
    `doubles` are messages of it for people who turned out to be them. `line_broke` says that the last try ended so,
    before the message was handed over.
    """

    campaign: Campaign
    person: Stakeholder
    memberships: list[Membership]
    is_chosen: bool
    verdict: str
    address: str | None
    consent: Consent | None
    said_at_launch: str | None
    points: list[ContactPoint]
    stopped: dict[str, Suppression]
    sharers: list[Stakeholder]
    delivery: Delivery | None
    wrong: Delivery | None
    related: list[Delivery]
    twin: Delivery | None
    doubles: list[Delivery]
    line_broke: bool = False
    gets_it: set[int] = field(default_factory=set)


def facts_about(campaign: Campaign, person: Stakeholder) -> Facts:
    """Ask everything; the number of questions does not depend on how many people there are."""
    points = list(ContactPoint.objects.filter(stakeholder=person, kind=Kind.EMAIL).order_by("-is_primary", "pk"))
    addresses = [point.normalized for point in points]
    sharers = list(
        Stakeholder.objects.filter(contact_points__kind=Kind.EMAIL, contact_points__normalized__in=addresses)
        .exclude(pk=person.pk)
        .distinct()
        .order_by("pk")
    )
    memberships = _memberships(campaign, person)
    around = _chosen_of(campaign, memberships, [person, *sharers])
    verdicts = verdicts_on(Stakeholder.objects.filter(pk__in={*around, person.pk}), campaign)
    verdict, address = verdicts[person.pk]
    stops = Suppression.objects.filter(fingerprint__in=[point.fingerprint for point in points], channel="email")
    consent = Consent.objects.filter(stakeholder=person, topic=campaign.topic_id, channel="email")
    ledger = Delivery.objects.filter(campaign=campaign)
    theirs = _messages(campaign, person)
    delivery = theirs.pop(campaign.pk, None)
    if delivery:
        delivery.campaign = campaign
    return Facts(
        campaign=campaign,
        person=person,
        memberships=memberships,
        is_chosen=person.pk in around,
        verdict=verdict,
        address=address,
        consent=consent.select_related("event").first(),
        said_at_launch=_said_at_launch(campaign, person),
        points=points,
        stopped={stop.fingerprint: stop for stop in stops},
        sharers=sharers,
        delivery=delivery,
        wrong=theirs.pop(campaign.corrects_id or 0, None),
        related=list(theirs.values()),
        twin=None if delivery else ledger.filter(address__in=addresses).select_related("stakeholder").first(),
        doubles=_doubles(campaign, person) if delivery else [],
        line_broke=_line_broke(delivery) if delivery else False,
        gets_it={pk for pk, (verdict, _address) in verdicts.items() if verdict == "audience"},
    )


def _messages(campaign: Campaign, person: Stakeholder) -> dict[int, Delivery]:
    """Their messages of it, of what it corrects, of the other part, and of its own corrections; by newsletter."""
    about = Q(campaign=campaign) | Q(campaign__corrects=campaign)
    if campaign.corrects_id:
        about |= Q(campaign=campaign.corrects_id) | Q(campaign__corrects=campaign.corrects_id)
    theirs = Delivery.objects.filter(about, stakeholder=person).select_related("campaign").order_by("pk")
    return {one.campaign_id: one for one in theirs}


def _doubles(campaign: Campaign, person: Stakeholder) -> list[Delivery]:
    """Messages of it that merges let go, because the person they are now had one already."""
    let_go = Delivery.objects.filter(pk__in=let_go_for("campaigns.Delivery.stakeholder", person.pk))
    return list(let_go.filter(campaign=campaign, stakeholder=None).order_by("pk"))


def _line_broke(delivery: Delivery) -> bool:
    """Whether it is put off because the connection broke; asked of the evidence, for the row keeps words only."""
    if delivery.state != Delivery.State.DEFERRED:
        return False
    return delivery.history.order_by("-pk").values_list("what", flat=True).first() == Attempt.What.BROKE


def _memberships(campaign: Campaign, person: Stakeholder) -> list[Membership]:
    values = Values()
    asked = [(segment, False) for segment in campaign.include.order_by("pk")]
    asked += [(segment, True) for segment in campaign.exclude.order_by("pk")]
    rules: dict[int, str] = {}
    questions: dict[str, Exists] = {}
    for segment, _leaves_out in asked:
        try:
            tree = read(segment.definition, values)
        except InvalidDefinition as error:
            rules[segment.pk] = _("These rules cannot be read: %(why)s") % {"why": error}
        else:
            rules[segment.pk] = describe_tree(tree)
            same = Stakeholder.objects.filter(pk=OuterRef("pk"))
            questions[f"in_{segment.pk}"] = Exists(same.filter(compile_tree(tree)))
    answers: dict[str, bool] = {}
    for answer in Stakeholder.objects.filter(pk=person.pk).values_list(*questions.values()) if questions else ():
        answers = dict(zip(questions, answer, strict=True))
    return [
        Membership(segment, leaves_out, rules[segment.pk], answers.get(f"in_{segment.pk}"))
        for segment, leaves_out in asked
    ]


def _chosen_of(campaign: Campaign, memberships: list[Membership], people: list[Stakeholder]) -> set[int]:
    """Who of `people` the campaign asks for; nobody while rules cannot be read, for then it cannot be launched."""
    if any(membership.inside is None for membership in memberships):
        return set()
    asked_for: QuerySet[Stakeholder] = chosen(campaign).filter(pk__in=[one.pk for one in people])
    return set(asked_for.order_by().values_list("pk", flat=True))


def _said_at_launch(campaign: Campaign, person: Stakeholder) -> str | None:
    """Their latest word on the topic when the audience was frozen; None without a launch or a word."""
    if campaign.launched_at is None:
        return None
    words = ConsentEvent.objects.filter(
        stakeholder=person, topic=campaign.topic_id, channel="email", at__lte=campaign.launched_at
    )
    return words.order_by("-at", "-pk").values_list("action", flat=True).first()
