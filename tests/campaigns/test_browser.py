"""A newsletter in the browser: that person's words, frozen, and no script whatever is in it."""

import pytest

from campaigns.models import Campaign, Delivery
from campaigns.views.browser import browser_url
from crm.links import sign
from tests.campaigns.ledger import launched

pytestmark = pytest.mark.django_db

HTML = '<p>Hello {{ first_name|friend }}</p><script>alert(1)</script><a href="{{ unsubscribe_url }}">Leave</a>'


@pytest.fixture
def delivery():
    """One message of a launched campaign."""
    return Delivery.objects.get(campaign=launched(1, html=HTML))


def path(delivery):
    """The signed path of its page."""
    return f"/newsletters/{sign('browser', [delivery.pk])}/"


def test_it_shows_that_persons_values(client, delivery):
    page = client.get(path(delivery))
    assert f"Hello {delivery.stakeholder.first_name}" in page.content.decode()
    assert "/leave/" in page.content.decode()
    assert browser_url(delivery).endswith(path(delivery))


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
