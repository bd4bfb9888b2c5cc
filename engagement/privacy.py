"""Where engagement keeps something about a person, and what becomes of it."""

from crm.privacy import RELATIONS, Erase, Leaving, Merge, Place, deleted, emptied, listed
from engagement.models import Gathering, Participant, Registration

GatheringHistory = Gathering.pgh_event_model  # type: ignore[attr-defined]
RegistrationHistory = Registration.pgh_event_model  # type: ignore[attr-defined]


def hand_over(model) -> Erase:
    """What was said at their table stays, without a host's name or the place, which may be their home."""

    def erase(leaving: Leaving) -> int:
        hosted = model.objects.filter(host=leaving.person)
        return hosted.update(host=leaving.stand_in(), place="") if hosted.exists() else 0

    return erase


for _key, _place in {
    "engagement.Registration.stakeholder": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Registration, "stakeholder", "event__title_en", "state", "source", "registered_at"),
        deleted(Registration, "stakeholder"),
    ),
    "engagement.RegistrationEvent.stakeholder": Place(Merge.STAYS, None, deleted(RegistrationHistory, "stakeholder")),
    "engagement.Gathering.host": Place(
        Merge.MOVE, listed(Gathering, "host", "edition__year", "held_on", "zip", "place"), hand_over(Gathering)
    ),
    "engagement.GatheringEvent.host": Place(Merge.STAYS, None, hand_over(GatheringHistory)),
    "engagement.Participant.stakeholder": Place(
        Merge.MOVE_UNLESS_TWICE,
        listed(Participant, "stakeholder", "gathering__held_on", "gathering__edition__year", "first_name", "zip"),
        emptied(Participant, "stakeholder", stakeholder=None, first_name="", zip=""),
    ),
}.items():
    RELATIONS.add(_key, _place)
