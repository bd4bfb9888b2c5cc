"""What engagement offers to segments, the dashboard, the stakeholder page and the search box."""

import pytest

from contacts.segments.compiler import people_of
from crm.searches import search_everything
from engagement.cards import coming_events
from engagement.cards import conversations as conversations_card
from engagement.models import Event
from engagement.panels import conversations as conversations_panel
from engagement.panels import registrations as registrations_panel
from tests.factories import EventFactory, GatheringFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


def names(criterion, value, op="any_of"):
    """Who a segment of one rule finds."""
    found = people_of({"all": [{"criterion": criterion, "op": op, "value": [str(value)]}]})
    return sorted(found.values_list("name", flat=True))


class TestSegments:
    """The criteria."""

    def test_who_came_and_who_registered(self):
        event = EventFactory()
        for name, state in [("Came", "attended"), ("Coming", "registered"), ("Left", "cancelled")]:
            RegistrationFactory(event=event, stakeholder__name=name, state=state)
        assert names("attended_event", event.pk) == ["Came"]
        assert names("registered_for_event", event.pk) == ["Came", "Coming"]
        assert names("attended_event", event.pk, op="none_of") == ["Coming", "Left"]

    def test_who_took_part_includes_the_host(self):
        gathering = GatheringFactory(host__name="Host")
        gathering.participants.create(stakeholder=StakeholderFactory(name="Guest"))
        gathering.participants.create(first_name="Nobody known")
        planned = GatheringFactory(host__name="Later", state="planned")
        assert planned.edition == gathering.edition
        assert names("took_part_in_conversation", 2019) == ["Guest", "Host"]
        assert names("hosted_conversation", 2019) == ["Host"]

    def test_an_event_nobody_saw_is_no_choice(self):
        draft = EventFactory(state=Event.State.DRAFT)
        with pytest.raises(Exception, match=r".+"):
            names("attended_event", draft.pk)


class TestCards:
    """The dashboard."""

    def test_coming_events_with_their_seats(self, organizer):
        event = EventFactory(capacity=20)
        RegistrationFactory(event=event)
        (line,) = coming_events(organizer).lines
        assert line.text == event.title
        assert "1 of 20 seats" in line.note

    def test_it_teaches_when_nothing_is_planned(self, staff):
        assert "Nothing is planned" in coming_events(staff).empty

    def test_conversations_come_with_their_denominator(self, staff, organizer):
        GatheringFactory(attendance=9, organizer=organizer)
        GatheringFactory(attendance=None)
        card = conversations_card(staff)
        assert card.figure == "2"
        assert "9 people at the 1 table that was counted" in card.meaning
        assert conversations_card(organizer).figure == "1"

    def test_they_are_not_for_partners(self, partner):
        assert coming_events(partner) is None
        assert conversations_card(partner) is None


class TestPanels:
    """The stakeholder page."""

    def test_the_events_of_a_person(self, staff):
        registration = RegistrationFactory(state="attended")
        panel = registrations_panel(registration.stakeholder_id, staff)
        assert panel.context["came"] == 1

    def test_the_tables_of_a_person(self, staff):
        gathering = GatheringFactory()
        assert list(conversations_panel(gathering.host_id, staff).context["gatherings"]) == [gathering]

    def test_nothing_to_say_is_no_panel(self, staff):
        person = StakeholderFactory()
        assert registrations_panel(person.pk, staff) is None
        assert conversations_panel(person.pk, staff) is None


class TestSearching:
    """The search box."""

    def test_events_and_conversations_are_found(self, staff):
        EventFactory(title_en="ReConnect Forum")
        GatheringFactory(host__name="Maya Brooks")
        assert "ReConnect Forum" in [hit.title for hit in search_everything("reconnect", staff)]
        assert "Maya Brooks" in [hit.title for hit in search_everything("maya", staff)]

    def test_an_organizer_finds_their_own_tables_only(self, organizer):
        GatheringFactory(host__name="Maya Brooks")
        assert search_everything("maya", organizer) == []
