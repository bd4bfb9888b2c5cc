"""Who came: the verbs, and the list at the door."""

import pytest
from django.urls import reverse

from engagement.actions import EventFull, add_walk_in, mark_attendance
from engagement.models import Registration
from tests.factories import EventFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db
WALK_IN = {"first_name": "Rosa", "last_name": "", "email": "", "zip": ""}


def test_came_and_taken_back(organizer):
    registration = RegistrationFactory()
    assert mark_attendance(registration, "attended", by=organizer).state == "attended"
    assert mark_attendance(registration, "registered", by=organizer).state == "registered"


def test_history_knows_who_marked_it(organizer):
    registration = RegistrationFactory()
    mark_attendance(registration, "attended", by=organizer)
    context = registration.events.order_by("-pgh_id").first().pgh_context.metadata
    assert context == {"verb": "mark_attendance", "user": organizer.pk}


def test_who_waited_takes_the_seat_of_who_did_not_come():
    event = EventFactory(capacity=1)
    absent = RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, state="waitlisted")
    with pytest.raises(EventFull):
        mark_attendance(waiting, "attended")
    mark_attendance(absent, "no_show")
    assert mark_attendance(waiting, "attended").state == "attended"
    with pytest.raises(EventFull):
        mark_attendance(absent, "attended")


def test_somebody_walks_in_with_a_first_name_only():
    registration = add_walk_in(EventFactory(), **WALK_IN)
    assert (registration.state, registration.source) == ("attended", "at the door")
    assert registration.stakeholder.name == "Rosa"


def test_a_walk_in_who_had_registered_is_marked_as_come():
    person = StakeholderFactory(first_name="Ana", last_name="Diaz", email="ana@example.org")
    known = RegistrationFactory(stakeholder=person)
    walked = add_walk_in(known.event, first_name="Ana", last_name="Diaz", email="ana@example.org")
    assert (walked.pk, walked.state) == (known.pk, "attended")


def test_nobody_walks_into_a_full_room():
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event)
    with pytest.raises(EventFull):
        add_walk_in(event, **WALK_IN)


class TestTheListAtTheDoor:
    """The page an organizer has on the phone."""

    def test_it_shows_everybody_who_counts_on_the_event(self, client_of, organizer):
        event = EventFactory()
        RegistrationFactory(event=event, stakeholder__name="Ana Diaz")
        RegistrationFactory(event=event, stakeholder__name="Gone Away", state="cancelled")
        page = client_of(organizer).get(reverse("engagement:attendance", args=[event.pk])).content.decode()
        assert "Ana Diaz" in page
        assert "Gone Away" not in page

    def test_a_tap_answers_the_row_and_the_new_counts(self, client_of, organizer):
        registration = RegistrationFactory()
        answer = client_of(organizer).post(
            reverse("engagement:mark-attendance", args=[registration.pk]),
            {"state": "attended"},
            headers={"HX-Request": "true"},
        )
        registration.refresh_from_db()
        assert registration.state == "attended"
        assert f'id="row-{registration.pk}"' in answer.content.decode()
        assert 'hx-swap-oob="true"' in answer.content.decode()

    def test_it_works_without_scripts(self, client_of, organizer):
        registration = RegistrationFactory()
        answer = client_of(organizer).post(
            reverse("engagement:mark-attendance", args=[registration.pk]), {"state": "attended"}
        )
        assert answer.url == reverse("engagement:attendance", args=[registration.event_id])

    def test_a_tap_that_is_refused_says_why_in_the_row(self, client_of, organizer):
        event = EventFactory(capacity=1)
        RegistrationFactory(event=event)
        waiting = RegistrationFactory(event=event, state="waitlisted")
        answer = client_of(organizer).post(
            reverse("engagement:mark-attendance", args=[waiting.pk]),
            {"state": "attended"},
            headers={"HX-Request": "true"},
        )
        assert "Every seat is taken" in answer.content.decode()

    def test_nobody_can_be_cancelled_by_a_made_up_state(self, client_of, organizer):
        registration = RegistrationFactory()
        client_of(organizer).post(reverse("engagement:mark-attendance", args=[registration.pk]), {"state": "cancelled"})
        registration.refresh_from_db()
        assert registration.state == "attended"

    def test_a_walk_in_is_added(self, client_of, organizer):
        event = EventFactory()
        client_of(organizer).post(reverse("engagement:walk-in", args=[event.pk]), WALK_IN)
        assert Registration.objects.get().state == "attended"

    def test_a_walk_in_that_cannot_be_kept_stays_in_the_form(self, client_of, organizer):
        event = EventFactory()
        answer = client_of(organizer).post(
            reverse("engagement:walk-in", args=[event.pk]), {**WALK_IN, "email": "nonsense"}
        )
        assert answer.status_code == 422
        assert "nonsense" in answer.content.decode()

    @pytest.mark.parametrize("role", ["partner", "analyst", "outsider"])
    def test_it_is_not_for_everybody(self, role, client_of, request):
        event = EventFactory()
        answer = client_of(request.getfixturevalue(role)).get(reverse("engagement:attendance", args=[event.pk]))
        assert answer.status_code == 403

    def test_the_number_of_questions_does_not_grow_with_the_list(
        self, client_of, organizer, django_assert_max_num_queries
    ):
        event = EventFactory(capacity=None)
        RegistrationFactory.create_batch(25, event=event)
        client = client_of(organizer)
        with django_assert_max_num_queries(16):
            client.get(reverse("engagement:attendance", args=[event.pk]))
