"""A newsletter in the browser: that person's words, frozen, and no script whatever is in it."""

import re
import time
from datetime import timedelta

import pytest

from campaigns.models import Campaign, Delivery
from campaigns.viewing import VIEW_AGE, view_token, view_url
from crm.links import sign
from tests.campaigns.ledger import launched

pytestmark = pytest.mark.django_db

HTML = """<p>Hello {{ first_name|friend }}</p><script>alert(1)</script><a href="{{ unsubscribe_url }}">Leave</a>
<a href="{{ preferences_url }}">Choose</a>"""


@pytest.fixture
def delivery():
    """One message of a launched campaign."""
    return Delivery.objects.get(campaign=launched(1, html=HTML))


def path(delivery):
    """The signed path of its page."""
    return f"/newsletters/{view_token(delivery.pk)}/"


@pytest.fixture
def later(monkeypatch):
    """Lets so much time pass for signed links."""

    def pass_by(wait: timedelta) -> None:
        now = time.time() + wait.total_seconds()
        monkeypatch.setattr("django.core.signing.time.time", lambda: now)

    return pass_by


def test_it_shows_that_persons_values(client, delivery):
    page = client.get(path(delivery))
    assert f"Hello {delivery.stakeholder.first_name}" in page.content.decode()
    assert "/leave/" in page.content.decode()
    assert view_url(view_token(delivery.pk)).endswith(path(delivery))


def test_it_cannot_run_scripts_and_is_not_indexed(client, delivery):
    page = client.get(path(delivery))
    policy = page["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Cache-Control"] == "private, no-store"


def test_a_value_is_escaped(client, delivery):
    person = delivery.stakeholder
    person.first_name = "<img src=x onerror=alert(2)>"
    person.save()
    assert "<img" not in client.get(path(delivery)).content.decode()


def test_an_erased_person_is_greeted_by_the_fallback(client, delivery):
    Delivery.objects.filter(pk=delivery.pk).update(stakeholder=None)
    assert "Hello friend" in client.get(path(delivery)).content.decode()


@pytest.mark.parametrize("token", ["x", "a.b.c", ""])
def test_a_broken_link_shows_nothing(client, token):
    assert client.get(f"/newsletters/{token}/").status_code == 404


def test_a_link_made_for_something_else_shows_nothing(client, delivery):
    assert client.get(f"/newsletters/{sign('confirm-join', [delivery.pk])}/").status_code == 404


def test_a_campaign_without_frozen_content_shows_nothing(client, delivery):
    Campaign.objects.get().variants.all().delete()
    assert client.get(path(delivery)).status_code == 404


def test_reading_changes_nothing(client, delivery):
    assert client.post(path(delivery)).status_code == 405


def test_an_old_link_says_kindly_that_the_page_is_closed(client, delivery, later):
    address = path(delivery)
    later(VIEW_AGE + timedelta(days=1))
    page = client.get(address)
    assert page.status_code == 410
    assert "fresh link" in page.content.decode()
    assert delivery.stakeholder.first_name not in page.content.decode()


def test_an_old_page_leads_to_no_younger_links(client, delivery, later):
    """Whoever was passed a newsletter cannot renew its links by opening its page again and again."""
    address = path(delivery)
    later(VIEW_AGE - timedelta(days=1))
    shown = client.get(address).content.decode()
    preferences = re.search(r"/preferences/[^/]+/", shown)[0]
    leave = re.search(r"/leave/[^/]+/", shown)[0]
    assert client.get(preferences).status_code == 200
    later(timedelta(days=2))
    assert client.get(preferences).status_code == 404
    assert client.get(leave).status_code == 200


def test_leaving_by_an_old_link_works_and_opens_no_preferences(client, delivery, later):
    shown = client.get(path(delivery)).content.decode()
    leave = re.search(r"/leave/[^/]+/", shown)[0]
    later(timedelta(days=400))
    left = client.post(leave, {"what": "list"}, follow=True)
    assert left.status_code == 200
    assert not re.search(r"/preferences/[A-Za-z0-9_-]+\.", left.content.decode())
    assert delivery.stakeholder.consents.get().state == "withdrawn"
