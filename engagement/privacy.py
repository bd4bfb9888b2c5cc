"""Where engagement keeps something about a person, and what becomes of it."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy as n_

from crm.privacy import RELATIONS, Erase, Leaving, Merge, Place, Verdict, deleted, emptied, listed
from engagement.models import Event, Gathering, Participant, Registration

GatheringHistory = Gathering.pgh_event_model  # type: ignore[attr-defined]
RegistrationHistory = Registration.pgh_event_model  # type: ignore[attr-defined]


def hand_over(model) -> Erase:
    """What was said at their table stays, without a host's name or the place, which may be their home."""

    def erase(leaving: Leaving) -> int:
        hosted = model.objects.filter(host=leaving.person)
        return hosted.update(host=leaving.stand_in(), place="") if hosted.exists() else 0

    return erase


State = Registration.State
STRENGTH = [State.CANCELLED, State.NO_SHOW, State.WAITLISTED, State.REGISTERED, State.ATTENDED]
"""Of two registrations of one person for one event the one that says most stays true."""
SEATED = {State.REGISTERED, State.ATTENDED}


def stronger_registration(constraint: str, stays: Registration, comes: Registration) -> Verdict:
    """One person has one seat: the stronger state, and the earlier place in the waitlist."""
    takes: dict[str, Any] = {"registered_at": min(stays.registered_at, comes.registered_at)}
    if STRENGTH.index(State(comes.state)) > STRENGTH.index(State(stays.state)):
        takes |= {"state": comes.state}
    return Verdict(takes)


def seat_again(registration: Registration) -> str:
    """A seat that somebody else has taken since is a place in the waitlist."""
    event = Event.objects.get(pk=registration.event_id)
    if registration.state not in SEATED or event.capacity is None:
        return ""
    taken = event.registrations.seated().exclude(pk=registration.pk).count()
    if taken < event.capacity:
        return ""
    registration.state = State.WAITLISTED
    return _("The second seat at “%(event)s” was taken by others since; it is a place in the waitlist now.") % {
        "event": event.title_en
    }


def hold_events(people: Collection[int]) -> None:
    """Seats are counted by one at a time: whoever registers holds the event, too, before the people."""
    events = Event.objects.filter(registrations__stakeholder__in=people).order_by("pk").values("pk")
    list(Event.objects.select_for_update(no_key=True).filter(pk__in=events).order_by("pk").values_list("pk"))


def one_seat_at_the_table(constraint: str, stays: Participant, comes: Participant) -> Verdict:
    """One person sat there once; what was only written down for the other is kept."""
    return Verdict({name: getattr(stays, name) or getattr(comes, name) for name in ("first_name", "zip")})


for _key, _place in {
    "engagement.Registration.stakeholder": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Registration, "stakeholder", "event__title_en", "state", "source", "registered_at"),
        deleted(Registration, "stakeholder"),
        twice=stronger_registration,
        returns=seat_again,
        holds=hold_events,
    ),
    "engagement.RegistrationEvent.stakeholder": Place(Merge.STAYS, None, deleted(RegistrationHistory, "stakeholder")),
    "engagement.Gathering.host": Place(
        Merge.MOVE,
        listed(Gathering, "host", "edition__year", "held_on", "zip", "place"),
        hand_over(Gathering),
        words=n_("%d table they hosted", "%d tables they hosted"),
    ),
    "engagement.GatheringEvent.host": Place(Merge.STAYS, None, hand_over(GatheringHistory)),
    "engagement.Participant.stakeholder": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Participant, "stakeholder", "gathering__held_on", "gathering__edition__year", "first_name", "zip"),
        emptied(Participant, "stakeholder", stakeholder=None, first_name="", zip=""),
        twice=one_seat_at_the_table,
        words=n_("%d seat at a table", "%d seats at tables"),
    ),
}.items():
    RELATIONS.add(_key, _place)
