"""The rule builder's doors: saving, the live count and the list."""

import json

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from contacts.models import Segment
from contacts.segments.actions import save_segment
from tests.factories import CampaignFactory, StakeholderFactory

pytestmark = pytest.mark.django_db

UPTOWN = {"all": [{"criterion": "zip", "op": "any_of", "value": ["28202"]}]}
ADD = "/admin/contacts/segment/add/"


def preview(client, definition):
    sent = definition if isinstance(definition, str) else json.dumps(definition)
    return client.post(reverse("admin:contacts_segment_preview"), {"definition": sent})


def test_rules_are_saved_through_the_verb(staff, client_of):
    client_of(staff).post(ADD, {"name": "Uptown", "description": "", "definition": json.dumps(UPTOWN)})
    segment = Segment.objects.get()
    assert (segment.definition, segment.created_by) == (UPTOWN, staff)


def test_rules_that_cannot_be_read_come_back_with_words(staff, client_of):
    moon = {"all": [{"criterion": "moon", "op": "any_of", "value": ["full"]}]}
    answer = client_of(staff).post(ADD, {"name": "Moon", "description": "", "definition": json.dumps(moon)})
    assert "rule 1: Unknown criterion “moon”." in answer.content.decode()
    assert not Segment.objects.exists()


def test_a_name_twice_comes_back_with_words(staff, client_of):
    save_segment(name="Uptown", definition=UPTOWN)
    answer = client_of(staff).post(ADD, {"name": "uptown", "description": "", "definition": json.dumps(UPTOWN)})
    assert answer.status_code == 200
    assert answer.context["errors"]


class TestLiveCount:
    def test_it_says_how_many_and_who_for_instance(self, staff, client_of):
        ana = StakeholderFactory(name="Ana", zip="28202")
        answer = preview(client_of(staff), UPTOWN).json()
        assert answer["count"] == "1 person or organisation"
        assert answer["sentence"] == "Everyone who is in 28202"
        url = reverse("admin:contacts_stakeholder_change", args=[ana.pk])
        assert answer["sample"] == [{"name": "Ana", "note": "person · 28202", "url": url}]

    def test_problems_come_with_their_place(self, staff, client_of):
        answer = preview(client_of(staff), {"all": [{"criterion": "zip", "op": "any_of", "value": []}]}).json()
        assert answer["problems"] == [{"path": ["all", 0], "message": "Zip code: choose at least one."}]
        assert "JSON" in preview(client_of(staff), "{").json()["problems"][0]["message"]

    def test_names_are_only_for_who_may_see_people(self, analyst, client_of):
        StakeholderFactory(zip="28202")
        answer = preview(client_of(analyst), UPTOWN).json()
        assert answer["count"] == "1 person or organisation"
        assert answer["sample"] == []

    def test_others_are_kept_out(self, partner, client_of):
        assert preview(client_of(partner), UPTOWN).status_code == 403

    def test_a_saved_segment_is_counted_for_the_list(self, staff, client_of):
        segment = save_segment(name="Uptown", definition=UPTOWN)
        client = client_of(staff)
        url = reverse("admin:contacts_segment_count", args=[segment.pk])
        listed = client.get("/admin/contacts/segment/").content.decode()
        assert url in listed
        assert "Everyone who is in 28202" in listed
        assert client.get(url).json()["count"] == "0 people and organisations"


class TestThrowingAway:
    """A newsletter that loses a segment would go to others than was meant."""

    @pytest.fixture
    def spared(self):
        segment = save_segment(name="Spared", definition=UPTOWN)
        CampaignFactory(name="Autumn letter").exclude.add(segment)
        return segment

    def test_a_segment_that_nothing_uses_goes(self, staff, client_of):
        segment = save_segment(name="Uptown", definition=UPTOWN)
        client_of(staff).post(f"/admin/contacts/segment/{segment.pk}/delete/", {"post": "yes"})
        assert not Segment.objects.exists()

    def test_one_that_a_newsletter_spares_stays(self, staff, spared, client_of):
        client = client_of(staff)
        assert (
            "newsletter “Autumn letter”" in client.get(f"/admin/contacts/segment/{spared.pk}/delete/").content.decode()
        )
        client.post(f"/admin/contacts/segment/{spared.pk}/delete/", {"post": "yes"})
        chosen = {"action": "delete_selected", "_selected_action": [spared.pk], "post": "yes"}
        client.post("/admin/contacts/segment/", chosen)
        assert Segment.objects.filter(pk=spared.pk).exists()

    def test_the_api_refuses_it_too(self, staff, spared):
        client = APIClient()
        client.force_authenticate(staff)
        answer = client.delete(f"/api/v1/segments/{spared.pk}/")
        assert answer.status_code == 409
        assert "Autumn letter" in answer.json()["detail"]


def test_who_may_only_look_reads_a_sentence(analyst, client_of):
    segment = save_segment(name="Uptown", definition=UPTOWN)
    page = client_of(analyst).get(f"/admin/contacts/segment/{segment.pk}/change/").content.decode()
    assert "Everyone who is in 28202" in page
    assert "criterion" not in page
