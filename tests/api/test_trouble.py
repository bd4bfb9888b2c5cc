"""The machines' door when callers are wrong, curious or in a hurry: a sentence and a status, never a 500."""

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from contacts.models import Segment
from engagement.models import Edition, Registration
from tests.api.test_api import api
from tests.factories import CampaignFactory, EventFactory, SegmentFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


class TestGuessing:
    def test_another_forwarded_address_does_not_start_the_count_anew(self, staff):
        answers = [
            APIClient().post(
                "/api/v1/token/",
                {"email": staff.email, "password": "x"},
                headers={"X-Forwarded-For": f"192.0.2.{turn}"},
            )
            for turn in range(12)
        ]
        assert answers[-1].status_code == 429

    def test_an_organizer_learns_no_name_by_registering_numbers(self, organizer):
        event, stranger = EventFactory(state="published"), StakeholderFactory()
        answer = api(organizer).post("/api/v1/registrations/", {"event": event.slug, "stakeholder": stranger.pk})
        unknown = api(organizer).post("/api/v1/registrations/", {"event": event.slug, "stakeholder": 987654})
        assert answer.status_code == unknown.status_code == 400
        assert str(answer.json()).replace(str(stranger.pk), "N") == str(unknown.json()).replace("987654", "N")
        assert not Registration.objects.exists()

    def test_an_organizer_names_no_stranger_as_host(self, organizer):
        Edition.objects.create(year=2019, theme_en="Roads", starts_on="2019-10-01", ends_on="2019-10-31")
        talk = {"edition": 2019, "host": StakeholderFactory().pk, "held_on": "2019-10-05", "zip": "28208"}
        answer = api(organizer).post("/api/v1/conversations/", talk, format="json")
        assert answer.status_code == 400
        assert "host" in answer.json()


class TestFilters:
    @pytest.mark.parametrize(
        "query",
        [
            "stakeholders/?emial=a@example.org",
            "stakeholders/?changed_since=9999-12-31T23:59:59-23:00",
            "segments/?name=x",
            "campaigns/?topic=nothing-of-the-kind",
            "registrations/?event=nothing-of-the-kind",
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, staff, query):
        assert api(staff).get(f"/api/v1/{query}").status_code == 400

    def test_pages_are_no_filters(self, staff):
        assert api(staff).get("/api/v1/stakeholders/?page=1&page_size=5&kind=person").status_code == 200


class TestWriting:
    def test_an_event_that_ends_before_it_starts_is_refused_when_made_and_when_changed(self, staff):
        client = api(staff)
        times = {"starts_at": "2031-01-02T10:00:00Z", "ends_at": "2031-01-01T10:00:00Z"}
        made = client.post("/api/v1/events/", {"title_en": "Forum", "kind": "forum", **times}, format="json")
        event = EventFactory()
        changed = client.patch(f"/api/v1/events/{event.pk}/", {"starts_at": "2099-01-01T10:00:00Z"}, format="json")
        assert [(answer.status_code, list(answer.json())) for answer in (made, changed)] == [(400, ["ends_at"])] * 2

    def test_a_subject_has_one_line(self, staff):
        answer = api(staff).post(
            "/api/v1/campaigns/",
            {"name": "June", "topic": "newsletter", "subject": "Hi\r\nBcc: all@example.org"},
            format="json",
        )
        assert answer.status_code == 400
        assert list(answer.json()) == ["subject"]

    def test_words_are_no_phone_number(self, staff):
        person = StakeholderFactory()
        answer = api(staff).patch(f"/api/v1/stakeholders/{person.pk}/", {"phones": ["call me"]}, format="json")
        assert answer.status_code == 400

    def test_a_second_segment_of_a_name_is_told_in_words(self, staff):
        SegmentFactory(name="West side")
        answer = api(staff).post("/api/v1/segments/", {"name": "west side", "definition": {"all": []}}, format="json")
        assert answer.status_code == 400
        assert "already" in str(answer.json()["name"])


class TestSegmentsInUse:
    @pytest.mark.parametrize("side", ["include", "exclude"])
    def test_a_segment_that_a_newsletter_uses_stays(self, staff, side):
        campaign, segment = CampaignFactory(), SegmentFactory()
        getattr(campaign, side).add(segment)
        answer = api(staff).delete(f"/api/v1/segments/{segment.pk}/")
        assert answer.status_code == 409
        assert str(campaign) in answer.json()["detail"]
        assert Segment.objects.filter(pk=segment.pk).exists()

    def test_the_back_office_keeps_it_too(self, staff, client_of):
        campaign, used, free = CampaignFactory(), SegmentFactory(), SegmentFactory()
        campaign.exclude.add(used)
        client = client_of(staff)
        for segment in (used, free):
            client.post(f"/admin/contacts/segment/{segment.pk}/delete/", {"post": "yes"})
        assert list(Segment.objects.filter(pk__in=[used.pk, free.pk])) == [used]

    def test_one_that_nothing_uses_goes(self, staff):
        assert api(staff).delete(f"/api/v1/segments/{SegmentFactory().pk}/").status_code == 204


def test_the_schema_is_valid_and_complete():
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
