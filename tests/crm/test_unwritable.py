"""A NUL is a bad request where no form says so by itself."""

import pytest
from django.urls import reverse

from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db

LISTS = [
    "admin:contacts_stakeholder_changelist",
    "admin:contacts_segment_changelist",
    "admin:contacts_suppression_changelist",
    "admin:campaigns_campaign_changelist",
    "admin:engagement_event_changelist",
    "admin:crm_user_changelist",
    "admin:crm_outboxmail_changelist",
]


@pytest.mark.parametrize("name", LISTS)
def test_searches_of_lists(manager, client_of, name):
    assert client_of(manager).get(reverse(name), {"q": "a\0b"}).status_code in (200, 302, 400)


def test_a_search_among_messages_says_what_was_wrong(manager, client_of):
    campaign = CampaignFactory(state="sent")
    answer = client_of(manager).get(reverse("campaigns:deliveries", args=[campaign.pk]), {"q": "\0"})
    assert answer.status_code == 400
    assert "What was sent could not be read" in answer.content.decode()


def test_looking_somebody_up(manager, client_of):
    campaign = CampaignFactory(state="sent")
    address = reverse("campaigns:ask", args=[campaign.pk])
    assert client_of(manager).post(address, {"who": "\0a"}).status_code == 400
    assert client_of(manager).post(address, {"who": "Ana"}).status_code == 200


def test_a_form_says_it_at_its_field(client):
    answer = client.post(reverse("admin:login"), {"username": "a\0@example.org", "password": "x"})
    assert answer.status_code == 200


def test_a_program_hears_it(manager, client_of):
    for address in ("/api/v1/people/?search=%00", "/api/v1/campaigns/?search=%00"):
        assert client_of(manager).get(address).status_code in (200, 400, 404)
    deep = client_of(manager).post("/api/v1/segments/", "[" * 5000, content_type="application/json")
    assert deep.status_code == 400
