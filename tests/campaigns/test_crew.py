"""Several connections at once: more of them where the server is far away, and no message lost between them."""

from contextlib import closing

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.smtp.transport import SmtpTransport
from campaigns.sending.worker import Worker
from crm.transport import Message
from tests.campaigns.ledger import launched, states, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slow(mailbox, settings):
    """A mail server that takes a moment for every message, and a worker that may open four connections."""
    settings.SENDING = {"connections": 4}
    mailbox.hang("message", seconds=0.03, times=0)
    return mailbox


def test_a_server_that_takes_its_time_gets_more_connections(slow):
    before = slow.connections
    campaign = launched(60)
    work()
    assert states(campaign) == {"accepted": 60}
    assert sorted(slow.recipients) == sorted(Delivery.objects.values_list("address", flat=True))
    assert 2 <= slow.connections - before <= 4


def test_the_next_message_of_each_connection_is_written_while_the_server_has_the_last_ones(slow):
    written = 0

    def messages():
        nonlocal written
        for number in range(80):
            written += 1
            yield Message(number, "hello@example.org", f"p{number}@example.org", b"Subject: News\r\n\r\nHello\r\n")

    with closing(SmtpTransport()) as transport:
        ahead = [written - answered for answered, _answer in enumerate(transport.send(messages()))]
    assert len(ahead) == len(slow.received) == 80
    assert max(ahead) >= 3 * 4  # one that the server has, one it was told of, and one more, for each of four


def test_a_server_that_takes_no_more_connections_is_sent_to_over_those_that_stand(slow):
    campaign = launched(40)
    slow.reply("connect", "421 4.7.0 Too many connections", times=0, after=1)
    work()
    assert states(campaign) == {"accepted": 40}
    assert len(slow.received) == 40


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "message"])
def test_a_server_that_says_421_in_the_middle_is_left_alone_for_a_while(mailbox, settings, phase):
    settings.SENDING = {"connections": 1}
    campaign = launched(20)
    mailbox.reply(phase, "421 4.3.2 Shutting down", after=5)
    before = mailbox.connections
    work()
    assert states(campaign) == {"accepted": 5, "deferred": 1, "queued": 14}
    assert Chunk.objects.get().due_at > timezone.now()
    Chunk.objects.update(due_at=None)
    work()
    assert mailbox.connections == before + 1
    assert sorted(set(Delivery.objects.values_list("attempts", flat=True))) == [0, 1]
    campaign.refresh_from_db()
    assert campaign.state == "sending"


def test_one_lost_line_costs_one_message_and_the_others_go_on(slow):
    campaign = launched(40, policy="hold")
    slow.drop("rcpt", after=20)
    work()
    assert states(campaign) == {"accepted": 39, "deferred": 1}
    assert len(slow.received) == len(set(slow.recipients)) == 39


def test_a_message_that_was_announced_behind_a_lost_one_is_sent_by_another(slow):
    campaign = launched(40, policy="hold")
    slow.behave()
    slow.drop("message", after=10)
    work()
    assert states(campaign) == {"accepted": 39, "uncertain": 1}
    assert len(set(slow.recipients)) == 40
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_a_server_that_refuses_us_in_the_middle_stops_every_connection(slow):
    campaign = launched(40)
    slow.reply("mail", "550 5.7.1 You may not send as this", after=12, times=0)
    work()
    assert Campaign.objects.get().state == "paused"
    found = states(campaign)
    assert found["accepted"] == len(slow.received)
    assert found["accepted"] + found["queued"] == 40


def test_a_server_that_cuts_every_line_is_not_given_the_rest_of_a_group(mailbox, settings):
    settings.SENDING = {"connections": 2, "breaker_losses": 6}
    campaign = launched(100, policy="hold")
    mailbox.drop("message", times=0)
    with closing(SmtpTransport()) as transport:
        worker = Worker(transport, campaign.pk, 60)
        worker.pace.size = 100
        assert not worker.leg()
    assert states(campaign)["uncertain"] in (6, 7)
    assert states(campaign)["queued"] in (93, 94)
    assert worker.rest > 0


def test_a_server_that_speaks_nonsense_is_left(mailbox):
    campaign = launched(3)
    mailbox.reply("rcpt", "hello there", after=1)
    work()
    assert states(campaign) == {"accepted": 2, "deferred": 1}


def test_several_lines_of_one_answer_are_one(mailbox):
    campaign = launched(2)
    mailbox.reply("message", "250-2.0.0 Kept\r\n250 queued as A1B2", times=2)
    work()
    assert states(campaign) == {"accepted": 2}
    assert set(Delivery.objects.values_list("provider_id", flat=True)) == {"A1B2"}


def test_without_pipelining_each_line_waits_for_its_answer(mailbox, monkeypatch):
    from campaigns.sending.smtp import session

    real = session.Session.__init__

    def plain(self, *given, **more):
        real(self, *given, **more)
        self.pipelines = False

    monkeypatch.setattr(session.Session, "__init__", plain)
    campaign = launched(6, policy="hold")
    mailbox.reply("rcpt", "451 4.3.0 Later", only_to="p1@example.org")
    mailbox.reply("rcpt", "550 5.1.1 No such user", only_to="p3@example.org")
    work()
    assert states(campaign) == {"accepted": 4, "deferred": 1, "bounced": 1}
