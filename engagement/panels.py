"""What the page of a stakeholder says about events and conversations."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.panels import CONTACTS, PANELS, Contact, Panel
from engagement.models import Gathering, Participant, Registration

LATEST = 10
State = Registration.State
DID = {
    State.REGISTERED: gettext_lazy("registered for %(event)s"),
    State.WAITLISTED: gettext_lazy("waits for a seat at %(event)s"),
    State.CANCELLED: gettext_lazy("registered for %(event)s and gave the seat back"),
    State.ATTENDED: gettext_lazy("came to %(event)s"),
    State.NO_SHOW: gettext_lazy("registered for %(event)s and did not come"),
}
"""What somebody did about an event, as the end of a sentence about them."""


@PANELS.register("registrations")
def registrations(stakeholder_id: int, user) -> Panel | None:
    """The events the person registered for, and whether they came."""
    if not user.has_perm("engagement.view_registration"):
        return None
    found = Registration.objects.filter(stakeholder=stakeholder_id).select_related("event")
    latest = list(found.order_by("-event__starts_at")[:LATEST])
    context = {"registrations": latest, "came": found.attended().count(), "all": found.count()}
    return Panel(_("Events"), "engagement/_registrations_panel.html", context, order=40) if latest else None


@PANELS.register("conversations")
def conversations(stakeholder_id: int, user) -> Panel | None:
    """The tables the person hosted or sat at."""
    if not user.has_perm("engagement.view_participant"):
        return None
    there = Q(host=stakeholder_id) | Q(participants__stakeholder=stakeholder_id)
    found = Gathering.objects.visible_to(user).filter(there).distinct().select_related("edition", "host")
    latest = list(found[:LATEST])
    context = {"gatherings": latest, "stakeholder_id": stakeholder_id}
    return Panel(_("On the Table"), "engagement/_conversations_panel.html", context, order=50) if latest else None


@CONTACTS.register("registrations")
def last_registrations(people: Sequence[int], user) -> Iterator[Contact]:
    """The event that each of them came to or registered for last."""
    if not user.has_perm("engagement.view_registration"):
        return
    theirs = Registration.objects.filter(stakeholder__in=people).select_related("event")
    dated = theirs.annotate(when=Case(When(state=State.ATTENDED, then="event__starts_at"), default="registered_at"))
    for one in dated.order_by("stakeholder_id", "-when").distinct("stakeholder_id"):
        yield Contact(one.stakeholder_id, one.when, DID[State(one.state)] % {"event": one.event})


@CONTACTS.register("conversations")
def last_conversations(people: Sequence[int], user) -> Iterator[Contact]:
    """The table that each of them sat at or hosted last."""
    if not user.has_perm("engagement.view_participant"):
        return
    seen = Gathering.objects.visible_to(user).logged()
    seats = Participant.objects.filter(stakeholder__in=people, gathering__in=seen)
    for person, day in (
        seats.order_by("stakeholder_id", "-gathering__held_on")
        .distinct("stakeholder_id")
        .values_list("stakeholder", "gathering__held_on")
    ):
        yield Contact(person, _noon(day), _("sat at a table of On the Table"))
    tables = seen.filter(host__in=people).order_by("host_id", "-held_on").distinct("host_id")
    for person, day in tables.values_list("host", "held_on"):
        yield Contact(person, _noon(day), _("hosted a table of On the Table"))


def _noon(day: date) -> datetime:
    """A day as a moment that is on it in the house's own time."""
    return datetime.combine(day, time(12), timezone.get_default_timezone())
