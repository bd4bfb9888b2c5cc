"""The pages of a newsletter on its way: numbers with their meaning, and buttons that do what they say."""

import pytest
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.sending.worker import work
from tests.campaigns.ledger import launched, states

pytestmark = pytest.mark.django_db(transaction=True)


def url(name: str, campaign: Campaign, *more: str) -> str:
    """The address of one page of a campaign."""
    return reverse(f"campaigns:{name}", args=[campaign.pk, *more])


def test_the_page_says_how_many_were_reached_and_what_the_rest_waits_for(mailbox, client_of, staff):
    campaign = launched(4)
    mailbox.reply("rcpt", "451 Later", only_to="p1@example.org")
    work()
    page = client_of(staff).get(url("progress", campaign)).content.decode()
    assert "<b>3</b>" in page
    assert "put off" in page
    assert "their mail server asked us to come back later" in page


def test_a_paused_campaign_says_why_and_can_go_on(mailbox, client_of, staff):
    campaign = launched(2)
    Campaign.objects.filter(pk=campaign.pk).update(state="paused", pause_reason="550 Not you")
    browser = client_of(staff)
    assert "550 Not you" in browser.get(url("progress", campaign)).content.decode()
    browser.post(url("steer", campaign, "resume"))
    work()
    assert states(campaign) == {"accepted": 2}


def test_buttons_pause_and_cancel(mailbox, client_of, staff):
    campaign = launched(2)
    browser = client_of(staff)
    browser.post(url("steer", campaign, "pause"))
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    browser.post(url("steer", campaign, "cancel"))
    assert states(campaign) == {"skipped": 2}
    said = browser.post(url("steer", campaign, "pause"), follow=True).content.decode()
    assert "not being sent at the moment" in said


def test_opening_a_page_changes_nothing(mailbox, client_of, staff):
    campaign = launched(2)
    browser = client_of(staff)
    for name in ("progress", "numbers", "deliveries", "uncertain"):
        assert browser.get(url(name, campaign)).status_code == 200
    assert browser.get(url("steer", campaign, "pause")).status_code == 405
    assert browser.get(url("decide", campaign, "again")).status_code == 405
    assert states(campaign) == {"queued": 2}


def test_the_moving_part_asks_for_the_page_anew_when_the_state_changed(mailbox, client_of, staff):
    campaign = launched(1)
    browser = client_of(staff)
    known = {"state": "sending", "verbs": "pause,slow,correct,cancel"}
    assert "HX-Refresh" not in browser.get(url("numbers", campaign), known)
    work()
    assert browser.get(url("numbers", campaign), known)["HX-Refresh"] == "true"


def test_it_asks_for_the_page_anew_when_something_else_can_be_done(mailbox, client_of, staff):
    campaign = launched(2)
    browser = client_of(staff)
    known = {"state": "sending", "verbs": "pause,slow,correct,cancel"}
    still = browser.get(url("numbers", campaign), known)
    assert "HX-Refresh" not in still
    assert "2 people still wait" in still.content.decode()
    mailbox.reply("rcpt", "451 Later", only_to="p1@example.org")
    work()
    assert browser.get(url("numbers", campaign), known)["HX-Refresh"] == "true"


def test_everything_that_can_be_done_says_what_it_does_and_to_how_many(mailbox, client_of, staff):
    campaign = launched(5)
    mailbox.reply("rcpt", "451 Later", only_to="p1@example.org")
    mailbox.reply("rcpt", "554 5.7.1 Never", only_to="p2@example.org")
    work()
    browser = client_of(staff)
    page = browser.get(url("progress", campaign)).content.decode()
    for words in ("1 person still waits", "Tries what is left, 1 message", "exactly 1 message that failed", "Cancel"):
        assert words in page
    assert "Go on sending" not in page
    browser.post(url("steer", campaign, "pause"))
    page = browser.get(url("progress", campaign)).content.decode()
    assert "1 whose mail server put us off is tried when the time for it comes" in page
    assert "Try the failed ones again" not in page
    mailbox.behave()
    said = browser.post(url("steer", campaign, "finish"), follow=True).content.decode()
    assert "1 message is tried now." in said
    work()
    assert states(campaign) == {"accepted": 4, "failed": 1}


def test_deliveries_can_be_filtered_and_searched(mailbox, client_of, staff):
    campaign = launched(3)
    mailbox.reply("rcpt", "550 5.1.1 Nobody here", only_to="p1@example.org")
    work()
    browser = client_of(staff)
    bounced = browser.get(url("deliveries", campaign), {"state": "bounced"}).content.decode()
    assert "p1@example.org" in bounced
    assert "Nobody here" in bounced
    assert "p0@example.org" not in bounced
    assert "p2@example.org" in browser.get(url("deliveries", campaign), {"q": "person 2"}).content.decode()
    assert "fits" in browser.get(url("deliveries", campaign), {"q": "nobody"}).content.decode()


def test_an_analyst_sees_numbers_and_no_addresses(mailbox, client_of, analyst):
    campaign = launched(2)
    work()
    browser = client_of(analyst)
    page = browser.get(url("progress", campaign)).content.decode()
    assert "<b>2</b>" in page
    assert "example.org" not in page.split("sending-numbers")[1]
    assert browser.get(url("deliveries", campaign)).status_code == 403
    assert browser.post(url("steer", campaign, "pause")).status_code == 403


def test_how_many_questions_the_pages_ask_does_not_grow(mailbox, client_of, staff, django_assert_max_num_queries):
    campaign = launched(60)
    work()
    browser = client_of(staff)
    for name in ("progress", "numbers", "deliveries"):
        with django_assert_max_num_queries(23):
            browser.get(url(name, campaign))
