"""What the dashboard shows of events and conversations."""

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.cards import CARDS, STEPS, Card, Line, Step
from engagement.models import Edition, Event, Gathering
from engagement.wording import day_in_words

MOST = 4

STEPS.add(
    "first-event",
    Step(
        gettext_lazy("Plan an event"),
        gettext_lazy("A forum, a workshop, a training. Once it is published, people register on the public site."),
        "admin:engagement_event_add",
        "engagement.add_event",
        is_done=Event.objects.exists,
        order=40,
    ),
)


@CARDS.register("coming-events")
def coming_events(user) -> Card | None:
    """The next events with their seats."""
    if not user.has_perm("engagement.view_event"):
        return None
    events = list(Event.objects.bookable().with_counts()[:MOST])
    return Card(
        title=_("Coming events"),
        lines=[Line(event.title, _note(event), reverse("engagement:attendance", args=[event.pk])) for event in events],
        url=reverse("admin:engagement_event_changelist"),
        action=_("All events"),
        icon="event",
        empty="" if events else _("Nothing is planned. Add an event, publish it, and people can register."),
        order=40,
    )


@CARDS.register("conversations")
def conversations(user) -> Card | None:
    """The conversations of the latest edition, with how many people that covers."""
    edition = Edition.objects.first()
    if edition is None or not user.has_perm("engagement.view_gathering"):
        return None
    logged = Gathering.objects.visible_to(user).logged().filter(edition=edition)
    seen = logged.aggregate(tables=Count("pk"), people=Sum("attendance"), counted=Count("attendance"))
    starts = not seen["tables"] and user.has_perm("engagement.add_gathering")
    return Card(
        title=str(edition),
        figure=str(seen["tables"]),
        meaning=_denominator(seen),
        url=reverse("engagement:log-conversation" if starts else "engagement:conversations"),
        action=_("Log a conversation") if starts else _("See the conversations"),
        icon="forum",
        empty="" if seen["tables"] else _("No conversation is logged yet. Hosts and organizers log theirs on a phone."),
        order=50,
    )


def _note(event) -> str:
    seats = _("%(taken)s of %(seats)s seats") if event.capacity else _("%(taken)s registered")
    return f"{day_in_words(event.starts_at)} · " + seats % {"taken": event.registered_count, "seats": event.capacity}


def _denominator(seen: dict) -> str:
    tables = ngettext("conversation", "conversations", seen["tables"])
    people = ngettext(
        "%(people)s people at the %(counted)s table that was counted",
        "%(people)s people at the %(counted)s tables that were counted",
        seen["counted"],
    ) % {"people": seen["people"] or 0, "counted": seen["counted"]}
    return f"{tables} · {people}"
