"""The lists of contacts that can be taken along: people, a segment of them, addresses not to be mailed."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Segment, Stakeholder, Suppression
from contacts.resources import StakeholderResource, SuppressionResource
from contacts.segments.compiler import people_of
from contacts.segments.errors import InvalidDefinition
from crm.exports.lists import list_in_words, rows_of
from crm.exports.registry import EXPORTS, Exportable, NotExportable, Question
from crm.models import User
from crm.said import whole


def people(user: User, question: Question) -> QuerySet[Stakeholder]:
    """The people of a segment, or of the list as it was narrowed."""
    if "segment" not in question:
        return rows_of(Stakeholder, user, question)
    segment = _segment(question)
    if segment is None:
        raise NotExportable(_("This segment is not there any more."))
    try:
        found = people_of(segment.definition)
    except InvalidDefinition as error:
        raise NotExportable(_("The rules of this segment need a look first: %(why)s") % {"why": error}) from error
    return found & Stakeholder.objects.visible_to(user)


def people_in_words(question: Question) -> str:
    """Which people, without naming any."""
    if "segment" not in question:
        return list_in_words(_("People and organisations"), question)
    return _("Segment “%(segment)s”") % {"segment": _segment(question) or question["segment"]}


def _segment(question: Question) -> Segment | None:
    asked = whole(question["segment"])
    return Segment.objects.filter(pk=asked).first() if asked is not None else None


def suppressions(user: User, question: Question) -> QuerySet[Suppression]:
    """The addresses that must not be mailed; those of erased people have nothing left to show."""
    return rows_of(Suppression, user, question).exclude(address="")


EXPORTS.add(
    "people",
    Exportable(
        gettext_lazy("People and organisations"),
        StakeholderResource,
        people,
        people_in_words,
        ("contacts.view_stakeholder",),
    ),
)
EXPORTS.add(
    "not-to-be-mailed",
    Exportable(
        gettext_lazy("Not to be mailed"),
        SuppressionResource,
        suppressions,
        lambda question: list_in_words(_("Not to be mailed"), question),
        ("contacts.view_suppression",),
    ),
)
