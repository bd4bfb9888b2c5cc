"""What segments may ask about events and conversations."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contacts.segments.registry import CRITERIA, Choices
from engagement.models import Edition, Event, Gathering, Participant, Registration
from engagement.wording import day_in_words

TOGETHER = _("Events and conversations")


def events() -> Choices:
    """Every event the public saw, the latest first, by its number."""
    return [(str(event.pk), f"{event.title} ({day_in_words(event.starts_at)})") for event in Event.objects.published()]


def editions() -> Choices:
    """Every edition of On the Table, by its year."""
    return [(str(edition.year), str(edition)) for edition in Edition.objects.all()]


@CRITERIA.register(
    "attended_event",
    label=_("Came to an event"),
    group=TOGETHER,
    choices=events,
    says={"any_of": _("came to %(values)s"), "none_of": _("did not come to %(values)s")},
)
def attended_event(op: str, value: list[str]) -> Q:
    """Was there, by the list at the door."""
    came = Registration.objects.attended().filter(stakeholder=OuterRef("pk"), event__in=map(int, value))
    return Q(Exists(came))


@CRITERIA.register(
    "registered_for_event",
    label=_("Registered for an event"),
    group=TOGETHER,
    choices=events,
    says={"any_of": _("registered for %(values)s"), "none_of": _("did not register for %(values)s")},
)
def registered_for_event(op: str, value: list[str]) -> Q:
    """Holds or held a seat, or waits for one; whoever cancelled does not count."""
    known = Registration.objects.exclude(state=Registration.State.CANCELLED)
    return Q(Exists(known.filter(stakeholder=OuterRef("pk"), event__in=map(int, value))))


@CRITERIA.register(
    "took_part_in_conversation",
    label=_("Took part in a conversation"),
    group=TOGETHER,
    choices=editions,
    says={"any_of": _("took part in %(values)s"), "none_of": _("did not take part in %(values)s")},
)
def took_part_in_conversation(op: str, value: list[str]) -> Q:
    """Sat at a table of the edition, or hosted one."""
    logged = Gathering.objects.logged().filter(edition__year__in=map(int, value))
    sat = Participant.objects.filter(stakeholder=OuterRef("pk"), gathering__in=logged)
    return Q(Exists(sat)) | Q(Exists(logged.filter(host=OuterRef("pk"))))


@CRITERIA.register(
    "hosted_conversation",
    label=_("Hosted a conversation"),
    group=TOGETHER,
    choices=editions,
    says={"any_of": _("hosted a table of %(values)s"), "none_of": _("did not host a table of %(values)s")},
)
def hosted_conversation(op: str, value: list[str]) -> Q:
    """Opened a table of the edition."""
    hosted = Gathering.objects.logged().filter(edition__year__in=map(int, value), host=OuterRef("pk"))
    return Q(Exists(hosted))
