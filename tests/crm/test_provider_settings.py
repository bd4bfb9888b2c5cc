"""A provider chosen by `EMAIL_URL`: which one, what it is told, and what is said when something is missing."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from crm.checks import check_proof, check_provider
from crm.letters import Letter, Stencil
from crm.provider.known import PROVIDERS, provider_named, transport_for, variables
from crm.provider.posting import Addressed, compose, make_backend


def said(settings, name: str, **keys: str) -> list[str]:
    settings.EMAIL_PROVIDER, settings.ANYMAIL = name, keys
    return [message.msg for message in [*check_provider(None), *check_proof(None)]]


def test_a_mail_server_needs_nothing_of_a_provider(settings):
    assert said(settings, "") == []
    assert provider_named("smtp+tls://who:secret@mail.example.org:587") == ""
    assert transport_for("").endswith("SmtpTransport")


@pytest.mark.parametrize(("url", "name"), [("mailgun://", "mailgun"), ("amazon-ses://", "amazon_ses")])
def test_the_scheme_names_the_provider(url, name):
    assert provider_named(url) == name
    assert transport_for(url).endswith("ProviderTransport")


def test_a_provider_nobody_knows_is_refused_with_those_we_know():
    with pytest.raises(ImproperlyConfigured, match=r"mailgum://.*mailgun://"):
        provider_named("mailgum://")


@pytest.mark.parametrize("name", [name for name, provider in PROVIDERS.items() if provider.needs])
def test_a_missing_key_is_named(settings, name):
    words = said(settings, name)
    assert all(variable in words[0] for variable in PROVIDERS[name].needs)


def test_missing_proof_of_its_news_is_said(settings):
    assert ["MAILGUN_WEBHOOK_SIGNING_KEY" in words for words in said(settings, "mailgun", MAILGUN_API_KEY="x")] == [
        True
    ]
    keys = {"MAILGUN_API_KEY": "x", "MAILGUN_WEBHOOK_SIGNING_KEY": "y"}
    assert said(settings, "mailgun", **keys) == []
    assert said(settings, "sendgrid", SENDGRID_API_KEY="x", WEBHOOK_SECRET="user:password") == []


def test_the_environment_speaks_in_the_names_of_anymails_manual():
    environment = {
        "MAILGUN_API_KEY": "123",
        "ANYMAIL_WEBHOOK_SECRET": "user:password",
        "AMAZON_SES_CLIENT_PARAMS": '{"region_name": "us-east-1"}',
        "RESEND_API_KEY": "",
        "HOME": "/root",
    }
    assert variables(environment) == {
        "MAILGUN_API_KEY": "123",
        "WEBHOOK_SECRET": "user:password",
        "AMAZON_SES_CLIENT_PARAMS": {"region_name": "us-east-1"},
    }


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_can_be_told_a_letter(settings, name):
    """Anymail takes everything we say about a letter, with what each provider has no word for left out."""
    settings.ANYMAIL = {
        variable: "https://127.0.0.1:9" if "URL" in variable else "x" for variable in PROVIDERS[name].needs
    }
    settings.ANYMAIL |= {"AMAZON_SES_CLIENT_PARAMS": {"region_name": "us-east-1"}}
    stencil = Stencil(
        '"Leading on Opportunity" <hello@example.org>',
        ["Hola"],
        ["Hola José"],
        ["<p>Hola</p>"],
        reply_to="us@example.org",
        headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    headers = {"Message-ID": "<1.2@example.org>", "List-Unsubscribe": "<https://example.org/leave>"}
    letter = Letter(stencil, {}, headers, {"delivery": "7", "campaign": "3"}, "1.2@example.org")
    backend = make_backend(name)
    payload = backend.build_message_payload(compose(name, [Addressed("ana@example.org", letter)]), {})
    if hasattr(payload, "get_request_params"):
        told = payload.get_request_params("https://127.0.0.1:9/")
        body = str(told["data"])
    else:
        payload.finalize_payload()
        body = str(payload.params)
    assert "https://example.org/leave" in body
    assert "delivery" in body
