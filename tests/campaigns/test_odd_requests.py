"""Requests no page of ours makes: whoever is signed in may make them, and hears what is wrong."""

import json

import pytest
from django.urls import reverse

from campaigns.models import Campaign
from tests.factories import CampaignFactory, TopicFactory

pytestmark = pytest.mark.django_db

DEEP = "[" * 5000
HALF = "\ud800"
ODD = {
    "deep": DEEP,
    "half a character": json.dumps([{"kind": "text", "text": f"Hi {HALF}"}]),
    "in a merge field": json.dumps([{"kind": "text", "text": f"Hi {{{{ {HALF} }}}}"}]),
    "in an address": json.dumps([{"kind": "button", "label": "x", "url": f"https://{HALF}.org"}]),
    "a nul": json.dumps([{"kind": "text", "text": "Hi \0"}]),
    "in a kind": json.dumps([{"kind": HALF}]),
    "in the name of a field": json.dumps([{"kind": "text", "text": "Hi", HALF: 1}]),
    "a list for a choice": json.dumps([{"kind": "heading", "text": "x", "size": []}]),
    "a list for an event": json.dumps([{"kind": "event", "event": [HALF]}]),
    "a huge event": json.dumps([{"kind": "event", "event": 10**30}]),
}


@pytest.fixture
def browser(manager, client_of):
    """A manager, signed in."""
    return client_of(manager)


@pytest.mark.parametrize("number", ["²", "\u0661", "9" * 30])
def test_numbers_that_are_none(browser, number):
    campaign = CampaignFactory(state="sending")
    for address in (reverse("campaigns:decide", args=[campaign.pk, "arrived"]), reverse("campaigns:process-again")):
        assert browser.post(address, {"only": number}).status_code == 302
    preview = browser.post(reverse("campaigns:preview"), {"size": number, "topic": number, "person": number})
    assert preview.status_code == 200


@pytest.mark.parametrize("blocks", ODD.values(), ids=ODD)
def test_a_newsletter_nobody_could_write(browser, blocks):
    answer = browser.post(reverse("campaigns:preview"), {"blocks": blocks})
    assert answer.status_code == 200
    assert answer.json()["problems"]
    form = {"name": "x", "topic": TopicFactory().pk, "subject": "x", "blocks": blocks}
    saved = browser.post("/admin/campaigns/campaign/add/", form)
    assert saved.status_code == 200
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("rules", [DEEP, json.dumps({"all": [HALF]}), json.dumps({"all": ["\0"]})])
def test_rules_nobody_could_write(browser, rules):
    answer = browser.post(reverse("admin:contacts_segment_preview"), {"definition": rules})
    assert answer.json()["problems"]
    form = {"name": "x", "definition": rules}
    assert browser.post(reverse("admin:contacts_segment_add"), form).status_code == 200
