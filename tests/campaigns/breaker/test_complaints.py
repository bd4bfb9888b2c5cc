"""A newsletter that people mark as spam stops by itself, measured by its last messages."""

import pytest

from campaigns.actions.control import pause_campaign, resume_campaign
from campaigns.models import Campaign
from campaigns.sending.ledger.breaker import note_complaints
from tests.campaigns.breaker.fared import accepted, goes_on, stopped
from tests.campaigns.ledger import launched, states, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_three_people_who_mark_it_as_spam_stop_it(mailbox):
    campaign = launched(60)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p59@example.org")
    work()
    note_complaints(accepted(campaign)[:2])
    assert goes_on(campaign)
    note_complaints(accepted(campaign)[2:3])
    why = stopped(campaign)
    assert "3 people (4.8 %) marked it as spam within the last 62 messages" in why
    assert states(campaign) == {"accepted": 59, "deferred": 1}


def test_complaints_are_measured_by_the_last_messages(mailbox, settings):
    settings.SENDING = {"breaker_complaints": 0.06}
    campaign = launched(60)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p59@example.org")
    work()
    note_complaints(accepted(campaign)[:3])
    assert goes_on(campaign)
    note_complaints(accepted(campaign)[3:4])
    assert "4 people" in stopped(campaign)


def test_complaints_of_one_newsletter_stop_no_other_and_none_that_is_sent(mailbox):
    first = launched(5)
    work()
    other = Campaign.objects.create(name="Other", topic=first.topic, subject="Other", state="sending")
    note_complaints(accepted(first))
    assert goes_on(other)
    first.refresh_from_db()
    assert first.state == "sent"


def test_complaints_that_had_been_counted_do_not_stop_what_a_person_lets_go_on(mailbox, staff):
    campaign = launched(10)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p9@example.org")
    work()
    note_complaints(accepted(campaign)[:3])
    stopped(campaign)
    resume_campaign(campaign, by=staff)
    note_complaints(accepted(campaign)[3:5])
    assert goes_on(campaign)


def test_why_a_person_paused_is_not_written_over(mailbox, staff):
    campaign = launched(5)
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p4@example.org")
    work()
    pause_campaign(campaign, by=staff, reason="A wrong date")
    note_complaints(accepted(campaign))
    assert stopped(campaign) == "A wrong date"
