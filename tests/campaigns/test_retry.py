"""Trying what failed once more: exactly that, once, and under the same Message-ID."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from campaigns.actions.control import cancel_campaign, pause_campaign
from campaigns.actions.retry import NothingFailed, NotRetried, retry_failed
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.desk import load_editions
from campaigns.sending.ledger.chunks import claim_chunk, release
from campaigns.sending.ledger.closing import finish_if_done
from contacts.models import ConsentEvent
from crm.history import VERBS
from crm.invariants import INVARIANTS
from tests.campaigns.ledger import launched, states, work
from tests.campaigns.meanwhile import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
REFUSES = "554 5.7.1 Not from you"


def failed(mailbox, people: int = 3, *, only: str = "p1@example.org") -> Campaign:
    """A campaign that is sent, with one message that its mail server refused."""
    campaign = launched(people)
    mailbox.reply("rcpt", REFUSES, only_to=only)
    work()
    campaign.refresh_from_db()
    assert campaign.state == "sent"
    assert states(campaign) == {"accepted": people - 1, "failed": 1}
    return campaign


def broken() -> list[str]:
    """Which promises about the ledger do not hold now."""
    with connection.cursor() as cursor:
        found = []
        for name in ("every-waiting-message-has-a-range", "sent-means-settled", "accepted-has-a-time"):
            invariant = INVARIANTS.get(name)
            assert invariant
            cursor.execute(invariant.broken)
            found += [f"{name}: {row[0]}" for row in cursor.fetchall()]
    return found


def test_exactly_what_failed_is_sent_again_and_the_campaign_is_sent_once_more(mailbox, staff):
    campaign = failed(mailbox)
    assert retry_failed(campaign, by=staff) == 1
    campaign.refresh_from_db()
    assert (campaign.state, campaign.finished_at) == ("sending", None)
    assert states(campaign) == {"accepted": 2, "queued": 1}
    assert broken() == []
    work()
    campaign.refresh_from_db()
    assert campaign.state == "sent"
    assert campaign.finished_at is not None
    assert states(campaign) == {"accepted": 3}
    assert [len(mailbox.to(f"p{n}@example.org")) for n in range(3)] == [1, 1, 1]


def test_a_second_click_finds_nothing_left_to_do(mailbox, staff):
    campaign = failed(mailbox)
    retry_failed(campaign, by=staff)
    with pytest.raises(NothingFailed):
        retry_failed(campaign, by=staff)
    work()
    with pytest.raises(NothingFailed):
        retry_failed(campaign, by=staff)
    campaign.refresh_from_db()
    assert campaign.state == "sent"


def test_two_tabs_at_once_queue_it_once(mailbox, staff):
    campaign = failed(mailbox)

    def click() -> int:
        try:
            return retry_failed(campaign, by=staff)
        except NothingFailed:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as tabs:
        answers = [tab.result() for tab in [tabs.submit(click), tabs.submit(click)]]
    assert sorted(answers) == [0, 1]
    work()
    assert len(mailbox.to("p1@example.org")) == 1


def test_who_left_since_is_skipped(mailbox, staff):
    campaign = failed(mailbox)
    gone = Delivery.objects.get(state="failed")
    ConsentEvent.objects.create(
        stakeholder=gone.stakeholder, topic=campaign.topic, action="withdrawn", source="test", wording="No"
    )
    retry_failed(campaign, by=staff)
    work()
    gone.refresh_from_db()
    assert (gone.state, gone.reason) == ("skipped", "left")
    assert mailbox.to(gone.address) == []


def test_a_cancelled_or_paused_campaign_and_a_draft_try_nothing_again(mailbox, staff):
    campaign = launched(2)
    Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk).update(state="failed")
    pause_campaign(campaign, by=staff)
    with pytest.raises(NotRetried, match="Go on sending first"):
        retry_failed(campaign, by=staff)
    cancel_campaign(campaign, by=staff)
    with pytest.raises(NotRetried, match="was cancelled"):
        retry_failed(campaign, by=staff)
    Campaign.objects.filter(pk=campaign.pk).update(state="draft")
    with pytest.raises(NotRetried, match="not launched"):
        retry_failed(campaign, by=staff)
    assert states(campaign) == {"failed": 1, "skipped": 1}


def test_the_message_keeps_its_message_id(mailbox, staff):
    campaign = launched(1)
    mailbox.reply("message", "554 5.6.0 Not like this")
    work()
    refused = Delivery.objects.get(campaign=campaign, state="failed")
    retry_failed(campaign, by=staff)
    work()
    assert states(campaign) == {"accepted": 1}
    (mail,) = mailbox.to("p0@example.org")
    _campaign, editions = load_editions(campaign.pk)
    assert mail.message["Message-ID"] == editions["en"].message_id(refused.pk)


def test_a_worker_that_gives_its_range_back_meanwhile_leaves_it_open(mailbox, staff):
    campaign = launched(2)
    claim = claim_chunk("worker")
    assert claim
    Delivery.objects.update(state="failed")
    queued, go = Event(), Event()

    def click() -> None:
        with transaction.atomic():
            retry_failed(campaign, by=staff)
            queued.set()
            go.wait(10)
        connection.close()

    def give_back() -> bool:
        try:
            return release(claim)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        clicking = both.submit(click)
        queued.wait(10)
        giving = both.submit(give_back)
        until_somebody_waits()
        go.set()
        clicking.result()
        assert giving.result()
    assert not Chunk.objects.get().done
    assert broken() == []
    work()
    assert states(campaign) == {"accepted": 2}


def test_it_is_not_called_sent_by_whoever_looked_before(mailbox, staff):
    campaign = launched(1)
    Delivery.objects.update(state="failed")
    Chunk.objects.update(done=True)
    queued, go = Event(), Event()

    def click() -> None:
        with transaction.atomic():
            retry_failed(campaign, by=staff)
            queued.set()
            go.wait(10)
        connection.close()

    def finish() -> bool:
        try:
            return finish_if_done(campaign.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        clicking = both.submit(click)
        queued.wait(10)
        finishing = both.submit(finish)
        until_somebody_waits()
        go.set()
        clicking.result()
        assert not finishing.result()
    assert broken() == []


STATES = list(Delivery.State.values)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(st.sampled_from(STATES), min_size=1, max_size=12))
def test_nothing_but_failed_is_ever_queued(staff, settings, drawn):
    settings.SENDING = {"chunk": 3}
    campaign = launched(len(drawn))
    rows = list(Delivery.objects.filter(campaign=campaign).order_by("pk"))
    for row in rows:
        row.state = drawn[row.pk % len(drawn)]
    Delivery.objects.bulk_update(rows, ["state"])
    before = {row.pk: row.state for row in rows}
    expected = {pk: "queued" if state == "failed" else state for pk, state in before.items()}
    try:
        assert retry_failed(campaign, by=staff) == list(before.values()).count("failed")
    except NothingFailed:
        assert "failed" not in before.values()
    assert dict(Delivery.objects.filter(campaign=campaign).values_list("pk", "state")) == expected


def test_the_page_offers_it_says_how_many_and_refuses_in_words(mailbox, client_of, staff):
    campaign = failed(mailbox)
    browser = client_of(staff)
    page = browser.get(reverse("campaigns:progress", args=[campaign.pk])).content.decode()
    assert "1 message failed" in page
    assert "Try the failed ones again" in page
    assert browser.get(reverse("campaigns:retry", args=[campaign.pk])).status_code == 405
    said = browser.post(reverse("campaigns:retry", args=[campaign.pk]), follow=True).content.decode()
    assert "1 message that failed is tried again" in said
    said = browser.post(reverse("campaigns:retry", args=[campaign.pk]), follow=True).content.decode()
    assert "No message of this newsletter has failed" in said
    work()
    assert states(campaign) == {"accepted": 3}


def test_an_analyst_sees_that_messages_failed_and_cannot_have_them_tried(mailbox, client_of, analyst):
    campaign = failed(mailbox)
    browser = client_of(analyst)
    page = browser.get(reverse("campaigns:progress", args=[campaign.pk])).content.decode()
    assert "1 message failed" in page
    assert "Try the failed ones again" not in page
    assert browser.post(reverse("campaigns:retry", args=[campaign.pk])).status_code == 403
    assert states(campaign)["failed"] == 1


def test_programs_have_the_same_door(mailbox, staff):
    campaign = failed(mailbox)
    program = APIClient()
    program.force_authenticate(staff)
    url = reverse("api:v1:campaign-retry", args=[campaign.pk])
    answer = program.post(url)
    assert (answer.status_code, answer.json()["state"]) == (202, "sending")
    assert program.post(url).status_code == 409


def test_history_names_it():
    assert "failed messages" in str(VERBS.get("retry_failed"))
