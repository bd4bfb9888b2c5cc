"""The pages of a newsletter on its way: numbers with their meaning, and buttons that do what they say."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.actions.control import pause_campaign, resume_campaign
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.telling.progress import progress_of
from campaigns.steering import offers
from tests.campaigns.ledger import launched, states, work

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
    assert "asked for a later try, or the connection broke before it was handed over; we try again" in page


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


def test_a_second_click_is_told_how_it_is_and_not_refused(client_of, staff):
    campaign = launched(1)
    browser = client_of(staff)
    for door, state in [
        (url("launch", campaign), "being sent"),
        (url("steer", campaign, "resume"), "being sent"),
        (url("steer", campaign, "pause"), ""),
        (url("steer", campaign, "pause"), "paused"),
        (url("steer", campaign, "cancel"), ""),
        (url("steer", campaign, "cancel"), "cancelled"),
    ]:
        page = browser.post(door, follow=True)
        told = [(one.level_tag, str(one)) for one in page.context["messages"]]
        assert [level for level, _words in told] == (["info"] if state else [])
        assert not state or told[0][1].endswith(f": {state}.")


def test_where_nobody_got_it_a_correction_goes_to_everybody(client_of, staff):
    page = client_of(staff).get(url("progress", launched(2))).content.decode()
    assert "Nobody got it so far" in page
    assert "0 people" not in page


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


def test_nobody_loses_what_they_are_writing_because_something_else_can_be_done(mailbox, client_of, staff):
    campaign = launched(2)
    browser = client_of(staff)
    known = {"state": "sending", "verbs": "pause", "busy": "1"}
    assert "HX-Refresh" not in browser.get(url("numbers", campaign), known)
    assert browser.get(url("numbers", campaign), known | {"busy": ""})["HX-Refresh"] == "true"
    work()
    ended = browser.get(url("numbers", campaign), known).content.decode()
    assert "state=sending&amp;verbs=pause" in ended  # it goes on asking, until the page may be asked for anew


def test_everything_that_can_be_done_says_what_it_does_and_to_how_many(mailbox, client_of, staff):
    campaign = launched(5)
    mailbox.reply("rcpt", "451 Later", only_to="p1@example.org")
    mailbox.reply("rcpt", "554 5.7.1 Never", only_to="p2@example.org")
    work()
    browser = client_of(staff)
    page = browser.get(url("progress", campaign)).content.decode()
    for words in (
        "1 person still waits",
        "1 person who was put off does not wait for the next try any more",
        "exactly 1 message that failed",
        "Cancel",
    ):
        assert words in page
    assert "Go on sending" not in page
    browser.post(url("steer", campaign, "pause"))
    page = browser.get(url("progress", campaign)).content.decode()
    assert "1 who was put off is tried when the time for it comes" in page
    assert "Goes on, also with 1 person who was put off, without waiting for their next try" in page
    assert "Try the failed ones again" not in page
    mailbox.behave()
    said = browser.post(url("steer", campaign, "finish"), follow=True).content.decode()
    assert "1 message is tried as soon as it may leave." in said
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


def test_a_newsletter_that_the_house_paused_says_what_to_do_and_stands_on_the_dashboard(mailbox, client_of, staff):
    campaign = launched(1)
    why = "5 % of the last 200 messages came back because nobody has the address."
    Campaign.objects.update(state="paused", pause_reason=why)
    page = client_of(staff).get(url("progress", campaign)).content.decode()
    assert "paused by the house itself" in page
    assert why in page
    assert "it is judged anew from then on" in page
    assert "See what came back" not in page
    Delivery.objects.update(state="bounced")
    Chunk.objects.update(counted=False)
    assert "See what came back" in client_of(staff).get(url("progress", campaign)).content.decode()
    first = client_of(staff).get("/admin/").content.decode()
    assert "Paused by the house itself" in first
    assert why in first
    Campaign.objects.update(pause_reason="")
    assert "by the house itself" not in client_of(staff).get("/admin/").content.decode()


def test_nothing_is_called_still_right_after_it_goes_on(mailbox, client_of, staff):
    campaign = launched(1)
    long_ago = timezone.now() - timedelta(minutes=10)
    Campaign.objects.update(launched_at=long_ago, updated_at=long_ago)
    assert progress_of(Campaign.objects.get()).is_still
    resume_campaign(pause_campaign(campaign, by=staff), by=staff)
    assert not progress_of(Campaign.objects.get()).is_still


def test_going_on_speaks_of_those_who_wait_only_where_somebody_does(mailbox, staff):
    campaign = launched(2)
    Delivery.objects.update(state="deferred", next_attempt_at=timezone.now() + timedelta(hours=1))
    Chunk.objects.update(counted=False)
    pause_campaign(campaign, by=staff)
    campaign.refresh_from_db()
    offer = offers(campaign, progress_of(campaign))[0]
    assert offer.what == "2 who were put off are tried when the time for it comes."


def test_where_only_uncertain_ones_are_left_nobody_is_said_to_wait(mailbox, client_of, staff):
    campaign = launched(2, policy="hold")
    Delivery.objects.update(state="uncertain", intent_at=timezone.now())
    Chunk.objects.update(counted=False)
    page = client_of(staff).get(url("progress", campaign)).content.decode()
    assert "Nothing else is left of this newsletter." in page
    assert "Nobody waits; what is uncertain is not sent again by itself until you go on." in page
    assert "Nobody waits for it any more; what is uncertain is not sent again." in page
    assert "Slow down" not in page
    assert "0 people" not in page
    client_of(staff).post(url("steer", campaign, "pause"))
    page = client_of(staff).get(url("progress", campaign)).content.decode()
    assert "Nobody waits any more; only what is uncertain is left." in page
    assert "0 people" not in page


def test_the_list_says_how_many_were_reached(mailbox, client_of, staff):
    launched(3)
    mailbox.reply("rcpt", "554 5.7.1 No", only_to="p1@example.org")
    work()
    page = client_of(staff).get("/admin/campaigns/campaign/").content.decode()
    assert "2 (66 %)" in page


def test_those_that_failed_can_be_tried_again_where_one_sees_why(mailbox, client_of, staff):
    campaign = launched(2)
    mailbox.reply("rcpt", "554 5.7.1 No", only_to="p1@example.org")
    work()
    browser, again = client_of(staff), "Try all failed ones again"
    assert again not in browser.get(url("deliveries", campaign)).content.decode()
    page = browser.get(url("deliveries", campaign) + "?state=failed").content.decode()
    assert again in page
    assert url("retry", campaign) in page
    Campaign.objects.update(state="cancelled")
    assert again not in browser.get(url("deliveries", campaign) + "?state=failed").content.decode()
