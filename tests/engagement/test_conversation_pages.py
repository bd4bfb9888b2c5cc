"""The sheet on an organizer's phone, the list, the page to read: who may, and what is kept."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from engagement.conversations.people import find_people
from engagement.models import Gathering
from tests.factories import (
    EditionFactory,
    EventFactory,
    GatheringFactory,
    PromptFactory,
    RegistrationFactory,
    StakeholderFactory,
)

pytestmark = pytest.mark.django_db
LOG = "/conversations/log/"


@pytest.fixture
def prompt():
    """A question of the edition of 2019."""
    return PromptFactory(edition=EditionFactory())


def sheet(prompt, **changes):
    """What a browser sends."""
    return {
        "submission_key": str(uuid4()),
        "edition": prompt.edition_id,
        "held_on": "2019-10-24",
        "zip": "28205",
        "language": "en",
        "host_name": "Maya Brooks",
        "guests-TOTAL_FORMS": "2",
        "guests-INITIAL_FORMS": "0",
        "guests-0-first_name": "",
        "guests-1-first_name": "Rosa",
        "promises-TOTAL_FORMS": "1",
        "promises-INITIAL_FORMS": "0",
        "promises-0-text": "Bring two neighbors",
        "promises-0-who": "1",
        f"note_{prompt.pk}": "The library.",
        **changes,
    }


class TestLogging:
    """The sheet."""

    def test_it_keeps_the_table_and_shows_it(self, client_of, organizer, prompt):
        answer = client_of(organizer).post(LOG, sheet(prompt), follow=True)
        gathering = Gathering.objects.get()
        page = answer.content.decode()
        assert all(words in page for words in ("Maya Brooks", "The library.", "Bring two neighbors", "Rosa"))
        assert gathering.commitments.get().participant.first_name == "Rosa"

    def test_scripts_are_told_where_to_go(self, client_of, organizer, prompt):
        answer = client_of(organizer).post(LOG, sheet(prompt), headers={"Accept": "application/json"})
        assert answer.json() == {"url": Gathering.objects.get().get_absolute_url()}

    def test_a_double_tap_is_one_conversation(self, client_of, organizer, prompt):
        client, data = client_of(organizer), sheet(prompt)
        client.post(LOG, data)
        client.post(LOG, data)
        assert Gathering.objects.count() == 1

    def test_nothing_typed_is_lost_when_something_is_wrong(self, client_of, organizer, prompt):
        answer = client_of(organizer).post(LOG, sheet(prompt, zip="28"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert not Gathering.objects.exists()
        assert all(words in page for words in ("The library.", "Bring two neighbors", "Rosa", "Maya Brooks"))

    def test_a_row_that_was_taken_off_is_not_kept(self, client_of, organizer, prompt):
        client_of(organizer).post(LOG, sheet(prompt, **{"guests-1-DELETE": "on"}))
        gathering = Gathering.objects.get()
        assert not gathering.participants.exists()
        assert gathering.commitments.get().participant is None

    def test_a_day_to_come_is_refused(self, client_of, organizer, prompt):
        answer = client_of(organizer).post(LOG, sheet(prompt, held_on="2999-01-01"))
        assert "This day has not come yet" in answer.content.decode()

    def test_a_host_outside_the_organizers_work_cannot_be_picked(self, client_of, organizer, prompt):
        stranger = StakeholderFactory(name="Stranger")
        answer = client_of(organizer).post(LOG, sheet(prompt, host=stranger.pk))
        assert answer.status_code == 422
        assert not Gathering.objects.exists()

    def test_without_an_edition_it_says_what_comes_first(self, client_of, organizer):
        assert "no edition" in client_of(organizer).get(LOG).content.decode()

    def test_an_empty_sheet_starts_in_the_days_of_the_edition(self, client_of, organizer, prompt):
        page = client_of(organizer).get(LOG).content.decode()
        assert 'value="2019-10-31"' in page
        assert prompt.text_en in page


class TestChanging:
    """The sheet of a conversation that is kept."""

    def test_it_shows_and_changes_what_was_kept(self, client_of, organizer, prompt):
        client = client_of(organizer)
        client.post(LOG, sheet(prompt))
        gathering = Gathering.objects.get()
        link = reverse("engagement:edit-conversation", args=[gathering.pk])
        assert "The library." in client.get(link).content.decode()
        client.post(link, sheet(prompt, host=gathering.host_id, **{f"note_{prompt.pk}": "The park."}))
        assert gathering.notes.get().text == "The park."
        assert Gathering.objects.count() == 1


class TestWhoSeesWhat:
    """Organizers their own, staff all, analysts no names."""

    def test_an_organizer_sees_their_own_only(self, client_of, organizer, staff):
        own = GatheringFactory(organizer=organizer, host__name="Own Host")
        other = GatheringFactory(organizer=staff, host__name="Other Host")
        client = client_of(organizer)
        page = client.get("/conversations/").content.decode()
        assert "Own Host" in page
        assert "Other Host" not in page
        assert client.get(own.get_absolute_url()).status_code == 200
        for route in ("conversation", "edit-conversation"):
            assert client.get(reverse(f"engagement:{route}", args=[other.pk])).status_code == 404

    def test_staff_see_all(self, client_of, organizer, staff):
        GatheringFactory(organizer=organizer, host__name="Own Host")
        assert "Own Host" in client_of(staff).get("/conversations/").content.decode()

    def test_an_analyst_reads_what_was_said_but_no_names(self, client_of, organizer, analyst, prompt):
        client_of(organizer).post(LOG, sheet(prompt))
        gathering = Gathering.objects.get()
        client = client_of(analyst)
        pages = [client.get(link).content.decode() for link in ("/conversations/", gathering.get_absolute_url())]
        assert "The library." in pages[1]
        assert not any(name in page for page in pages for name in ("Maya", "Rosa"))

    @pytest.mark.parametrize("role", ["partner", "outsider"])
    def test_others_do_not_come_in(self, role, client_of, request):
        client = client_of(request.getfixturevalue(role))
        assert {client.get(link).status_code for link in ("/conversations/", LOG, "/conversations/people/")} == {403}

    def test_visitors_are_asked_to_sign_in(self, client):
        assert "/login/" in client.get("/conversations/").url

    def test_the_number_of_questions_does_not_grow(self, client_of, staff, django_assert_max_num_queries):
        GatheringFactory.create_batch(12, organizer=staff)
        client = client_of(staff)
        with django_assert_max_num_queries(14):
            client.get("/conversations/")


class TestFindingAHost:
    """Names only, of people the organizer met."""

    def test_hosts_guests_and_trained_people_are_found(self, organizer, staff):
        own = GatheringFactory(organizer=organizer, host__name="Maya Host")
        own.participants.create(stakeholder=StakeholderFactory(name="Maya Guest"))
        training = EventFactory(kind="training")
        RegistrationFactory(event=training, stakeholder__name="Maya Trained")
        RegistrationFactory(stakeholder__name="Maya Elsewhere")
        GatheringFactory(organizer=staff, host__name="Maya Other")
        names = [name for _pk, name in find_people(organizer, "maya")]
        assert names == ["Maya Guest", "Maya Host", "Maya Trained"]

    def test_staff_find_everybody(self, staff):
        StakeholderFactory(name="Maya Elsewhere")
        assert [name for _pk, name in find_people(staff, "may else")] == ["Maya Elsewhere"]

    def test_nothing_but_the_name_is_told(self, client_of, organizer):
        host = StakeholderFactory(name="Maya Host", email="maya@example.org", zip="28205")
        GatheringFactory(organizer=organizer, host=host)
        answer = client_of(organizer).get("/conversations/people/", {"q": "maya"})
        assert answer.json() == {"people": [{"id": host.pk, "name": "Maya Host"}]}


def test_the_page_says_the_day_in_words(client_of, staff):
    gathering = GatheringFactory(held_on=date(2019, 10, 24))
    page = client_of(staff).get(gathering.get_absolute_url()).content.decode()
    assert "Thursday, October 24, 2019" in page
