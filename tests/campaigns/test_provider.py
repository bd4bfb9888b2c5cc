"""Newsletters through providers: what arrives, what is known of it, and what happens when a provider misbehaves."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from campaigns.content.merge import splice
from campaigns.models import Campaign, Delivery
from contacts.models import ContactPoint, Stakeholder, Suppression
from crm.provider import rounds
from tests.campaigns.ledger import launched, states, work
from tests.campaigns.test_faults import wait_until
from tests.campaigns.test_send import make_due
from tests.provider import Arrived, Provider, serve
from tests.workers import database_url

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped"),
]

BATCHED = ["mailgun", "sendgrid", "sparkpost"]
ALL = [*BATCHED, "resend", "postmark", "brevo"]
NAMES = [
    "José Ñáñez",
    "María-José d'Ávila",
    "{{first_name}}",
    "{{{ browser_url }}}",
    "%recipient.name%",
    "%recipient%",
    "*|FNAME|*",
    "<b>Bold</b>",
    'Quo"te & <script>',
    "__g0__",
    "{% if x %}",
    "[unsubscribe]",
    "[[var:x]]",
    "<%asm_group_unsubscribe_url%>",
]
HTML = """<p>Hello {{ first_name|friend }}, {{ braces }}not a field}}</p>
<a href="https://example.org/?n={{ url:first_name }}">Ours</a> <a href="{{ browser_url }}">look</a>
<a href="{{ unsubscribe_url }}">Leave</a> %recipient.x% *|X|*"""
TEXT = "Hello {{ first_name|friend }}! 100% {{ braces }}x}} %unsubscribe_url% {{ unsubscribe_url }}\n"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The server of a provider."""
    box = Provider()
    server = serve(box)
    yield box
    server.shutdown()
    server.server_close()


@pytest.fixture
def through(settings, provider: Provider) -> Callable[..., Provider]:
    """Choose the provider that newsletters go through."""

    def choose(name: str, **numbers: float) -> Provider:
        settings.EMAIL_PROVIDER = name
        settings.ANYMAIL = provider.keys(name)
        settings.SENDING_TRANSPORT = "crm.provider.transport.ProviderTransport"
        settings.SENDING = {"batch": 10, "requests": 4, "connect_timeout": 1, "final_timeout": 1.5, **numbers}
        return provider

    return choose


def seen(said: str) -> str:
    """What a reader sees: without the marks that take no room."""
    return said.replace("\N{WORD JOINER}", "").replace("&#123;", "{").replace("&#37;", "%").replace("&#91;", "[")


def named(*names: str) -> None:
    """Give the people of the book these first names."""
    for person, name in zip(Stakeholder.objects.order_by("pk"), names, strict=False):
        Stakeholder.objects.filter(pk=person.pk).update(first_name=name)


@pytest.mark.parametrize("name", ALL)
def test_everybody_gets_their_own_once_whatever_they_are_called(through, name):
    provider = through(name)
    campaign = launched(25, html=HTML, text=TEXT)
    named(*NAMES)
    work()
    assert states(campaign) == {"accepted": 25}
    assert sorted(provider.recipients()) == sorted(Delivery.objects.values_list("address", flat=True))
    by_address = {letter.to: letter for letter in provider.arrived}
    for delivery in Delivery.objects.select_related("stakeholder"):
        letter = by_address[delivery.address]
        leave = letter.headers["List-Unsubscribe"].strip("<>").removesuffix("one-click/")
        browser = letter.html.partition('href="https://example.org/?n=')[2].partition('href="')[2].partition('"')[0]
        values = {"first_name": delivery.stakeholder.first_name, "unsubscribe_url": leave, "browser_url": browser}
        assert seen(letter.subject) == splice("News for {{ first_name|friend }}", values, escape="header")
        assert seen(letter.text) == splice(TEXT, values, escape="text")
        assert seen(letter.html) == splice(HTML, values, escape="html")
        assert letter.marks["delivery"] == str(delivery.pk)
        assert letter.marks["campaign"] == str(campaign.pk)
        assert delivery.provider_id or name == "sendgrid"
    ids = {letter.headers.get("Message-ID") or letter.headers.get("Message-Id") for letter in provider.arrived}
    assert len(ids) == 25


@pytest.mark.parametrize("name", BATCHED)
def test_many_letters_travel_in_one_request(through, name):
    provider = through(name)
    launched(25)
    work()
    assert sorted(len(request.letters) for request in provider.requests) == [5, 10, 10]


def test_where_nothing_can_be_filled_in_each_travels_alone_and_several_at_once(through):
    provider = through("postmark")
    provider.seconds = 0.05
    launched(12)
    work()
    assert len(provider.requests) == 12
    assert provider.busiest == 4


@pytest.mark.parametrize("name", ["mailgun", "sendgrid", "sparkpost", "postmark"])
def test_the_provider_is_told_not_to_track(through, settings, name):
    provider = through(name)
    launched(3)
    work()
    body = json.dumps(provider.requests[0].body)
    words = {
        "mailgun": '"o:tracking-opens": ["no"]',
        "sendgrid": '"open_tracking": {"enable": false}',
        "sparkpost": '"open_tracking": false',
        "postmark": '"TrackOpens": false',
    }
    assert words[name] in body


def test_it_may_track_where_that_is_set(through, settings):
    provider = through("mailgun")
    settings.EMAIL_TRACKING = True
    launched(3)
    work()
    assert "tracking" not in json.dumps(provider.requests[0].body)


@pytest.mark.parametrize("name", ["mailgun", "resend"])
def test_a_provider_that_asks_to_go_slower_is_waited_for(through, name):
    provider = through(name)
    provider.answer(429, "too many", times=2, Retry_After="0")
    campaign = launched(25)
    work()
    assert states(campaign) == {"accepted": 25}
    assert len(provider.arrived) == 25
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_a_longer_wait_is_for_later_and_costs_no_try(through):
    provider = through("mailgun")
    provider.answer(429, "too many", Retry_After="300")
    campaign = launched(5)
    work()
    assert states(campaign) == {"queued": 5}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    assert provider.arrived == []


@pytest.mark.parametrize(("status", "words"), [(401, "Forbidden"), (402, "Pay first"), (429, "monthly quota reached")])
def test_a_refused_key_pauses_the_campaign_and_says_so(through, status, words):
    provider = through("mailgun")
    provider.answer(status, words)
    campaign = launched(5)
    work()
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    assert words in campaign.pause_reason
    assert states(campaign) == {"queued": 5}


def test_a_provider_without_its_key_pauses_the_campaign_and_says_which(through, settings):
    through("mailgun")
    settings.ANYMAIL = {}
    campaign = launched(2)
    work()
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    assert "MAILGUN_API_KEY" in campaign.pause_reason


def test_a_provider_that_cannot_be_reached_burns_no_tries(through, settings):
    through("mailgun")
    settings.ANYMAIL = {"MAILGUN_API_KEY": "x", "MAILGUN_API_URL": "http://127.0.0.1:9/v3"}
    campaign = launched(5)
    work()
    assert states(campaign) == {"queued": 5}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}


@pytest.mark.parametrize("status", [500, 400])
@pytest.mark.parametrize("name", ["mailgun", "sendgrid"])
def test_one_bad_letter_does_not_keep_the_others_of_its_batch(through, name, status):
    provider = through(name)
    campaign = launched(25)

    def bad(letter: Arrived) -> bool:
        return letter.to == "p13@example.org"

    if status == 400:
        provider.refused = bad
        work()
    else:
        provider.answer(500, times=1)
        work()
    expected = {"accepted": 24, "failed": 1} if status == 400 else {"accepted": 25}
    assert states(campaign) == expected
    assert len(provider.recipients()) == len(set(provider.recipients())) == expected["accepted"]
    if status == 400:
        assert "not a valid address" in Delivery.objects.get(state="failed").reason


def test_trouble_with_one_letter_alone_is_tried_again_later(through):
    provider = through("postmark", requests=1)
    provider.answer(500, "oops", after=1)
    campaign = launched(3)
    work()
    assert states(campaign) == {"accepted": 2, "deferred": 1}
    make_due(campaign)
    Delivery.objects.filter(state="deferred").update(next_attempt_at=timezone.now() - timedelta(hours=1))
    work()
    assert states(campaign) == {"accepted": 3}


def test_a_provider_in_trouble_with_everybody_is_left_alone(through):
    provider = through("mailgun")
    provider.answer(500, times=100)
    campaign = launched(25)
    work()
    assert states(campaign) == {"queued": 25}
    assert rounds.TROUBLES <= len(provider.requests) < rounds.TROUBLES + 4


def test_who_is_refused_letter_after_letter_is_refused_as_a_sender(through):
    provider = through("postmark", requests=10)
    provider.answer(422, '{"ErrorCode": 400, "Message": "The From address is not a sender of ours"}', times=100)
    campaign = launched(40)
    work()
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    assert "not a sender of ours" in campaign.pause_reason
    assert states(campaign).get("failed", 0) < rounds.REFUSALS


def test_a_recipient_the_provider_does_not_write_to_fails_alone(through):
    provider = through("postmark")
    provider.suppressed.add("p1@example.org")
    campaign = launched(3)
    work()
    assert states(campaign) == {"accepted": 2, "failed": 1}
    assert Delivery.objects.get(state="failed").reason == "provider_rejected"
    assert not Suppression.objects.exists()
    assert not ContactPoint.objects.exclude(status="valid").exists()


@pytest.mark.parametrize("how", ["hang", "drop"])
def test_an_answer_that_never_comes_leaves_the_whole_request_uncertain_and_no_more(through, how):
    provider = through("mailgun")
    getattr(provider, how)(after=1)
    campaign = launched(25, policy="hold")
    work()
    assert states(campaign) in ({"accepted": 15, "uncertain": 10}, {"accepted": 20, "uncertain": 5})
    assert len(provider.recipients()) == len(set(provider.recipients())) == 25


def test_three_silences_in_a_row_end_the_turn(through):
    provider = through("mailgun", requests=1)
    provider.hang(times=10)
    campaign = launched(80, policy="hold")
    work(seconds=60)
    assert states(campaign) == {"queued": 50, "uncertain": 30}


@pytest.mark.parametrize("how", ["hang", "drop"])
def test_where_a_message_is_known_again_an_unanswered_one_is_posted_again_at_once(through, how):
    provider = through("resend")
    getattr(provider, how)(after=1)
    campaign = launched(5, policy="hold")
    work()
    assert states(campaign) == {"accepted": 5}
    assert len(provider.requests) == 6
    assert sorted(provider.recipients()) == sorted(set(provider.recipients()))


def test_a_provider_that_says_it_had_it_already_is_believed(through):
    provider = through("brevo")
    provider.drop(after=1)
    campaign = launched(5, policy="hold")
    work()
    assert states(campaign) == {"accepted": 5}
    assert len(provider.recipients()) == len(set(provider.recipients())) == 5


def test_who_leaves_before_the_request_gets_nothing(through, monkeypatch):
    provider = through("mailgun")
    campaign: Campaign = launched(5)
    Suppression.objects.create(fingerprint=Delivery.objects.earliest("pk").fingerprint, reason="manual")
    work()
    assert states(campaign) == {"accepted": 4, "skipped": 1}
    assert len(provider.arrived) == 4


def pump(environment: dict[str, str], numbers: dict[str, float]) -> "subprocess.Popen[bytes]":
    """`manage.py pump` in a process of its own, which may be killed."""
    told = os.environ | environment | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONWARNINGS": "ignore"}
    told |= {"DATABASE_URL": database_url(), "REDIS_URL": "redis://127.0.0.1:9/0", "SENDING": json.dumps(numbers)}
    command, silent = [sys.executable, "manage.py", "pump"], subprocess.DEVNULL
    return subprocess.Popen(command, env=told, cwd=configured.ROOT, stdout=silent, stderr=silent)


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "batch"), [("mailgun", 10), ("postmark", 1)])
def test_a_killed_worker_leaves_no_more_uncertain_than_was_on_its_way(through, name, batch):
    provider = through(name)
    provider.seconds = 0.1
    campaign = launched(120, policy="hold")
    numbers = {"batch": 10, "requests": 3, "group": 60, "chunk": 60}
    for kill in range(1, 3):
        worker = pump(provider.environment(name), numbers)
        goal = len(provider.arrived) + 20
        wait_until(lambda goal=goal: len(provider.arrived) >= goal)
        worker.kill()
        worker.wait(20)
        time.sleep(0.2)
        work(seconds=0)
        assert states(campaign).get("uncertain", 0) <= kill * batch * 3
    provider.seconds = 0
    work(seconds=60)
    counts = states(campaign)
    assert set(counts) <= {"accepted", "uncertain"}
    assert len(provider.recipients()) == len(set(provider.recipients()))
    unknown = set(Delivery.objects.filter(state="uncertain").values_list("address", flat=True))
    assert set(Delivery.objects.values_list("address", flat=True)) - set(provider.recipients()) <= unknown
