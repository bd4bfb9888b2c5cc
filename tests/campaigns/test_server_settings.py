"""What `MAIL_SERVERS` may say, and what an operator reads where it says something else."""

import json
import runpy

import pytest
from django.conf import settings as project
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from campaigns.models import Campaign
from campaigns.sending.smtp.servers import servers
from tests.campaigns.ledger import launched, states, work

MX = "smtp+tls://us:s3cret@mx1.example.org:587"


def said() -> list[str]:
    """What the checks say about mail servers."""
    return [check.msg for check in run_checks() if check.id in {"campaigns.E003", "campaigns.E004"}]


def test_each_server_is_read_with_all_that_is_said_of_it(settings):
    settings.MAIL_SERVERS = json.dumps(
        [
            {"url": "smtp+tls://us%40example.org:p%2Fw@MX1.example.org:2525", "weight": 3, "connections": 20,
             "rate": "600/min", "messages_per_connection": 500},
            {"url": "smtp+ssl://mx2.example.org"},
        ]
    )  # fmt: skip
    one, two = servers()
    assert (one.name, one.host, one.port, one.starttls, one.tls) == (
        "mx1.example.org",
        "mx1.example.org",
        2525,
        True,
        False,
    )
    assert (one.user, one.password) == ("us@example.org", "p/w")
    assert (one.weight, one.connections, one.rate, one.messages_per_connection) == (3.0, 20, 10.0, 500)
    assert (two.host, two.port, two.tls, two.user) == ("mx2.example.org", 465, True, "")
    assert (two.weight, two.connections, two.rate, two.messages_per_connection) == (1.0, 0, 0.0, 0)
    assert said() == []


def test_without_it_the_one_server_of_email_url_is_used(settings):
    settings.MAIL_SERVERS = ""
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "mx.example.org", 587, True
    (one,) = servers()
    assert (one.name, one.port, one.starttls) == ("mx.example.org", 587, True)
    assert said() == []


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("mx1.example.org", "It is no JSON; write it like"),
        ('{"url": "smtp://mx"}', "It is no list of servers; write it like"),
        ('["smtp://mx"]', "It is no list of servers"),
        ([{"weight": 3}], "Server 1 has no url."),
        ([{"url": MX}, {"url": "https://us:s3cret@mx2.example.org"}], "Server 2: its url must begin with smtp://, smtp+tls://"),
        ([{"url": "smtp://us:s3cret@"}], "Server 1: its url names no host."),
        ([{"url": "smtp://us:s3cret@mx:many"}], "Server 1: its url cannot be read. The port must be a number"),
        ([{"url": "smtp://us:s3/cret@mx"}], "signs such as"),
        ([{"url": "smtp://us:s3cret@mx?x=1"}], "Server 1: something follows the host and the port"),
        ([{"url": "smtp://us@mx"}], "Server 1: a user goes with a password, or neither."),
        ([{"url": MX, "wieght": 3}], "Server 1: nothing is called wieght here, only url, weight, connections"),
        ([{"url": MX, "weight": 0}], "Server 1: weight must be a number above 0"),
        ([{"url": MX, "weight": "3"}], "Server 1: weight must be a number above 0"),
        ([{"url": MX, "connections": 2.5}], "Server 1: connections must be a whole number above 0"),
        ([{"url": MX, "messages_per_connection": True}], "messages_per_connection must be a whole number above 0"),
        ([{"url": MX, "rate": "fast"}], "Server 1: “fast” is no rate; write it like 20/s"),
        ([{"url": MX}, {"url": MX}], "mx1.example.org:587 stands there twice."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_without_a_password(settings, written, words):
    settings.MAIL_SERVERS = written if isinstance(written, str) else json.dumps(written)
    (found,) = said()
    assert found.startswith("MAIL_SERVERS: ")
    assert words in found
    assert "s3" not in found


def test_mail_travels_one_way_only(settings):
    settings.MAIL_SERVERS, settings.EMAIL_PROVIDER = json.dumps([{"url": MX}]), "mailgun"
    assert said() == ["EMAIL_URL names a provider and MAIL_SERVERS names mail servers; mail can travel one way only."]


@pytest.mark.django_db
def test_a_newsletter_waits_for_a_person_where_it_cannot_be_read(settings):
    settings.MAIL_SERVERS = json.dumps([{"url": "smtp://us:s3cret@mx:many"}])
    campaign = launched(2)
    work()
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.PAUSED
    assert campaign.pause_reason.startswith("MAIL_SERVERS: Server 1: its url cannot be read.")
    assert states(campaign) == {"queued": 2}


def test_health_says_it_too(settings, db):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAIL_SERVERS = json.dumps([{"url": "smtp://us:s3cret@mx:many"}])
    answer = Client().get("/healthz").json()["mail"]
    assert answer.startswith("MAIL_SERVERS cannot be read. Server 1")
    assert "s3cret" not in answer


def test_production_needs_one_of_the_two(monkeypatch):
    for variable in ("EMAIL_URL", "MAIL_SERVERS"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_URL \(or MAIL_SERVERS\)\."):
        runpy.run_path(str(project.ROOT / "config" / "settings" / "production.py"))
