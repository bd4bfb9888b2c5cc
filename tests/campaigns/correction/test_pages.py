"""The doors to a correction: its page, the editor, the last look, the API, and why somebody gets which."""

import json

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from campaigns.actions.correct import correct_campaign
from campaigns.actions.launch import launch_campaign
from campaigns.models import Campaign, Delivery
from contacts.actions.consent import withdraw_consent
from contacts.models import Stakeholder
from tests.campaigns.correction.drafts import drafts, filled_in, wrong_one

pytestmark = pytest.mark.django_db


def url(name: str, campaign: Campaign, *more: int) -> str:
    """The address of one page of a campaign."""
    return reverse(f"campaigns:{name}", args=[campaign.pk, *more])


def page(browser, name: str, campaign: Campaign, *more: int) -> str:
    """What stands on it."""
    answer = browser.get(url(name, campaign, *more))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def browser(staff, client_of):
    """Staff, signed in."""
    return client_of(staff)


def test_the_page_offers_both_parts_with_their_numbers(browser):
    wrong = wrong_one("accepted", "uncertain", "queued")
    assert url("correction", wrong) in page(browser, "progress", wrong)
    said = page(browser, "correction", wrong)
    assert "<b>2</b> Those who got it, or may have, get a correction" in said
    assert "<b>1</b> Those who did not get it get the corrected newsletter" in said
    assert Campaign.objects.count() == 1


def test_one_press_makes_both_drafts_and_leads_to_the_first(browser, staff):
    wrong = wrong_one("accepted", "queued")
    answer = browser.post(url("correction", wrong), {"part": ["got", "rest"]}, follow=True)
    got, rest = wrong.corrections.order_by("part")
    assert answer.redirect_chain[-1][0] == reverse("admin:campaigns_campaign_change", args=[got.pk])
    assert "Two drafts were made, and nothing was sent" in answer.content.decode()
    assert (got.created_by, rest.created_by) == (staff, staff)
    said = page(browser, "correction", wrong)
    assert said.count("· draft") == 2
    assert "Make the draft" not in said
    assert "Open each draft, write what is right, and launch it." in said


def test_what_is_being_sent_can_be_paused_there(browser):
    wrong = wrong_one("accepted", "queued")
    Campaign.objects.filter(pk=wrong.pk).update(state="sending")
    assert "It is still going out" in page(browser, "correction", wrong)
    browser.post(url("correction", wrong), {"pause": ""})
    wrong.refresh_from_db()
    assert wrong.state == "paused"
    assert "It is still going out" not in page(browser, "correction", wrong)


def test_numbers_that_may_still_move_are_called_so(browser):
    wrong = wrong_one("accepted", "sending")
    assert "1 message is with its mail server at this moment" in page(browser, "correction", wrong)


def test_refusals_are_said_on_the_page(browser):
    wrong = wrong_one("accepted")
    assert "Everybody got it, so nobody is left." in page(browser, "correction", wrong)
    said = browser.post(url("correction", wrong), {}, follow=True).content.decode()
    assert "Choose whom you want to write to." in said


def test_a_draft_is_changed_and_not_corrected(browser, staff):
    (got,) = correct_campaign(wrong_one("accepted"), parts=["got"], by=staff)
    assert browser.get(url("correction", got)).url == reverse("admin:campaigns_campaign_change", args=[got.pk])


def test_the_last_look_says_who_gets_it_who_does_not_and_what_ends(browser, staff):
    wrong = wrong_one("accepted", "accepted", "queued")
    withdraw_consent(Stakeholder.objects.get(name="Person 0"), wrong.topic, source="test")
    got, rest = drafts(wrong, staff)
    said = page(browser, "review", got)
    assert "1 person will get this" in said
    assert "for exactly those who got it or may have got it" in said
    assert "Also got the wrong version, and left out:" in said
    assert "1 did not agree to this topic" in said
    assert "1 person who still waits for it does not get the wrong version" in said
    assert "for exactly those of its audience who did not get it" in page(browser, "review", rest)


def test_the_last_look_names_the_gaps_and_has_no_button(browser, staff):
    (got,) = correct_campaign(wrong_one("accepted"), parts=["got"], by=staff)
    said = page(browser, "review", got)
    assert "Say what was wrong and what is right, in both languages: [what was wrong]" in said
    assert url("launch", got) not in said
    browser.post(url("launch", got))
    got.refresh_from_db()
    assert got.state == "draft"


def test_the_pages_of_both_lead_to_each_other(browser, staff):
    wrong = wrong_one("accepted", "queued")
    got, rest = drafts(wrong, staff)
    assert "A correction is being written" in page(browser, "progress", wrong)
    browser.post(url("launch", got))
    launch_campaign(rest, by=staff)
    said = page(browser, "progress", wrong)
    assert "There was a mistake in it" in said
    assert url("progress", got) in said
    assert url("progress", rest) in said
    assert url("progress", wrong) in page(browser, "progress", got)
    assert url("retry", wrong) not in said


def test_the_editor_has_nothing_to_choose_and_counts_whom_the_wrong_one_reached(browser, staff):
    wrong = wrong_one("accepted", "uncertain", "queued")
    (got,) = correct_campaign(wrong, parts=["got"], by=staff)
    change = reverse("admin:campaigns_campaign_change", args=[got.pk])
    said = browser.get(change).content.decode()
    for name in ("topic", "include", "exclude"):
        assert f'name="{name}"' not in said
    audience = reverse("campaigns:audience") + f"?newsletter={got.pk}"
    assert audience in said
    told = browser.post(audience).json()
    assert told["line"] == "2 people will get this"
    assert [name for _pk, name in told["people"]] == ["Person 0", "Person 1"]
    sheet = {"name": "Sorry", "subject": "Correction", "blocks": json.dumps(got.blocks)}
    assert browser.post(change, sheet).status_code == 302
    got.refresh_from_db()
    assert (got.name, got.topic, got.part) == ("Sorry", wrong.topic, "got")
    shown = browser.post(reverse("campaigns:preview") + f"?newsletter={got.pk}", sheet).json()
    assert wrong.topic.name in shown["text"]
    assert any("[what is right]" in check["label"] for check in shown["checks"])


def test_why_tells_of_the_wrong_one_and_of_what_came_after(browser, staff):
    wrong = wrong_one("accepted", "queued")
    has_it, waits = Stakeholder.objects.order_by("name")
    got, rest = drafts(wrong, staff)
    assert "Gets it, as things stand now." in page(browser, "why", got, has_it.pk)
    said = page(browser, "why", got, waits.pk)
    assert "Would not get it: they did not get “Test”, so there is nothing to correct." in said
    assert "they got “Test”, or may have, so a correction is for them" in page(browser, "why", rest, has_it.pk)
    for draft in (got, rest):
        launch_campaign(draft, by=staff)
    said = page(browser, "why", wrong, waits.pk)
    assert "had a mistake in it and was stopped before it went out to them" in said
    assert "They are in its audience: waiting." in said
    assert url("why", rest, waits.pk) in said
    assert "Did “Test” reach them?" in page(browser, "why", got, has_it.pk)
    Delivery.objects.filter(campaign=rest).update(state="accepted")
    assert "Did not get it: they did not get “Test”" in page(browser, "why", got, waits.pk)


def api(user) -> APIClient:
    """A program that somebody signed in."""
    program = APIClient()
    program.force_authenticate(user)
    return program


def test_programs_correct_and_cannot_choose_whom(staff):
    wrong = wrong_one("accepted", "queued")
    program = api(staff)
    here = f"/api/v1/campaigns/{wrong.pk}/correct/"
    answer = program.post(here, {"parts": ["got", "rest"]}, format="json")
    assert answer.status_code == 201
    told = {one["part"]: one for one in answer.json()}
    assert told["got"]["subject"] == "Correction: October"
    assert told["rest"]["corrects"] == wrong.pk
    assert program.post(here, {"parts": ["got"]}, format="json").json()["code"] == "CorrectedAlready"
    assert program.post(here, {"parts": ["all"]}, format="json").status_code == 400
    assert program.post(here, {"parts": []}, format="json").status_code == 400
    got = Campaign.objects.get(pk=told["got"]["id"])
    one = f"/api/v1/campaigns/{got.pk}/"
    assert program.patch(one, {"include": []}, format="json").status_code == 400
    assert program.patch(one, {"part": "rest", "corrects": None}, format="json").json()["part"] == "got"
    launch = f"{one}launch/"
    assert program.post(launch).json()["code"] == "BrokenContent"
    filled_in(got, staff)
    assert program.post(launch).status_code == 202
    assert [one["id"] for one in program.get(f"/api/v1/campaigns/?corrects={wrong.pk}&part=got").json()["results"]] == [
        got.pk
    ]


def test_who_may_not_send_may_not_correct(client_of, organizer, analyst):
    wrong = wrong_one("accepted")
    for person in (organizer, analyst):
        assert client_of(person).post(url("correction", wrong), {"part": ["got"]}).status_code == 403
        answer = api(person).post(f"/api/v1/campaigns/{wrong.pk}/correct/", {"parts": ["got"]}, format="json")
        assert answer.status_code == 403
    assert Campaign.objects.count() == 1


def test_how_much_the_pages_ask_does_not_grow(browser, staff, query_count):
    wrong = wrong_one(*["accepted"] * 3, *["queued"] * 2)
    browser.get(url("correction", wrong))
    with query_count("correction page"):
        browser.get(url("correction", wrong))
    got, rest = drafts(wrong, staff)
    with query_count("correction review page"):
        browser.get(url("review", got))
    launch_campaign(got, by=staff)
    launch_campaign(rest, by=staff)
    with query_count("corrected newsletter page"):
        browser.get(url("progress", wrong))
