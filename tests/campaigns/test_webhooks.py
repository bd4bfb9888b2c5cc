"""The door for providers: who is let in, what is refused, and that nothing happens while they wait."""

import json
import os
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import ProviderEvent
from campaigns.views import webhooks
from crm.checks import check_proof
from crm.provider.known import PROVIDERS
from tests.campaigns.providers.about import About
from tests.campaigns.providers.amazon_ses import sns
from tests.campaigns.providers.keys import TOPIC, anymail_settings
from tests.campaigns.providers.mailgun import mailgun_signature
from tests.campaigns.providers.posting import basic, post, send, signed
from tests.campaigns.providers.says import SAYS

pytestmark = pytest.mark.django_db

PASSWORD_ONLY = ["brevo", "mailjet", "postmark", "sparkpost", "amazon_ses"]
SIGNING = {
    "mailersend": "Signature",
    "mailtrap": "Mailtrap-Signature",
    "postal": "X-Postal-Signature",
    "resend": "svix-signature",
    "sendgrid": "X-Twilio-Email-Event-Webhook-Signature",
}
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def every_provider(settings):
    """Each of them may bring its news."""
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), list(SAYS)


def said(provider: str, **about) -> object:
    return SAYS[provider]("dead", About(**about))


def kept() -> int:
    return ProviderEvent.objects.count()


# ── Who is heard ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["mailgun", "scaleway", "nonsense", "sendinblue", "amazon-ses"])
def test_who_is_not_in_use_is_not_there(name, settings):
    settings.WEBHOOK_PROVIDERS = ["brevo", "scaleway"]
    assert Client().post(f"/webhooks/{name}/", b"{}", content_type="application/json").status_code == 404


def test_the_provider_we_send_by_is_heard(settings):
    settings.WEBHOOK_PROVIDERS, settings.EMAIL_PROVIDER = [], "brevo"
    assert post("brevo", said("brevo")).status_code == 200
    assert post("mailjet", said("mailjet")).status_code == 404


@pytest.mark.parametrize("provider", SAYS)
def test_it_needs_no_sign_in_and_no_token_of_a_form(provider):
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(f"/webhooks/{provider}/").status_code == 200
    assert strict.head(f"/webhooks/{provider}/").status_code == 200
    assert strict.post(f"/webhooks/{provider}/").status_code in (401, 403)
    assert strict.put(f"/webhooks/{provider}/").status_code == 405


def test_an_answer_says_nothing():
    answer = post("brevo", said("brevo"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert not answer.cookies


# ── Proof ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("provider", PASSWORD_ONLY)
def test_a_wrong_password_is_refused_and_none_is_asked_for(provider):
    assert post(provider, said(provider), **basic("news:guessed")).status_code == 403
    body, content_type, headers = signed(provider, said(provider))
    del headers["Authorization"]
    answer = send(f"/webhooks/{provider}/", body, content_type, headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    assert not kept()


@pytest.mark.parametrize("provider", [*SIGNING, "mailgun", "unisender_go"])
def test_whoever_signs_need_not_show_the_password_of_another_provider(provider):
    body, content_type, headers = signed(provider, said(provider))
    assert send(f"/webhooks/{provider}/", body, content_type, headers | basic()).status_code == 200
    body, content_type, headers = signed(provider, said(provider, address="ben@example.org"))
    headers.pop("Authorization", None)
    assert send(f"/webhooks/{provider}/", body, content_type, headers).status_code == 200
    assert kept() == 2


@pytest.mark.parametrize(
    ("provider", "secret"),
    [
        ("sendgrid", "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY"),
        ("resend", "RESEND_SIGNING_SECRET"),
        ("mailtrap", "MAILTRAP_TRACKING_SECRET"),
    ],
)
def test_whoever_could_sign_but_has_no_key_here_must_show_it(provider, secret, settings):
    settings.ANYMAIL = {name: value for name, value in settings.ANYMAIL.items() if name != secret}
    body, content_type, headers = signed(provider, said(provider))
    assert send(f"/webhooks/{provider}/", body, content_type, headers).status_code == 200
    headers.pop("Authorization", None)
    assert send(f"/webhooks/{provider}/", body, content_type, headers).status_code == 401


@pytest.mark.parametrize(("provider", "header"), SIGNING.items())
def test_words_that_were_changed_or_are_not_signed_are_refused(provider, header):
    body, content_type, headers = signed(provider, said(provider))
    changed = body.replace(b"ana@example.org", b"ben@example.org")
    assert send(f"/webhooks/{provider}/", changed, content_type, headers).status_code == 403
    for odd in ("", "AAAA", "not base64 \u00e9".encode().decode("latin-1")):
        assert send(f"/webhooks/{provider}/", body, content_type, headers | {header: odd}).status_code == 403
    del headers[header]
    assert send(f"/webhooks/{provider}/", body, content_type, headers).status_code == 403
    assert not kept()


@pytest.mark.parametrize("provider", ["mailgun", "unisender_go", "mandrill"])
def test_a_signature_inside_of_the_words_is_checked(provider, settings):
    settings.ANYMAIL = settings.ANYMAIL | {
        "MAILGUN_WEBHOOK_SIGNING_KEY": "other", "UNISENDER_GO_API_KEY": "other", "MANDRILL_WEBHOOK_KEY": "other"
    }  # fmt: skip
    assert post(provider, said(provider)).status_code == 403
    assert not kept()


@pytest.mark.parametrize("provider", SAYS)
def test_without_its_secret_nothing_of_a_provider_is_believed(provider, settings):
    settings.ANYMAIL = {"AMAZON_SES_CLIENT_PARAMS": {"region_name": "us-east-1"}, "MAILGUN_API_KEY": "x"}
    assert post(provider, said(provider)).status_code == 403
    assert not kept()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"[[[[[[", b'{"a": 1}' * 3])
@pytest.mark.parametrize("provider", SAYS)
def test_nonsense_of_strangers_is_refused(provider, body):
    answer = Client().post(f"/webhooks/{provider}/", body, content_type="application/json")
    assert answer.status_code in (401, 403)
    assert not kept()


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"7", b'"x"', b"\xff\xfe", b"[[[["])
def test_nonsense_of_a_provider_is_set_aside(body):
    headers = basic()
    assert send("/webhooks/brevo/", body, "application/json", headers).status_code == 200
    assert ProviderEvent.objects.get().why == "unreadable"


# ── Age and reuse ────────────────────────────────────────────────────────────
def test_a_signature_of_mailgun_is_good_for_one_event_only():
    first, other = said("mailgun", delivery=1), said("mailgun", delivery=2)
    signature = mailgun_signature(time.time())

    def tell(event):
        body = json.dumps({**event, "signature": signature}).encode()
        return send("/webhooks/mailgun/", body, "application/json", basic()).status_code

    assert [tell(first), tell(first), tell(other)] == [200, 200, 403]
    assert kept() == 1


MEANINGLESS = {"open": SAYS["mailgun"]("opened", About()), "odd": {"event-data": {"event": 7}}}


@pytest.mark.parametrize("meaningless", MEANINGLESS.values(), ids=MEANINGLESS)
def test_nor_is_the_signature_of_what_means_nothing_good_for_anything_else(meaningless):
    signature = mailgun_signature(time.time())
    answers = []
    for event in (meaningless, said("mailgun"), meaningless):
        body = json.dumps({**event, "signature": signature}).encode()
        answers.append(send("/webhooks/mailgun/", body, "application/json", basic()).status_code)
    assert answers == [200, 403, 200]
    assert not ProviderEvent.objects.filter(state="waiting").exists()


@pytest.mark.parametrize("provider", ["mailgun", "sendgrid", "resend"])
def test_an_old_signature_and_one_from_the_future_are_refused(provider):
    now = time.time()
    ages = [-2 * DAY, 3600] if provider != "resend" else [-3600, 3600]
    assert [post(provider, said(provider), at=now + age).status_code for age in ages] == [403, 403]
    assert post(provider, said(provider), at=now - 60).status_code == 200
    assert kept() == 1


# ── Amazon ───────────────────────────────────────────────────────────────────
def test_only_topics_of_ours_are_heard():
    foreign = sns(said("amazon_ses"), TopicArn="arn:aws:sns:us-east-1:666666666666:foreign")
    assert post("amazon_ses", foreign).status_code == 403
    assert post("amazon_ses", sns(said("amazon_ses"))).status_code == 200
    assert kept() == 1


def test_a_topic_of_ours_is_confirmed_at_amazon_and_nowhere_else(monkeypatch, settings):
    asked = []

    class Amazon:
        def confirm_subscription(self, **words):
            asked.append(words)

        def close(self):
            pass

    def client(self, service, **more):
        asked.append((service, more["region_name"]))
        return Amazon()

    monkeypatch.setattr("anymail.webhooks.amazon_ses.AmazonSESBaseWebhookView.get_boto_client", client)
    question = {"Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": "https://evil.example/"}
    assert post("amazon_ses", sns({}, **question)).status_code == 200
    assert asked[0] == ("sns", "us-east-1")
    assert asked[1] == {"TopicArn": TOPIC, "Token": "t", "AuthenticateOnUnsubscribe": "true"}
    foreign = sns({}, **question, TopicArn="arn:aws:sns:us-east-1:666666666666:foreign")
    assert post("amazon_ses", foreign).status_code == 403
    settings.ANYMAIL = settings.ANYMAIL | {"AMAZON_SES_TOPICS": "arn:aws:sns:evil.example/:1:x"}
    odd = sns({}, **question, TopicArn="arn:aws:sns:evil.example/:1:x")
    assert post("amazon_ses", odd).status_code == 200
    assert len(asked) == 2
    assert not kept()


def test_a_topic_that_cannot_be_confirmed_asks_again_and_the_log_says_why(monkeypatch, settings, caplog):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    settings.ANYMAIL = settings.ANYMAIL | {"AMAZON_SES_CLIENT_PARAMS": {}}
    question = sns({}, Type="SubscriptionConfirmation", Token="t")
    assert post("amazon_ses", question).status_code == 503
    assert "could not be confirmed: Unable to locate credentials" in caplog.text
    assert "Traceback" not in caplog.text
    assert not kept()


# ── Size and speed ───────────────────────────────────────────────────────────
def test_what_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(webhooks, "LARGEST", 2000)
    assert post("brevo", said("brevo") | {"padding": "x" * 2000}).status_code == 413
    assert post("brevo", said("brevo")).status_code == 200
    assert kept() == 1


def test_batches_that_are_larger_than_a_form_of_people_are_taken():
    batch = said("sendgrid") * 1 + [{**said("sendgrid")[0], "padding": "x" * 3_000_000}]
    assert post("sendgrid", batch).status_code == 200
    assert kept() == 2


def test_whatever_is_told_is_written_down_in_one_statement():
    batch = [said("sendgrid", delivery=number)[0] for number in range(100)]
    with CaptureQueriesContext(connection) as asked:
        assert post("sendgrid", batch).status_code == 200
    (statement,) = asked.captured_queries
    assert "INSERT INTO campaigns_providerevent" in statement["sql"]
    assert kept() == 100


def test_a_bell_is_rung_where_there_is_something_new(monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr("crm.bell._publish", lambda task, args: rung.append(task))
    event = said("brevo")
    for _again in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            post("brevo", event)
    assert rung == ["campaigns.tasks.take_in_news"]


# ── Settings ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", [name for name, one in PROVIDERS.items() if one.proofs])
def test_production_does_not_start_where_nobody_could_tell_whose_news_they_are(name, settings):
    settings.EMAIL_PROVIDER, settings.WEBHOOK_PROVIDERS, settings.ANYMAIL = name, [], {}
    assert [one.is_serious() for one in check_proof(None)] == [False]
    settings.WEBHOOKS_NEED_PROOF = True
    (error,) = check_proof(None)
    assert (error.id, error.is_serious()) == ("crm.E002", True)
    assert any(variable in error.msg for variable in PROVIDERS[name].proofs[0])
    settings.ANYMAIL = anymail_settings()
    assert check_proof(None) == []


def test_a_provider_nobody_knows_is_named(settings):
    settings.WEBHOOK_PROVIDERS = ["mailgum"]
    assert [one.id for one in check_proof(None)] == ["crm.E003"]
