"""What the newsletter makes of news: the breaker hears, what waited goes on."""

from datetime import timedelta

import pytest

from campaigns.actions.news import note_news
from campaigns.models import Campaign, Chunk, Tally
from tests.campaigns.ledger import states, work
from tests.campaigns.news.events import NOW, heard, ids, on_the_way

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_breaker_hears_each_complaint_and_each_late_bounce_once():
    campaign = on_the_way(5)
    first, second, third, *_rest = ids(campaign)
    for _again in range(3):
        note_news([heard(first, "complained"), heard(second, "bounced"), heard(third, "delivered")])
    assert sorted(Tally.objects.get().recent) == ["b", "c"]


def test_complaints_pause_a_newsletter():
    campaign = on_the_way(10)
    note_news([heard(pk, "complained") for pk in ids(campaign)[:3]])
    campaign.refresh_from_db()
    assert campaign.state == "paused"


def test_an_answer_settles_what_was_uncertain_and_the_newsletter_is_finished(mailbox):
    campaign = on_the_way(2, "uncertain")
    Campaign.objects.update(uncertain_policy="hold")
    Chunk.objects.update(due_at=NOW + timedelta(hours=1))
    note_news([heard(pk, "delivered") for pk in ids(campaign)])
    work()
    campaign.refresh_from_db()
    assert campaign.state == "sent"
    assert states(campaign) == {"delivered": 2}
    assert not mailbox.received


def test_a_message_known_to_have_arrived_is_not_sent_again(mailbox):
    campaign = on_the_way(2, "queued")
    note_news([heard(ids(campaign)[0], "delivered")])
    work()
    assert len(mailbox.received) == 1
    assert states(campaign) == {"delivered": 1, "accepted": 1}
