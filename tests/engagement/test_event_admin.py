"""Events in the back office: the list, the form, the buttons, the exported file."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.actions.exports import ask_for_export, write_export
from engagement.models import Event
from tests.factories import EventFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/engagement/event/"


def button(event, name):
    """The address of a button on the page of an event."""
    return reverse(f"admin:engagement_event_{name}", args=[event.pk])


def form_of(event, **changes):
    """What the form of an event sends."""
    start, end = (timezone.localtime(moment) for moment in (event.starts_at, event.ends_at))
    fields = ["kind", "slug", "title_en", "title_es", "venue", "address", "zip"]
    return {
        **{name: getattr(event, name) for name in fields},
        "capacity": event.capacity or "",
        "waitlist": "on",
        "starts_at_0": f"{start:%Y-%m-%d}",
        "starts_at_1": f"{start:%H:%M:%S}",
        "ends_at_0": f"{end:%Y-%m-%d}",
        "ends_at_1": f"{end:%H:%M:%S}",
        **changes,
    }


def test_the_list_shows_seats_and_who_waits(client_of, staff):
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event)
    RegistrationFactory(event=event, state="waitlisted")
    page = client_of(staff).get(LIST).content.decode()
    assert "1 of 1" in page
    assert "1 waiting" in page


def test_the_list_asks_a_fixed_number_of_questions(client_of, staff, django_assert_max_num_queries):
    for event in EventFactory.create_batch(10):
        RegistrationFactory(event=event)
    client = client_of(staff)
    with django_assert_max_num_queries(20):
        client.get(LIST)


def test_an_organizer_plans_an_event(client_of, organizer):
    event = EventFactory.build(title_en="New forum", slug="new-forum", venue="Library")
    client_of(organizer).post(f"{LIST}add/", form_of(event))
    assert Event.objects.get().state == "draft"


def test_opening_a_button_changes_nothing_and_pressing_it_does(client_of, organizer):
    event = EventFactory(state="draft", venue="Library")
    client = client_of(organizer)
    assert "Publish this event?" in client.get(button(event, "publish")).content.decode()
    event.refresh_from_db()
    assert event.state == "draft"
    client.post(button(event, "publish"))
    event.refresh_from_db()
    assert event.state == "published"


def test_calling_off_says_how_many_hear_of_it(client_of, staff):
    event = EventFactory()
    RegistrationFactory(event=event, stakeholder=StakeholderFactory(email="ana@example.org"))
    client = client_of(staff)
    assert "1 person who registered" in client.get(button(event, "call_off")).content.decode()
    answer = client.post(button(event, "call_off"), follow=True)
    assert "1 mail is on its way" in answer.content.decode()


def test_a_refusal_is_told_on_the_page(client_of, staff):
    event = EventFactory(state="draft", venue="")
    answer = client_of(staff).post(button(event, "publish"), follow=True)
    assert "Say where it takes place first" in answer.content.decode()


def test_a_copy_opens_to_be_changed(client_of, staff):
    event = EventFactory()
    answer = client_of(staff).post(button(event, "duplicate"))
    copy = Event.objects.exclude(pk=event.pk).get()
    assert answer.url == reverse("admin:engagement_event_change", args=[copy.pk])


def test_only_sensible_buttons_are_offered(client_of, staff):
    event = EventFactory(state="cancelled")
    page = client_of(staff).get(reverse("admin:engagement_event_change", args=[event.pk])).content.decode()
    assert button(event, "call_off") not in page
    assert button(event, "publish") not in page
    assert button(event, "duplicate") in page


def test_a_new_place_reaches_calendars(client_of, staff):
    event = EventFactory(venue="Library")
    client_of(staff).post(reverse("admin:engagement_event_change", args=[event.pk]), form_of(event, venue="Church"))
    event.refresh_from_db()
    assert (event.venue, event.revision) == ("Church", 1)


def test_fewer_seats_than_people_is_said_at_the_field(client_of, staff):
    event = EventFactory(capacity=3, venue="Library")
    RegistrationFactory.create_batch(2, event=event)
    answer = client_of(staff).post(
        reverse("admin:engagement_event_change", args=[event.pk]), form_of(event, capacity=1)
    )
    assert "2 people hold a seat already" in answer.content.decode()


def test_an_event_with_people_is_not_deleted(client_of, manager):
    registration = RegistrationFactory()
    link = reverse("admin:engagement_event_delete", args=[registration.event_id])
    assert client_of(manager).post(link, {"post": "yes"}).status_code == 403


class TestTheExportedFile:
    """Registrations as a file."""

    @pytest.fixture(autouse=True)
    def files(self, settings, tmp_path):
        """Files of a test go nowhere else."""
        settings.MEDIA_ROOT = tmp_path

    def export(self, by) -> str:
        """The file as text."""
        export = ask_for_export("registrations", question={"list": ""}, format="csv", by=by)
        write_export(str(export.pk))
        export.refresh_from_db()
        return Path(export.file.path).read_text()

    def test_it_has_names_and_addresses(self, staff):
        event = EventFactory(starts_at=timezone.now() + timedelta(days=1))
        RegistrationFactory(event=event, stakeholder=StakeholderFactory(name="Ana Diaz", email="ana@example.org"))
        text = self.export(staff)
        assert "Ana Diaz" in text
        assert "ana@example.org" in text

    def test_a_formula_in_a_name_is_text(self, staff):
        RegistrationFactory(stakeholder__name="=HYPERLINK(1)")
        assert ",'=HYPERLINK(1)," in self.export(staff)

    def test_an_organizer_takes_no_file_along(self, client_of, organizer):
        assert client_of(organizer).get("/exports/ask/registrations/").status_code == 403
