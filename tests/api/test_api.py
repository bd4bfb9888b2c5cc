"""The machines' door: sign-in, scoping by role, filters, pages and the launch of a newsletter."""

import pytest
from rest_framework.test import APIClient

from campaigns.models import Campaign
from contacts.actions.consent import give_consent
from contacts.models import CustomField, Segment, Stakeholder, Topic
from engagement.models import Edition, Gathering, Strategy
from tests.factories import EventFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db

LISTS = ["stakeholders", "imports", "segments", "campaigns", "events", "registrations", "conversations"]


def api(user) -> APIClient:
    """A client signed in by token."""
    from rest_framework.authtoken.models import Token

    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.get_or_create(user=user)[0].key}")
    return client


def trained() -> Stakeholder:
    """Somebody who came to a training: organizers find hosts there."""
    person: Stakeholder = StakeholderFactory.create()
    RegistrationFactory(event=EventFactory(kind="training"), stakeholder=person)
    return person


class TestSignIn:
    def test_email_and_password_give_a_token_that_opens_the_door(self, staff):
        staff.set_password("right-horse-9")
        staff.save()
        answer = APIClient().post("/api/v1/token/", {"email": staff.email, "password": "right-horse-9"})
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
        assert client.get("/api/v1/stakeholders/").status_code == 200

    def test_a_wrong_password_is_told_kindly(self, staff):
        answer = APIClient().post("/api/v1/token/", {"email": staff.email, "password": "wrong"})
        assert answer.status_code == 400
        assert "do not go together" in answer.json()["detail"]

    def test_guessing_is_slowed_down(self, staff):
        answers = [
            APIClient().post("/api/v1/token/", {"email": staff.email, "password": "x"}).status_code for _ in range(25)
        ]
        assert answers[-1] == 429


class TestScope:
    @pytest.mark.parametrize("path", LISTS)
    def test_nobody_reads_without_a_sign_in(self, path):
        assert APIClient().get(f"/api/v1/{path}/").status_code == 401

    @pytest.mark.parametrize("path", LISTS)
    def test_a_sign_in_without_a_role_reads_nothing(self, path, outsider):
        assert api(outsider).get(f"/api/v1/{path}/").status_code == 403

    @pytest.mark.parametrize("path", LISTS)
    def test_staff_read_everything(self, path, staff):
        assert api(staff).get(f"/api/v1/{path}/").status_code == 200

    def test_a_partner_does_not_read_the_book(self, partner):
        StakeholderFactory()
        assert api(partner).get("/api/v1/stakeholders/").status_code == 403

    def test_an_organizer_reads_only_their_own_conversations(self, organizer, staff):
        edition = Edition.objects.create(year=2031, theme_en="Roads", starts_on="2031-10-01", ends_on="2031-10-31")
        for who in (organizer, staff):
            Gathering.objects.create(
                edition=edition, host=StakeholderFactory(), organizer=who, held_on="2031-10-02", zip="28202"
            )
        assert api(organizer).get("/api/v1/conversations/").json()["count"] == 1
        assert api(staff).get("/api/v1/conversations/").json()["count"] == 2


class TestStakeholders:
    def test_one_is_made_found_and_changed(self, staff):
        client = api(staff)
        made = client.post(
            "/api/v1/stakeholders/",
            {"first_name": "Lucía", "last_name": "Peña", "zip": "28205", "types": ["activist"], "emails": ["L@x.org"]},
            format="json",
        )
        assert made.status_code == 201, made.json()
        number = made.json()["id"]
        assert client.get("/api/v1/stakeholders/?email=l@X.org").json()["results"][0]["id"] == number
        changed = client.patch(f"/api/v1/stakeholders/{number}/", {"zip": "28202"}, format="json")
        assert (changed.json()["zip"], changed.json()["types"]) == ("28202", ["activist"])

    def test_a_bad_zip_is_refused_by_name(self, staff):
        answer = api(staff).post("/api/v1/stakeholders/", {"name": "X", "zip": "2820"}, format="json")
        assert answer.status_code == 400
        assert "zip" in answer.json()

    def test_nobody_is_made_without_a_name(self, staff):
        assert api(staff).post("/api/v1/stakeholders/", {"zip": "28202"}, format="json").status_code == 400
        assert not Stakeholder.objects.exists()

    def test_a_page_of_people_costs_the_same_queries_however_many(self, staff, query_count):
        StakeholderFactory.create_batch(12, custom={"ward": "5"})
        client = api(staff)
        with query_count("api stakeholders"):
            assert len(client.get("/api/v1/stakeholders/?page_size=10").json()["results"]) == 10


class TestFieldsOfOurOwn:
    @pytest.fixture(autouse=True)
    def fields(self):
        """One that is a text, one that is a choice."""
        CustomField.objects.create(slug="ward", name_en="Ward")
        CustomField.objects.create(slug="shirt", name_en="Shirt size", kind="choice", choices=["S", "M, wide"])

    def test_they_are_filled_when_somebody_is_made_changed_and_emptied(self, staff):
        client = api(staff)
        said = {"first_name": "Ana", "custom": {"ward": 5, "shirt": "m, WIDE"}}
        made = client.post("/api/v1/stakeholders/", said, format="json").json()
        assert made["custom"] == {"ward": "5", "shirt": "M, wide"}
        there = f"/api/v1/stakeholders/{made['id']}/"
        changed = client.patch(there, {"custom": {"ward": ""}}, format="json").json()
        assert changed["custom"] == client.get(there).json()["custom"] == {"shirt": "M, wide"}
        client.patch(there, {"zip": "28205"}, format="json")
        assert Stakeholder.objects.get().custom == {"shirt": "M, wide"}

    @pytest.mark.parametrize(
        "wrong", [{"shirt": "XXL"}, {"shoe": "9"}, {"ward": ["5"]}, {"ward": "5" * 1001}, "ward", 5]
    )
    def test_what_does_not_fit_is_refused_by_name_and_nobody_is_made_or_changed(self, staff, wrong):
        ana = StakeholderFactory(custom={"ward": "5"}, zip="28202")
        client = api(staff)
        answers = [
            client.post("/api/v1/stakeholders/", {"name": "Bo", "custom": wrong}, format="json"),
            client.patch(f"/api/v1/stakeholders/{ana.pk}/", {"zip": "28205", "custom": wrong}, format="json"),
        ]
        assert [(answer.status_code, list(answer.json())) for answer in answers] == [(400, ["custom"])] * 2
        assert list(Stakeholder.objects.values_list("pk", "zip", "custom")) == [(ana.pk, "28202", {"ward": "5"})]

    def test_a_choice_that_is_offered_no_more_may_be_sent_back_as_it_was_read(self, staff):
        ana = StakeholderFactory(custom={"shirt": "XXL"})
        answer = api(staff).patch(f"/api/v1/stakeholders/{ana.pk}/", {"custom": {"shirt": "XXL"}}, format="json")
        assert (answer.status_code, answer.json()["custom"]) == (200, {"shirt": "XXL"})

    def test_a_field_that_is_no_more_is_not_told(self, staff):
        ana = StakeholderFactory(custom={"ward": "5", "gone": "x"})
        assert api(staff).get(f"/api/v1/stakeholders/{ana.pk}/").json()["custom"] == {"ward": "5"}


class TestSegments:
    NONPROFITS = {"criterion": "type", "op": "any_of", "value": ["nonprofit"]}

    def test_a_segment_is_saved_and_counted(self, staff):
        client = api(staff)
        made = client.post("/api/v1/segments/", {"name": "Nonprofits", "definition": self.NONPROFITS}, format="json")
        assert made.status_code == 201, made.json()
        assert client.get(f"/api/v1/segments/{made.json()['id']}/count/").json() == {"count": 0}

    def test_a_question_is_counted_before_it_is_saved(self, staff):
        answer = api(staff).post("/api/v1/segments/preview/", {"definition": self.NONPROFITS}, format="json")
        assert answer.json() == {"count": 0}
        assert not Segment.objects.exists()

    def test_an_unknown_criterion_is_refused_by_name(self, staff):
        wrong = {"criterion": "shoe_size", "op": "any_of", "value": [9]}
        answer = api(staff).post("/api/v1/segments/", {"name": "Feet", "definition": wrong}, format="json")
        assert answer.status_code == 400
        assert "shoe_size" in str(answer.json())


class TestCampaigns:
    def draft(self, client: APIClient) -> int:
        topic = Topic.objects.get(slug="newsletter")
        for number in range(3):
            person: Stakeholder = StakeholderFactory.create(email=f"reader{number}@example.org")
            give_consent(person, topic, source="paper form", wording="Send me news", language="en")
        segment = Segment.objects.create(name="All", definition={"all": []})
        answer = client.post(
            "/api/v1/campaigns/",
            {
                "name": "June",
                "topic": "newsletter",
                "include": [segment.pk],
                "subject": "Hello",
                "blocks": [{"kind": "text", "text": "Hi."}],
            },
            format="json",
        )
        assert answer.status_code == 201, answer.json()
        return answer.json()["id"]

    def test_a_draft_is_launched_once(self, staff):
        client = api(staff)
        number = self.draft(client)
        assert client.post(f"/api/v1/campaigns/{number}/launch/").status_code == 202
        assert client.post(f"/api/v1/campaigns/{number}/launch/").status_code == 409
        assert client.get(f"/api/v1/campaigns/{number}/progress/").json() == {"queued": 3}
        assert client.patch(f"/api/v1/campaigns/{number}/", {"subject": "Late"}, format="json").status_code == 409

    def test_who_may_not_launch_does_not(self, organizer, staff):
        number = self.draft(api(staff))
        assert api(organizer).post(f"/api/v1/campaigns/{number}/launch/").status_code == 403
        assert Campaign.objects.get(pk=number).state == "draft"

    def test_unknown_blocks_are_refused(self, staff):
        answer = api(staff).post(
            "/api/v1/campaigns/",
            {"name": "June", "topic": "newsletter", "subject": "Hi", "blocks": [{"kind": "video"}]},
            format="json",
        )
        assert answer.status_code == 400
        assert "video" in str(answer.json())


class TestEngagement:
    def test_registering_follows_the_rules_of_the_public_page(self, staff):
        event = EventFactory(capacity=1, state="published")
        client = api(staff)
        answers = [
            client.post("/api/v1/registrations/", {"event": event.slug, "stakeholder": StakeholderFactory().pk})
            for _ in range(2)
        ]
        assert [answer.json()["state"] for answer in answers] == ["registered", "waitlisted"]
        again = client.post(
            "/api/v1/registrations/", {"event": event.slug, "stakeholder": answers[0].json()["stakeholder"]}
        )
        assert again.status_code == 409

    def test_cancelling_moves_the_waitlist_up(self, staff):
        event = EventFactory(capacity=1, state="published")
        client = api(staff)
        first, second = (
            client.post("/api/v1/registrations/", {"event": event.slug, "stakeholder": StakeholderFactory().pk}).json()
            for _ in range(2)
        )
        client.post(f"/api/v1/registrations/{first['id']}/cancel/")
        assert client.get(f"/api/v1/registrations/{second['id']}/").json()["state"] == "registered"

    def test_a_conversation_sent_twice_is_kept_once(self, organizer):
        edition = Edition.objects.create(year=2019, theme_en="Roads", starts_on="2019-10-01", ends_on="2019-10-31")
        prompt = edition.prompts.create(text_en="What opened a door?")
        talk = {
            "edition": 2019,
            "host": trained().pk,
            "held_on": "2019-10-05",
            "zip": "28208",
            "submission_key": "7a1f3f0e-5a8c-4d57-9d0a-0d2b8d1c4a55",
            "guests": [{"first_name": "Ana", "zip": "28208"}],
            "notes": [{"prompt": prompt.pk, "text": "A neighbor."}],
            "commitments": [{"text": "Call back", "strategy": Strategy.objects.first().letter}],
        }
        client = api(organizer)
        answers = [client.post("/api/v1/conversations/", talk, format="json") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201], answers[0].json()
        assert Gathering.objects.count() == 1
        assert answers[0].json()["notes"] == [{"prompt": prompt.pk, "text": "A neighbor."}]


class TestSchema:
    def test_the_schema_names_every_room(self, staff):
        text = api(staff).get("/api/schema/").content.decode()
        assert all(f"/api/v1/{path}/" in text for path in LISTS)

    def test_the_page_loads_nothing_from_elsewhere(self, client_of, staff):
        html = client_of(staff).get("/api/schema/page/").content.decode()
        assert "https://" not in html
