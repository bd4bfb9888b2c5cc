"""What every provider that anymail knows says, in its own format and under its own signature; what it means here."""

import json
import time
from urllib.parse import urlencode

import pytest
from anymail import urls as anymail_urls

from campaigns.models import ProviderEvent
from campaigns.webhooks.dialects import DIALECTS, judge
from crm.provider.known import PROVIDERS
from tests.campaigns.providers.about import FULL, POLICY, About, uid
from tests.campaigns.providers.keys import anymail_settings
from tests.campaigns.providers.mailgun import mailgun_signature
from tests.campaigns.providers.posting import basic, post, send
from tests.campaigns.providers.says import SAYS

pytestmark = pytest.mark.django_db

MEANS = {
    "delivered": "delivered",
    "dead": "bounced",
    "soft": "soft_bounced",
    "put off": "deferred",
    "refused": "failed",
    "complained": "complained",
    "left": "unsubscribed",
}
SAID = [(provider, kind) for provider, say in SAYS.items() for kind in MEANS if say(kind, About()) is not None]


@pytest.fixture(autouse=True)
def every_provider(settings):
    """Each of them may bring its news."""
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), list(SAYS)


def the_row() -> ProviderEvent:
    return ProviderEvent.objects.get()


def test_every_provider_whose_news_anymail_reads_has_a_row():
    theirs = {str(route.name).removesuffix("_tracking_webhook") for route in anymail_urls.urlpatterns}
    theirs = {name for name in theirs if name in PROVIDERS} | {"mandrill"}
    assert theirs == set(DIALECTS) == set(SAYS)
    assert {name for name, one in PROVIDERS.items() if one.proofs} == set(DIALECTS)


@pytest.mark.parametrize(("provider", "kind"), SAID, ids=lambda value: str(value))
def test_it_means_here_what_the_provider_says(provider, kind):
    about = About(delivery=4711, campaign=3, address="Ana@Example.org")
    assert post(provider, SAYS[provider](kind, about)).status_code == 200
    row = the_row()
    assert (row.kind, row.state, row.provider) == (MEANS[kind], "waiting", provider)
    assert (row.delivery, row.address, row.raw) == (4711, "ana@example.org", "")
    assert row.campaign == (3 if provider not in ("mailersend", "postal") else None)
    assert abs(row.at.timestamp() - about.at) < 1 or (provider, kind)[0] == "amazon_ses"  # SNS says when it told us


@pytest.mark.parametrize("provider", [name for name, say in SAYS.items() if say("opened", About())])
def test_opens_are_not_kept_unless_tracking_is_wanted(provider, settings):
    said = SAYS[provider]("opened", About(delivery=4711))
    assert post(provider, said).status_code == 200
    assert not ProviderEvent.objects.exclude(provider="mailgun", kind="", address="", state="done").exists()
    settings.EMAIL_TRACKING = True
    post(provider, said)
    row = ProviderEvent.objects.get(state="waiting")
    assert (row.kind, row.reply) == ("delivered", "")


@pytest.mark.parametrize("provider", SAYS)
def test_the_mark_of_a_single_mail_is_read(provider):
    post(provider, SAYS[provider]("dead", About(marks={"mail": "55", "purpose": "confirmation"})))
    assert (the_row().mail, the_row().delivery) == (55, None)


@pytest.mark.parametrize("provider", SAYS)
def test_the_same_event_is_kept_once_however_often_it_is_told(provider):
    said = SAYS[provider]("dead", About(delivery=4711))
    assert [post(provider, said).status_code for _again in range(5)] == [200] * 5
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("event", "means"), [("delivered", "delivered"), ("bounced", "bounced"), ("dropped", "failed")]
)
def test_mailguns_older_form_is_read_too(event, means):
    words = {"code": "550", "error": "550 5.1.1 no such user"} if event == "bounced" else {}
    form = {"event": event, "recipient": "ana@example.org", "Message-Id": "<1@example.org>", **words}
    form |= {"delivery": "4711", "campaign": "3"}
    for _again in range(2):
        signature = mailgun_signature(time.time())
        body = urlencode({**form, **signature, "message-headers": "[]"}).encode()
        assert send("/webhooks/mailgun/", body, "application/x-www-form-urlencoded", basic()).status_code == 200
    row = the_row()
    assert (row.kind, row.address) == (means, "ana@example.org")


def without_time(said: dict) -> dict:
    """The same event without its moment, told of somebody else."""
    kept = {key: value for key, value in said.items() if key != "timestamp"}
    return {**kept, "email": "ben@example.org", "sg_event_id": uid()}


def test_a_request_may_hold_many_events_and_one_that_is_wrong_stands_alone():
    good = [SAYS["sendgrid"]("delivered", About(delivery=number))[0] for number in range(1, 10)]
    wrong = [{"email": "x@example.org"}, "words", {**good[0], "email": "no address", "sg_event_id": uid()}]
    assert post("sendgrid", [*good, *wrong, without_time(good[0])]).status_code == 200
    rows = ProviderEvent.objects.order_by("pk")
    assert rows.filter(state="waiting").count() == 10
    assert sorted(rows.filter(state="aside").values_list("why", flat=True)) == ["unreadable"] * 3
    assert {len(json.loads(row.raw)) for row in rows.filter(state="aside")} == {1}


@pytest.mark.parametrize("provider", ["mailjet", "mailtrap", "mandrill", "sparkpost", "unisender_go"])
def test_every_kind_of_batch_can_be_taken_apart(provider):
    good, other = (SAYS[provider]("delivered" if provider != "mandrill" else "dead", About(n)) for n in (1, 2))
    if provider == "mailtrap":
        said = {"events": [*good["events"], {}, *other["events"]]}
    elif provider == "unisender_go":
        events = [*good["events_by_user"][0]["events"], {}, *other["events_by_user"][0]["events"]]
        said = {"auth": "", "events_by_user": [{"user_id": 1, "events": events}]}
    else:
        said = [*good, {}, *other]
    assert post(provider, said).status_code == 200
    assert sorted(ProviderEvent.objects.values_list("state", flat=True)) == ["aside", "waiting", "waiting"]


def test_a_kind_nobody_knows_is_kept_and_means_nothing():
    said = SAYS["sendgrid"]("delivered", About())[0]
    post("sendgrid", [{**said, "event": "account_status_change", "sg_event_id": uid()}, said])
    aside = ProviderEvent.objects.get(state="aside")
    assert (aside.why, aside.kind) == ("other_kind", "account_status_change")
    assert ProviderEvent.objects.filter(state="waiting").count() == 1


def test_mail_that_was_meant_for_another_address_of_ours_stays_unread():
    assert post("brevo", {"items": [{"Subject": "private"}]}).status_code == 200
    row = the_row()
    assert (row.state, row.why, row.raw) == ("aside", "other_kind", "")


@pytest.mark.parametrize(
    "odd",
    [
        {"timestamp": 99999999999},
        {"timestamp": -5},
        {"response": "nul \0 and a lone \ud800 surrogate"},
        {"delivery": "9" * 30},
        {"delivery": [1]},
        {"delivery": "٤"},
        {"anymail_id": None},
        {"response": "long " * 1000},
        {"category": 7},
    ],
    ids=str,
)
def test_odd_values_break_nothing(odd):
    said = SAYS["sendgrid"]("delivered", About(delivery=7))[0]
    assert post("sendgrid", [{**said, **odd}, {**said, "sg_event_id": uid()}]).status_code == 200
    assert ProviderEvent.objects.filter(state="waiting").count() >= 1
    assert ProviderEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("reply", "sure", "means"),
    [
        ("550 5.1.1 no such user", False, "bounced"),
        ("smtp; 550 5.1.1 no such user", True, "bounced"),
        ("550 no such user here", False, "bounced"),
        ("550 go away", False, "failed"),
        ("550 go away", True, "bounced"),
        ("", True, "bounced"),
        ("", False, "failed"),
        (FULL, True, "soft_bounced"),
        ("552 5.2.2 over quota", True, "soft_bounced"),
        (POLICY, True, "failed"),
        ("550 5.4.1 Recipient address rejected: Access denied", True, "bounced"),
        ("550 5.4.1 Recipient address rejected: Access denied", False, "bounced"),
        ("550 5.4.1 relay refused", False, "failed"),
        ("421 try later from 10.4.2.1", True, "soft_bounced"),
    ],
)
def test_an_address_is_called_dead_only_where_somebody_says_that_nobody_has_it(reply, sure, means):
    assert judge(reply, sure=sure) == means
