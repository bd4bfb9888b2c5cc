"""Uncertain messages: what is known about each, a person's decision, and taking it back."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.actions.control import cancel_campaign, pause_campaign
from campaigns.actions.retry import retry_failed
from campaigns.actions.uncertain import NothingToUndo, NotUncertain, give_up, mark_as_sent, send_again, undo_decision
from campaigns.evidence import timeline
from campaigns.models import Attempt, Campaign, Chunk, Delivery
from tests.campaigns.ledger import launched, states, work
from tests.campaigns.meanwhile import until_somebody_waits
from tests.campaigns.test_retry import broken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doubtful(impatient) -> Campaign:
    """A campaign of four that waits for a person, whose first two messages nobody knows about."""
    campaign = launched(4, policy="hold")
    impatient.drop("message", times=2)
    work()
    assert states(campaign) == {"accepted": 2, "uncertain": 2}
    return campaign


def url(name: str, campaign: Campaign, *more) -> str:
    """The address of one page of a campaign."""
    return reverse(f"campaigns:{name}", args=[campaign.pk, *more])


def last_decision() -> Attempt:
    """The latest thing that a person decided."""
    return Attempt.objects.filter(by__isnull=False).latest("pk")


def doubts() -> list[Delivery]:
    """The uncertain messages, in order."""
    return list(Delivery.objects.filter(state="uncertain").order_by("pk"))


# ── The verbs ────────────────────────────────────────────────────────────────
def test_who_decided_what_stands_in_the_history_of_the_message(doubtful, staff):
    one, other = doubts()
    mark_as_sent(doubtful, [one.pk], by=staff)
    give_up(doubtful, [other.pk], by=staff)
    told = list(Attempt.objects.filter(by=staff).values_list("delivery", "what", "number"))
    assert told == [(one.pk, "arrived", 1), (other.pk, "given_up", 1)]
    other.refresh_from_db()
    assert (other.state, other.reason) == ("skipped", "given_up")
    doubtful.refresh_from_db()
    assert doubtful.state == "sent"
    assert broken() == []


def test_what_is_not_to_be_sent_again_is_not_tried_with_the_failed_ones(doubtful, staff, impatient):
    give_up(doubtful, by=staff)
    Delivery.objects.filter(address="p3@example.org").update(state="failed")
    retry_failed(doubtful, by=staff)
    work()
    assert states(doubtful) == {"accepted": 2, "skipped": 2}
    assert last_decision().what == "retried"


@pytest.mark.parametrize("decide", [mark_as_sent, give_up, send_again])
def test_a_decision_can_be_taken_back_as_if_it_had_not_been(doubtful, staff, decide):
    Delivery.objects.update(breaks=0)  # what a person decided about is not held against anybody
    before = list(Delivery.objects.order_by("pk").values())
    decide(doubtful, by=staff)
    assert undo_decision(doubtful, last_decision().at, by=staff) == 2
    assert list(Delivery.objects.order_by("pk").values()) == before
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.finished_at) == ("sending", None)
    assert broken() == []
    with pytest.raises(NothingToUndo):
        undo_decision(doubtful, Attempt.objects.filter(what="undone").latest("pk").at, by=staff)
    assert mark_as_sent(doubtful, by=staff) == 2


def test_what_went_out_again_since_cannot_be_taken_back(doubtful, staff):
    send_again(doubtful, by=staff)
    work()
    with pytest.raises(NothingToUndo):
        undo_decision(doubtful, last_decision().at, by=staff)
    assert states(doubtful) == {"accepted": 4}


def test_only_the_decision_of_that_moment_is_taken_back(doubtful, staff):
    one, other = doubts()
    mark_as_sent(doubtful, [one.pk], by=staff)
    first = last_decision().at
    mark_as_sent(doubtful, [other.pk], by=staff)
    assert undo_decision(doubtful, first, by=staff) == 1
    assert doubts() == [one]


def test_of_a_cancelled_newsletter_a_decision_comes_back_and_nothing_is_sent(doubtful, staff, impatient):
    cancel_campaign(doubtful, by=staff)
    mark_as_sent(doubtful, by=staff)
    assert undo_decision(doubtful, last_decision().at, by=staff) == 2
    doubtful.refresh_from_db()
    assert doubtful.state == "cancelled"
    work()
    assert len(impatient.received) == 4
    assert states(doubtful) == {"accepted": 2, "uncertain": 2}


def test_deciding_at_once_in_several_tabs_beside_a_retry_settles_each_once_and_never_locks_up(doubtful, staff):
    failed = Delivery.objects.get(address="p3@example.org")
    Delivery.objects.filter(pk=failed.pk).update(state="failed")
    Chunk.objects.update(done=False)

    def press(verb) -> int:
        try:
            return verb(doubtful, by=staff)
        except NotUncertain:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as tabs:
        answers = [
            tab.result() for tab in [tabs.submit(press, v) for v in (mark_as_sent, give_up, mark_as_sent, retry_failed)]
        ]
    assert sum(answers[:3]) == 2
    assert answers[3] == 1
    assert broken() == []


def test_marking_waits_for_whoever_holds_the_campaign(doubtful, staff):
    """All verbs hold the campaign first, so that two of them never wait for each other."""
    from django.db import transaction

    with ThreadPoolExecutor(1) as tab:
        with transaction.atomic():
            Campaign.objects.select_for_update().get(pk=doubtful.pk)

            def press() -> int:
                try:
                    return mark_as_sent(doubtful, by=staff)
                finally:
                    connection.close()

            pressed = tab.submit(press)
            until_somebody_waits()
            Delivery.objects.filter(pk=doubts()[0].pk).update(state="queued")
        assert pressed.result() == 1


# ── The page ─────────────────────────────────────────────────────────────────
def test_the_page_shows_what_is_known_and_what_comes(doubtful, client_of, staff, settings):
    page = client_of(staff).get(url("uncertain", doubtful)).content.decode()
    assert "p0@example.org" in page
    assert "p3@example.org" not in page
    assert "no reply after the whole message" in page
    assert "127.0.0.1" in page
    assert "Waits for a person to decide." in page
    Campaign.objects.update(uncertain_policy="resend")
    page = client_of(staff).get(url("uncertain", doubtful)).content.decode()
    assert "Is sent again by itself from " in page


def test_one_message_has_its_own_buttons_only(doubtful, client_of, staff):
    browser = client_of(staff)
    page = browser.get(url("uncertain", doubtful)).content.decode()
    assert "About all 2:" in page
    browser.post(url("decide", doubtful, "arrived"), {"only": doubts()[0].pk})
    page = browser.get(url("uncertain", doubtful)).content.decode()
    assert "p1@example.org" in page
    assert "About all" not in page
    assert "ticked" not in page
    assert 'name="delivery"' not in page


def test_one_some_or_all_are_decided_and_nothing_without_a_tick(doubtful, client_of, staff):
    one, other = doubts()
    browser = client_of(staff)
    said = browser.post(url("decide", doubtful, "arrived"), follow=True).content.decode()
    assert "Tick the messages" in said
    assert len(doubts()) == 2
    browser.post(url("decide", doubtful, "never"), {"only": one.pk, "delivery": [one.pk, other.pk]})
    assert doubts() == [other]
    browser.post(url("decide", doubtful, "again"), {"delivery": [other.pk]})
    work()
    assert states(doubtful) == {"accepted": 3, "skipped": 1}
    said = browser.post(url("decide", doubtful, "arrived"), {"all": "1"}, follow=True).content.decode()
    assert "decided about these already" in said
    assert "Nothing is uncertain" in said


def test_a_decision_stands_below_with_a_button_that_takes_it_back(doubtful, client_of, staff):
    browser = client_of(staff)
    said = browser.post(url("decide", doubtful, "arrived"), {"all": "1"}, follow=True).content.decode()
    assert "Decided about 2 messages" in said
    at = re.search(r'name="at" value="([^"]+)"', said)
    assert at
    said = browser.post(url("undo", doubtful), {"at": at[1]}, follow=True).content.decode()
    assert "2 messages are uncertain again." in said
    assert len(doubts()) == 2
    assert browser.post(url("undo", doubtful), {"at": "yesterday"}).status_code == 404
    assert browser.post(url("undo", doubtful), {"at": "2026-13-45T99:00:00Z"}).status_code == 404
    assert browser.get(url("undo", doubtful)).status_code == 405


def test_whoever_may_not_see_people_sees_nobody(doubtful, client_of, analyst):
    browser = client_of(analyst)
    assert browser.get(url("uncertain", doubtful)).status_code == 403
    assert browser.post(url("decide", doubtful, "arrived"), {"all": "1"}).status_code == 403
    assert len(doubts()) == 2


def test_how_often_the_page_asks_does_not_grow(impatient, client_of, staff, query_count):
    campaign = launched(30, policy="hold")
    browser = client_of(staff)
    Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk).update(state="uncertain", intent_at=timezone.now())
    browser.get(url("uncertain", campaign))
    with query_count("uncertain messages"):
        browser.get(url("uncertain", campaign))
    Delivery.objects.update(state="uncertain", intent_at=timezone.now())
    with query_count("uncertain messages"):
        assert "p29@example.org" in browser.get(url("uncertain", campaign)).content.decode()


# ── What happened to one message ─────────────────────────────────────────────
def test_the_timeline_tells_everything_in_order(impatient, staff, settings):
    settings.SENDING |= {"quiet": 0}
    campaign = launched(1)
    Campaign.objects.update(launched_by=staff)
    impatient.reply("rcpt", "450 4.2.1 Full", times=1)
    impatient.drop("message", times=1)
    work()
    Delivery.objects.update(next_attempt_at=timezone.now())
    Chunk.objects.update(due_at=None)
    work()
    one = Delivery.objects.select_related("campaign__launched_by").get(campaign=campaign)
    told = [(moment.kind, moment.title, moment.words) for moment in timeline(one)]
    assert [kind for kind, _title, _words in told] == [
        "queued", "sending", "deferred", "sending", "uncertain", "again", "sending", "accepted",
    ]  # fmt: skip
    assert told[2][2] == "450 4.2.1 Full"
    assert told[3][1] == "handing over began, try 2"
    assert told[-1][2] == "250 2.0.0 Kept"
    times = [moment.at for moment in timeline(one)]
    assert times == sorted(times)
    assert timeline(one)[0].by == str(staff)


def test_the_timeline_says_what_holds_now(mailbox, staff):
    campaign = launched(3)
    mailbox.reply("rcpt", "450 4.2.1 Full", only_to="p0@example.org")
    mailbox.reply("rcpt", "554 5.7.1 Never", only_to="p1@example.org")
    Delivery.objects.filter(address="p2@example.org").update(state="skipped", reason="left")
    work()
    ends = [timeline(one)[-1] for one in Delivery.objects.select_related("campaign").order_by("pk")]
    assert ends[0].title.startswith("next try at ")
    assert (ends[1].title, ends[1].words) == ("given up", "")  # they were said just before
    assert (ends[2].title, ends[2].words) == ("not sent", "left this topic before the message went out")
    assert all(end.at is None for end in ends)
    assert campaign.launched_at
    pause_campaign(campaign, by=staff)
    put_off = Delivery.objects.select_related("campaign").get(state="deferred")
    assert timeline(put_off)[-1].title == "is tried again once the newsletter goes on"


def test_the_page_of_somebody_shows_it(doubtful, client_of, staff):
    one = doubts()[0]
    mark_as_sent(doubtful, [one.pk], by=staff)
    page = client_of(staff).get(url("why", doubtful, one.stakeholder_id)).content.decode()
    assert "What happened to their message" in page
    assert "put in the queue when the newsletter was launched" in page
    assert "handed over, and no answer came" in page
    assert f"by {staff}" in page
    assert "by itself" not in page


# ── Programs ─────────────────────────────────────────────────────────────────
@pytest.fixture
def program(staff) -> APIClient:
    """A program that staff gave a sign-in."""
    program = APIClient()
    program.force_authenticate(staff)
    return program


def test_programs_read_the_evidence_decide_and_take_back(doubtful, program):
    told = program.get(reverse("api:v1:campaign-uncertain", args=[doubtful.pk])).json()
    assert told["count"] == 2
    first = told["results"][0]
    assert (first["address"], first["tries"], first["said_by"]) == ("p0@example.org", 1, "127.0.0.1")
    assert first["comes"] == "Waits for a person to decide."
    decide = reverse("api:v1:campaign-decide", args=[doubtful.pk])
    for wrong in (
        {},
        {"decision": "maybe"},
        {"decision": "again", "deliveries": []},
        {"decision": "again", "deliveries": "x"},
    ):
        assert program.post(decide, wrong, format="json").status_code == 400
    answer = program.post(decide, {"decision": "never", "deliveries": [first["delivery"]]}, format="json")
    assert answer.status_code == 202
    assert states(doubtful) == {"accepted": 2, "skipped": 1, "uncertain": 1}
    undo = reverse("api:v1:campaign-undo", args=[doubtful.pk])
    assert program.post(undo, {"at": last_decision().at.isoformat()}, format="json").status_code == 202
    assert (
        program.post(undo, {"at": (timezone.now() - timedelta(days=9)).isoformat()}, format="json").status_code == 409
    )
    assert program.post(decide, {"decision": "arrived"}, format="json").json()["state"] == "sent"


def test_programs_finish_and_read_what_happened_to_somebody(mailbox, program):
    campaign = launched(1)
    mailbox.reply("rcpt", "450 4.2.1 Full", times=1)
    work()
    person = Delivery.objects.get().stakeholder_id
    assert program.post(reverse("api:v1:campaign-finish", args=[campaign.pk])).status_code == 202
    work()
    told = program.get(reverse("api:v1:campaign-people", args=[campaign.pk, person])).json()
    assert (told["state"], told["good"]) == ("accepted", True)
    assert [one["kind"] for one in told["history"]] == ["queued", "sending", "deferred", "sending", "accepted"]
    assert program.get(reverse("api:v1:campaign-people", args=[campaign.pk, 10**9])).status_code == 404


def test_programs_of_analysts_see_nobody(doubtful, analyst):
    program = APIClient()
    program.force_authenticate(analyst)
    person = doubts()[0].stakeholder_id
    assert program.get(reverse("api:v1:campaign-uncertain", args=[doubtful.pk])).status_code == 403
    assert program.get(reverse("api:v1:campaign-people", args=[doubtful.pk, person])).status_code == 403
    decide = reverse("api:v1:campaign-decide", args=[doubtful.pk])
    assert program.post(decide, {"decision": "arrived"}, format="json").status_code == 403
