"""Newsletters and single mails over several mail servers: what the ledger, pages and watchers are told."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Attempt, Chunk, Delivery, Tally
from campaigns.sending import desk
from campaigns.sending.rates.buckets import bucket_levels
from config.embedded.redis import client as redis_client
from contacts.models import ContactPoint
from crm import transport
from crm.actions.outbox import deliver_due_mails, queue_mail
from tests.campaigns.ledger import launched, states, work
from tests.smtp import Mailbox, MailboxServer

pytestmark = pytest.mark.django_db

REFUSED = "550 5.7.1 You may not send as this"


@pytest.fixture
def two(settings):
    """Two mail servers, and nothing known of them."""
    boxes, running = [Mailbox(), Mailbox()], []
    for box in boxes:
        server = MailboxServer(box)
        server.start()
        running.append(server)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SENDING = {"connections": 2, "connect_timeout": 0.5, "slow_share": 2}
    name_them(settings, boxes)
    with redis_client() as server:
        server.flushdb()
    yield boxes
    for server in running:
        server.stop(no_assert=True)


def name_them(settings, boxes, **said) -> None:
    """Put them into the setting, with what is said of the first."""
    servers = [{"url": f"smtp://{box.host}:{box.port}"} for box in boxes]
    settings.MAIL_SERVERS = json.dumps([servers[0] | said, *servers[1:]])


def name(box: Mailbox) -> str:
    """What a server is called here."""
    return f"{box.host}:{box.port}"


def make_due() -> None:
    """Let every waiting be over."""
    Chunk.objects.update(due_at=None)
    Delivery.objects.filter(state="deferred").update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_everybody_gets_it_once_over_both(two):
    campaign = launched(60)
    work()
    assert states(campaign) == {"accepted": 60}
    assert min(len(box.received) for box in two) >= 20
    assert len({address for box in two for address in box.recipients}) == 60


def test_the_evidence_names_the_server_that_said_no(two):
    launched(30)
    two[0].reply("rcpt", "451 4.3.0 Later", times=0)
    work()
    said = set(Attempt.objects.values_list("source", "reply"))
    assert said == {(name(two[0]), "451 4.3.0 Later")}


def test_one_that_refuses_us_is_named_by_health_and_the_campaign_goes_on(two, client):
    campaign = launched(40)
    two[0].reply("mail", REFUSED, after=3, times=0)
    work()
    assert states(campaign) == {"accepted": 40}
    answer = client.get("/healthz").json()["mail"]
    assert answer.startswith("Degraded: mail travels by the other servers.")
    assert f"{name(two[0])} is left out: {REFUSED}" in answer


def test_the_page_of_a_newsletter_on_its_way_names_the_server_that_is_left_out(two, staff, client_of):
    campaign = launched(20)
    two[0].reply("mail", REFUSED, times=0)
    two[1].reply("rcpt", "451 4.3.0 Later", only_to="p7@example.org")
    work()
    assert states(campaign) == {"accepted": 19, "deferred": 1}
    page = client_of(staff).get(reverse("campaigns:progress", args=[campaign.pk])).content.decode()
    assert f"The mail server {name(two[0])} is left out, the others go on. {REFUSED}" in page


def test_only_when_none_is_left_the_campaign_is_paused_with_the_reasons(two):
    campaign = launched(20)
    for box in two:
        box.reply("mail", REFUSED, after=2, times=0)
    work()
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    assert campaign.pause_reason.startswith("No mail server takes our mail. 127.0.0.1")
    assert states(campaign) == {"accepted": 4, "queued": 16}


def test_one_that_breaks_lines_does_not_make_the_worker_rest(two, settings):
    settings.SENDING = settings.SENDING | {"group": 5, "connection_losses": 2}
    campaign = launched(60)
    two[0].drop("rcpt", times=0)
    work()
    found = states(campaign)
    assert found["accepted"] + found["deferred"] == 60
    assert found["deferred"] <= 6
    assert Tally.objects.get().losses <= 1


def test_twenty_times_without_any_server_pause_the_campaign(two, settings):
    settings.SENDING = {"connection_retry": 0, "breaker_losses": 3}
    settings.MAIL_SERVERS = json.dumps([{"url": "smtp://127.0.0.1:1"}, {"url": "smtp://127.0.0.1:9"}])
    campaign = launched(5)
    for _turn in range(3):
        make_due()
        work()
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    assert "failed 3 times in a row" in campaign.pause_reason
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}


def test_a_server_with_a_rate_carries_no_more_than_its_tokens_and_the_others_the_rest(two, settings):
    name_them(settings, two, rate="6/min")
    campaign = launched(80)
    work()
    assert states(campaign) == {"accepted": 80}
    assert len(two[0].received) <= 2
    assert [level.name for level in bucket_levels()] == [f"server:{name(two[0])}"]


def test_where_every_server_has_a_rate_the_newsletter_waits_for_it(two, settings):
    settings.SENDING = settings.SENDING | {"bide": 0, "turn": 1}
    settings.MAIL_SERVERS = json.dumps([{"url": f"smtp://{name(box)}", "rate": "60/min"} for box in two])
    campaign = launched(30)
    work()
    found = states(campaign)
    assert found["queued"] >= 20
    assert found["accepted"] == sum(len(box.received) for box in two)


def single_mails(count: int) -> None:
    """So many confirmations, which all leave in this turn."""
    for number in range(count):
        queue_mail(purpose="test", to=f"someone{number}@example.org", subject="Hello", text="Hello")
    assert deliver_due_mails().sent == count


def serve(settings, boxes, *rates: str) -> None:
    """These servers, each with its rate."""
    said = [
        {"url": f"smtp://{name(box)}"} | ({"rate": rate} if rate else {})
        for box, rate in zip(boxes, rates, strict=True)
    ]
    settings.MAIL_SERVERS = json.dumps(said)
    transport.hang_up()


def test_single_mails_leave_at_once_where_every_server_has_used_up_its_rate_and_the_newsletter_waits(two, settings):
    settings.SENDING = settings.SENDING | {"bide": 0}
    serve(settings, two, "6/min", "6/min")
    single_mails(20)
    assert sum(len(box.received) for box in two) == 20
    assert {level.tokens for level in bucket_levels()} == {0}
    campaign = launched(5)
    work()
    assert states(campaign) == {"queued": 5}


def test_single_mails_leave_by_a_server_without_a_rate_where_the_other_has_used_up_its_own(two, settings):
    serve(settings, two, "6/min", "")
    single_mails(20)
    assert len(two[0].received) <= 2
    assert len(two[0].received) + len(two[1].received) == 20
    campaign = launched(30)
    work()
    assert states(campaign) == {"accepted": 30}
    assert len(two[0].received) <= 2


def test_single_mails_count_for_the_only_server(two, settings):
    serve(settings, two[:1], "6/min")
    single_mails(3)
    assert [(level.name, level.tokens) for level in bucket_levels()] == [("server:127.0.0.1", 0)]


def test_single_mails_go_by_another_server_where_one_is_down(two, settings):
    settings.MAIL_SERVERS = json.dumps([{"url": "smtp://127.0.0.1:1"}, {"url": f"smtp://{name(two[1])}"}])
    transport.hang_up()
    for number in range(3):
        queue_mail(purpose="test", to=f"p{number}@example.org", subject="Hello", text="Hello")
    assert deliver_due_mails().sent == 3
    assert len(two[1].received) == 3


def test_health_is_degraded_by_one_server_that_is_away_and_down_without_any(two, settings, client):
    assert client.get("/healthz").json()["mail"] == "ok"
    settings.MAIL_SERVERS = json.dumps([{"url": "smtp://127.0.0.1:1"}, {"url": f"smtp://{name(two[1])}"}])
    answer = client.get("/healthz").json()["mail"]
    assert answer == "Degraded: mail travels by the other servers. 127.0.0.1:1 does not answer."
    settings.MAIL_SERVERS = json.dumps([{"url": "smtp://127.0.0.1:1"}, {"url": "smtp://127.0.0.1:9"}])
    answer = client.get("/healthz")
    assert answer.json()["mail"] == "No mail server answers."
    assert answer.status_code == 503


def test_what_only_a_server_with_a_rate_takes_gets_its_turn_there_and_nobody_asks_all_the_time(settings, monkeypatch):
    plain, able = Mailbox(), Mailbox()
    servers = [MailboxServer(plain, enable_SMTPUTF8=False), MailboxServer(able)]
    for server in servers:
        server.start()
    settings.MAIL_SERVERS = json.dumps(
        [{"url": f"smtp://{name(plain)}"}, {"url": f"smtp://{name(able)}", "rate": "6/min"}]
    )
    with redis_client() as redis:
        redis.flushdb()
    campaign = launched(2)
    for number in (0, 1):
        ContactPoint.objects.filter(normalized=f"p{number}@example.org").update(normalized=f"ñ{number}@example.org")
        Delivery.objects.filter(address=f"p{number}@example.org").update(address=f"ñ{number}@example.org")
    asked: list[int] = []
    take = desk.take_group
    monkeypatch.setattr(desk, "take_group", lambda *args: asked.append(1) or take(*args))
    work(seconds=2)
    for server in servers:
        server.stop(no_assert=True)
    assert states(campaign) == {"accepted": 1, "queued": 1}
    assert len(able.received) == 1
    assert Delivery.objects.get(state="queued").attempts == 0
    assert len(asked) < 8
