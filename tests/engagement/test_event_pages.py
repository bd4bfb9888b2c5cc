"""The public pages of events, as visitors meet them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import ConsentEvent, JoinRequest
from crm.links import sign
from crm.models import OutboxMail
from engagement.actions import register
from engagement.forms import NEWSLETTER_WORDING
from engagement.models import Registration
from tests.factories import EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db
ANA = {"first_name": "Ana", "last_name": "Diaz", "email": "ana@example.org", "zip": "28205"}


def text_of(answer):
    """The page as text."""
    return answer.content.decode()


class TestTheList:
    """What is coming and what was."""

    def test_it_teaches_when_nothing_is_planned(self, client):
        assert "Nothing is planned just now" in text_of(client.get("/events/"))

    def test_drafts_are_not_shown(self, client):
        EventFactory(title_en="Secret plan", state="draft")
        assert "Secret plan" not in text_of(client.get("/events/"))

    def test_it_says_how_many_seats_are_left(self, client):
        event = EventFactory(capacity=3)
        RegistrationFactory(event=event)
        assert "2 seats left" in text_of(client.get("/events/"))

    def test_past_events_stand_apart(self, client):
        EventFactory(title_en="Long ago", starts_at=timezone.now() - timedelta(days=9))
        page = text_of(client.get("/events/"))
        assert page.index("Past events") < page.index("Long ago")

    def test_it_speaks_spanish(self, client):
        EventFactory(title_es="Taller sobre raza")
        page = text_of(client.get("/events/", headers={"Accept-Language": "es"}))
        assert "Taller sobre raza" in page

    def test_the_number_of_questions_does_not_grow(self, client, django_assert_max_num_queries):
        for event in EventFactory.create_batch(8, capacity=9):
            RegistrationFactory(event=event)
        with django_assert_max_num_queries(6):
            client.get("/events/")


class TestRegistering:
    """The form on the page of one event."""

    def test_it_leads_to_the_result(self, client):
        event = EventFactory()
        answer = client.post(event.get_absolute_url(), ANA, follow=True)
        assert "You are registered" in text_of(answer)
        assert Registration.objects.get().state == "registered"

    def test_the_result_can_be_opened_again_and_changes_nothing(self, client):
        event = EventFactory(capacity=1)
        RegistrationFactory(event=event)
        answer = client.post(event.get_absolute_url(), ANA)
        for _turn in range(2):
            assert "You are on the waitlist, place 1" in text_of(client.get(answer.url))
        assert client.post(answer.url).status_code == 405

    def test_pressing_twice_is_one_registration_and_one_mail(self, client):
        event = EventFactory()
        answers = [client.post(event.get_absolute_url(), ANA, follow=True) for _turn in range(2)]
        assert all("You are registered" in text_of(answer) for answer in answers)
        assert (Registration.objects.count(), OutboxMail.objects.count()) == (1, 1)

    def test_the_newsletter_is_asked_for_by_a_mail_of_its_own(self, client):
        event = EventFactory()
        answer = client.post(event.get_absolute_url(), {**ANA, "newsletter": "on"}, follow=True)
        assert "press the button in it" in text_of(answer)
        request = JoinRequest.objects.get()
        assert [topic.slug for topic in request.topics.all()] == ["newsletter"]
        assert request.wording == NEWSLETTER_WORDING
        assert not ConsentEvent.objects.exists()

    def test_without_the_tick_nobody_is_asked(self, client):
        client.post(EventFactory().get_absolute_url(), ANA)
        assert not JoinRequest.objects.exists()

    def test_what_was_typed_stays_when_something_is_wrong(self, client):
        answer = client.post(EventFactory().get_absolute_url(), {**ANA, "zip": "282"})
        assert answer.status_code == 422
        assert 'value="ana@example.org"' in text_of(answer)

    def test_a_name_cannot_carry_a_link_into_a_mail(self, client):
        answer = client.post(EventFactory().get_absolute_url(), {**ANA, "first_name": "Win www.spam.example"})
        assert answer.status_code == 422
        assert not OutboxMail.objects.exists()

    def test_robots_fill_in_what_people_do_not_see(self, client):
        client.post(EventFactory().get_absolute_url(), {**ANA, "website": "https://spam.example"})
        assert not Registration.objects.exists()

    def test_too_many_tries_from_one_place_have_to_wait(self, client, monkeypatch):
        monkeypatch.setattr("engagement.views.events.TRIES", 2)
        event = EventFactory()
        for number in range(3):
            answer = client.post(event.get_absolute_url(), {**ANA, "email": f"a{number}@example.org"})
        assert "too fast" in text_of(answer)
        assert Registration.objects.count() == 2

    def test_a_full_event_without_a_waitlist_offers_others(self, client):
        event = EventFactory(capacity=1, waitlist=False)
        RegistrationFactory(event=event)
        page = text_of(client.get(event.get_absolute_url()))
        assert "Every seat is taken" in page
        assert "<form method" not in page.partition("<main")[2]

    def test_a_called_off_event_says_so(self, client):
        page = text_of(client.get(EventFactory(state="cancelled").get_absolute_url()))
        assert "does not take place" in page

    def test_a_draft_is_not_found(self, client):
        assert client.get(EventFactory(state="draft").get_absolute_url()).status_code == 404

    def test_the_calendar_file(self, client):
        event = EventFactory()
        answer = client.get(reverse("engagement:event-file", args=[event.slug]))
        assert answer["Content-Type"].startswith("text/calendar")
        assert b"METHOD:PUBLISH" in answer.content


class TestOnesOwnRegistration:
    """The signed link of the mail."""

    @pytest.fixture
    def mine(self):
        """A registration and its own link."""
        registration = register(EventFactory(), **ANA)
        return registration, reverse("engagement:registration", args=[sign("registration", [registration.pk])])

    def test_opening_it_changes_nothing(self, client, mine):
        registration, link = mine
        assert "Cancel my registration" in text_of(client.get(link))
        client.head(link)
        registration.refresh_from_db()
        assert registration.state == "registered"

    def test_the_button_cancels(self, client, mine):
        registration, link = mine
        assert "Your registration is cancelled" in text_of(client.post(link, follow=True))
        registration.refresh_from_db()
        assert registration.state == "cancelled"

    def test_pressing_twice_says_so(self, client, mine):
        _registration, link = mine
        client.post(link)
        answer = client.post(link)
        assert answer.status_code == 409
        assert "cancelled already" in text_of(answer)

    def test_the_link_to_the_result_cannot_cancel(self, client, mine):
        registration, _link = mine
        token = sign("registration-done", [registration.pk, False])
        assert client.post(reverse("engagement:registration", args=[token])).status_code == 404

    def test_a_changed_link_is_not_found(self, client, mine):
        assert client.get(mine[1][:-3] + "x/").status_code == 404

    def test_the_link_goes_out_a_month_after_the_event(self, client, mine):
        registration, link = mine
        event = registration.event
        event.starts_at, event.ends_at = (timezone.now() - timedelta(days=31, hours=hours) for hours in (2, 1))
        event.save()
        assert client.get(link).status_code == 404
