"""What segments may ask about who people are, how to reach them and what they agreed to."""

import re

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from contacts.identity.households import shares_with_somebody
from contacts.models import Consent, ContactPoint, ImportRow, Partner, StakeholderType, Tag, Tagging, Topic, Typing
from contacts.segments.own import own_criteria
from contacts.segments.registry import CRITERIA, Choices, Value

WHO, REACH, ORIGIN = _("Who they are"), _("How to reach them"), _("Where they came from")


def types() -> Choices:
    """Every stakeholder type, by its short name."""
    return [(kind.slug, kind.name) for kind in StakeholderType.objects.all()]


def tags() -> Choices:
    """Every tag, by its number; a rule may also name it."""
    return [(str(pk), name) for pk, name in Tag.objects.values_list("pk", "name")]


def topics() -> Choices:
    """Every topic, by its short name."""
    return [(topic.slug, topic.name) for topic in Topic.objects.all()]


def partners() -> Choices:
    """Every partner, by its number; a rule may also name it."""
    return [(str(pk), name) for pk, name in Partner.objects.values_list("pk", "name")]


def five_digits(text: str) -> str:
    """A zip code; raises ValueError with words for people."""
    if not re.fullmatch(r"[0-9]{5}", text):
        raise ValueError(_now("“%(value)s” is not a zip code of five digits.") % {"value": text})
    return text


def every(op: str, values: list, one) -> Q:
    """`one(values)` for any of them; for `all_of`, each of them on its own."""
    if op != "all_of":
        return one(values)
    answer = Q()
    for value in values:
        answer &= one([value])
    return answer


@CRITERIA.register(
    "type",
    label=_("Type"),
    group=WHO,
    operators=("any_of", "none_of", "all_of"),
    choices=types,
    says={
        "any_of": _("is %(values)s"),
        "none_of": _("is not %(values)s"),
        "all_of": _("is %(values)s at once"),
    },
)
def type_(op: str, value: list[str]) -> Q:
    """Of one of these types."""
    return every(
        op,
        value,
        lambda slugs: Q(Exists(Typing.objects.filter(stakeholder=OuterRef("pk"), type__slug__in=slugs))),
    )


@CRITERIA.register(
    "kind",
    label=_("Person or organisation"),
    group=WHO,
    choices=lambda: [("person", _("person")), ("organisation", _("organisation"))],
    says={"any_of": _("is of the kind %(values)s"), "none_of": _("is not of the kind %(values)s")},
)
def kind(op: str, value: list[str]) -> Q:
    """A person or an organisation."""
    return Q(kind__in=value)


@CRITERIA.register(
    "tag",
    label=_("Tag"),
    group=WHO,
    operators=("any_of", "none_of", "all_of"),
    choices=tags,
    says={
        "any_of": _("has the tag %(values)s"),
        "none_of": _("does not have the tag %(values)s"),
        "all_of": _("has the tags %(values)s"),
    },
)
def tag(op: str, value: list[str]) -> Q:
    """Carries one of these tags, or all of them."""
    return every(op, value, lambda keys: Q(Exists(Tagging.objects.filter(stakeholder=OuterRef("pk"), tag__in=keys))))


@CRITERIA.register(
    "zip",
    label=_("Zip code"),
    group=WHO,
    operators=("any_of", "none_of", "starts_with"),
    value=Value.TEXTS,
    check=five_digits,
    placeholder=_("28202, 28205"),
    says={
        "any_of": _("is in %(values)s"),
        "none_of": _("is outside %(values)s"),
        "starts_with": _("has a zip code that starts with %(values)s"),
    },
)
def zip_(op: str, value: list[str]) -> Q:
    """Lives or works in one of these zip codes."""
    if op != "starts_with":
        return Q(zip__in=value)
    answer = Q()
    for start in value:
        answer |= Q(zip__startswith=start)
    return answer


@CRITERIA.register(
    "language",
    label=_("Language"),
    group=WHO,
    choices=lambda: settings.LANGUAGES,
    says={"any_of": _("prefers %(values)s"), "none_of": _("does not prefer %(values)s")},
)
def language(op: str, value: list[str]) -> Q:
    """Wants to be written to in this language."""
    return Q(language__in=value)


@CRITERIA.register(
    "topic",
    label=_("Agreed to a topic"),
    group=REACH,
    operators=("any_of", "none_of", "all_of"),
    choices=topics,
    says={
        "any_of": _("agreed to %(values)s"),
        "none_of": _("has not agreed to %(values)s"),
        "all_of": _("agreed to %(values)s"),
    },
)
def topic(op: str, value: list[str]) -> Q:
    """Whose latest word on the topic is yes."""

    def agreed(slugs: list[str]) -> Q:
        said = Consent.objects.filter(stakeholder=OuterRef("pk"), channel="email", state="given")
        return Q(Exists(said.filter(topic__in=Topic.objects.filter(slug__in=slugs))))

    return every(op, value, agreed)


@CRITERIA.register(
    "has_email",
    label=_("Has an e-mail address"),
    group=REACH,
    operators=("is",),
    value=Value.YES_NO,
    says={"is:true": _("has an e-mail address"), "is:false": _("has no e-mail address")},
)
def has_email(op: str, value: bool) -> Q:
    """Has any e-mail address, whether or not it works."""
    known = Q(Exists(ContactPoint.objects.emails().filter(stakeholder=OuterRef("pk"))))
    return known if value else ~known


@CRITERIA.register(
    "reachable",
    label=_("Can be reached by e-mail"),
    group=REACH,
    operators=("is",),
    value=Value.YES_NO,
    says={"is:true": _("can be reached by e-mail"), "is:false": _("cannot be reached by e-mail")},
)
def reachable(op: str, value: bool) -> Q:
    """Has an address that works and that nobody suppressed."""
    works = Q(Exists(ContactPoint.objects.mailable().filter(stakeholder=OuterRef("pk"))))
    return works if value else ~works


@CRITERIA.register(
    "household",
    label=_("Household"),
    group=WHO,
    choices=lambda: [("postal", _("a postal address")), ("email", _("an inbox"))],
    says={"any_of": _("shares %(values)s with somebody"), "none_of": _("does not share %(values)s with anybody")},
)
def household(op: str, value: list[str]) -> Q:
    """Shares a home or an inbox with somebody in the book."""
    return shares_with_somebody(value)


@CRITERIA.register(
    "partner",
    label=_("Came from a partner"),
    group=ORIGIN,
    choices=partners,
    says={"any_of": _("came from %(values)s"), "none_of": _("did not come from %(values)s")},
)
def partner(op: str, value: list[str]) -> Q:
    """Stood in a file of this partner that was saved."""
    rows = ImportRow.objects.filter(
        stakeholder=OuterRef("pk"), run__partner__in=map(int, value), run__state="committed"
    )
    return Q(Exists(rows))


CRITERIA.family("own", own_criteria)
