"""A newsletter stops where the mail server cuts every line or is gone, and nobody is blamed."""

import pytest
from django.utils import timezone

from campaigns.actions.control import resume_campaign
from campaigns.models import Chunk, Delivery, Tally
from tests.campaigns.breaker.fared import goes_on, stopped, work_anew
from tests.campaigns.ledger import launched, states, work
from tests.campaigns.test_send import make_due

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mail_server_that_cuts_every_line_stops_it_and_nobody_is_blamed(small, staff):
    campaign = launched(60)
    small.drop("rcpt", times=0)
    for _turn in range(20):
        make_due(campaign)
        work()
    assert "The connection to the mail server failed 2" in stopped(campaign)
    assert "failed" not in states(campaign)
    assert max(Delivery.objects.values_list("breaks", flat=True)) < 3
    small.behave()
    resume_campaign(campaign, by=staff)
    make_due(campaign)
    work()
    assert states(campaign) == {"accepted": 60}


def test_a_mail_server_that_is_gone_stops_it_after_twenty_turns(small, settings, staff):
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    campaign = launched(3)
    for turn in range(20):
        assert goes_on(campaign), turn
        make_due(campaign)
        Chunk.objects.update(due_at=None)
        work_anew()
    assert "failed 20 times in a row" in stopped(campaign)
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    settings.EMAIL_PORT = there
    resume_campaign(campaign, by=staff)
    Chunk.objects.update(due_at=None)
    work_anew()
    assert states(campaign) == {"accepted": 3}


def test_the_first_accepted_message_ends_the_count(small, settings):
    campaign = launched(3)
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    for _turn in range(19):
        Chunk.objects.update(due_at=None)
        work_anew()
    assert Tally.objects.get().losses == 19
    settings.EMAIL_PORT = there
    Chunk.objects.update(due_at=None)
    work_anew()
    assert Tally.objects.get().losses == 0
    assert goes_on(campaign)


def test_workers_without_a_mail_server_at_the_same_time_count_once(mailbox, settings):
    settings.EMAIL_PORT = 9
    settings.SENDING = {"chunk": 10}
    launched(40)
    for _worker in range(4):
        work_anew()
    assert Chunk.objects.filter(due_at__gt=timezone.now()).count() == 4
    assert Tally.objects.get().losses == 1
