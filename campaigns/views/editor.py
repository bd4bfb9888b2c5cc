"""What the editor asks while somebody writes: how it looks now, and who would get it."""

from collections import Counter
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.content.merge import FIELDS, sample_values, splice
from campaigns.content.preflight import checklist
from campaigns.content.render import preview
from campaigns.models import Campaign
from campaigns.sending.ledger.audience import (
    Audience,
    chosen,
    chosen_by,
    count_audience,
    count_audience_of,
    left_out_words,
)
from campaigns.views.why import EMAILS
from contacts.models import Segment, Stakeholder, Topic
from crm.doors import back_office
from crm.said import tree, whole

LINES = ("subject", "preheader", "subject_es", "preheader_es")
LANGUAGES = ("en", "es")


@back_office("campaigns.change_campaign", "campaigns.add_campaign")
@require_POST
def show(request: HttpRequest) -> JsonResponse:
    """The unsaved newsletter as one reader would see it, with what is still wrong and the checklist."""
    says = unsaved(request.POST, _correction(request))
    language = request.POST.get("language") if request.POST.get("language") in LANGUAGES else "en"
    said = preview(says, str(language))
    values = sample_values(str(language)) | _reader(request)
    checks = checklist(says, said, size=whole(request.POST.get("size")))
    return JsonResponse(
        {
            "subject": splice(said.subject, values, escape="header"),
            "html": splice(said.html, values, escape="html"),
            "text": splice(said.text, values, escape="text"),
            "problems": [vars(problem) for problem in said.problems],
            "checks": [vars(check) for check in checks],
        }
    )


@back_office("campaigns.change_campaign", "campaigns.add_campaign")
@require_POST
def audience(request: HttpRequest) -> JsonResponse:
    """How many people would get the unsaved newsletter, why others would not, and a few to preview it as."""
    if correction := _correction(request):
        return JsonResponse(_told(request, count_audience(correction), chosen(correction), correction.topic))
    topic, include, exclude = _audience_asked(request.POST)
    if topic is None or not include:
        return JsonResponse({"size": 0, "line": _("Choose a topic and at least one segment."), "why": [], "people": []})
    counted = count_audience_of(topic.pk, include, exclude)
    return JsonResponse(_told(request, counted, chosen_by(include, exclude), topic))


def _told(request: HttpRequest, counted: Audience, people: QuerySet[Stakeholder], topic: Topic) -> dict[str, Any]:
    line = ngettext("%(n)s person will get this", "%(n)s people will get this", counted.size) % {
        "n": f"{counted.size:,}"
    }
    why = [f"{count:,} {left_out_words(reason, count)}" for reason, count in sorted(counted.left_out.items())]
    return {"size": counted.size, "line": line, "why": why, "people": _some_readers(request, topic, people)}


def _correction(request: HttpRequest) -> Campaign | None:
    """The correction that is being written, whose audience and topic are not chosen in the form."""
    corrections = Campaign.objects.select_related("topic").filter(corrects__isnull=False)
    return corrections.filter(pk=_number(request.GET.get("newsletter"))).first() if request.GET else None


def unsaved(posted: QueryDict, correction: Campaign | None = None) -> Campaign:
    """A newsletter from what stands in the form now, good or not; it is never saved."""
    says = Campaign(**{name: posted.get(name, "")[:1000] for name in LINES})
    says.topic = (correction.topic if correction else _topic(posted)) or Topic(name_en="Newsletter", name_es="Boletín")
    try:
        says.blocks = tree(posted.get("blocks") or "[]", any_sign=True)
    except ValueError:
        says.blocks = None
    return says


def _topic(posted: QueryDict) -> Topic | None:
    return Topic.objects.filter(pk=_number(posted.get("topic"))).first()


def _audience_asked(posted: QueryDict) -> tuple[Topic | None, list[Segment], list[Segment]]:
    include, exclude = ([_number(pk) for pk in posted.getlist(name)] for name in ("include", "exclude"))
    return _topic(posted), list(Segment.objects.filter(pk__in=include)), list(Segment.objects.filter(pk__in=exclude))


def _some_readers(request: HttpRequest, topic: Topic, asked_for: QuerySet[Stakeholder]) -> list[list[int | str]]:
    """A few who would get it and whom the person may see; those of one name with what tells them apart."""
    people = Stakeholder.objects.visible_to(request.user).filter(pk__in=asked_for.values("pk")).mailable(topic)
    few = people.order_by("name", "pk").prefetch_related(Prefetch("contact_points", EMAILS, to_attr="emails"))[:8]
    names = Counter(person.name for person in few)
    return [[one.pk, one.name if names[one.name] == 1 else _told_apart(one)] for one in few]


def _told_apart(person: Stakeholder) -> str:
    """A name with the address, and the zip code where there is one."""
    return " · ".join([person.name, *(point.value for point in person.emails[:1]), *filter(None, [person.zip])])  # type: ignore[attr-defined]


def _reader(request: HttpRequest) -> dict[str, Any]:
    """The merge values of the person whom the preview is shown as, if any."""
    people = Stakeholder.objects.visible_to(request.user).filter(pk=_number(request.POST.get("person")))
    return people.values(*FIELDS).first() or {}


def _number(value: str | None) -> int:
    return whole(value) or 0
