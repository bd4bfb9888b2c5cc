"""The page of events that were set aside: what it tells, who may open it, and its button."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.bounces.places.addresses import place_at
from campaigns.models import BounceMailbox, ProviderEvent
from tests.campaigns.providers.keys import anymail_settings
from tests.campaigns.providers.posting import post

PAGE = reverse("campaigns:aside")


@pytest.fixture
def set_aside(db, settings):
    """An event nobody can read, and one about a message that is not here."""
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), ["brevo"]
    post("brevo", {"event": "list_blocked", "email": "ana@example.org", "<b>": "not HTML"})
    ProviderEvent.objects.create(
        key="00000000-0000-0000-0000-000000000001", provider="brevo", kind="bounced", state="aside", why="no_message"
    )


def test_an_empty_page_says_what_will_be_here_and_where_providers_bring_their_news(manager, client_of, settings):
    settings.WEBHOOK_PROVIDERS = ["amazon_ses", "brevo"]
    settings.PUBLIC_URL = "https://crm.example.org"
    said = client_of(manager).get(PAGE).content.decode()
    assert "Nothing is set aside" in said
    assert "https://crm.example.org/webhooks/amazon_ses/" in said
    assert "Process all again" not in said
    assert "user:password@" not in said
    settings.ANYMAIL = anymail_settings()
    assert "user:password@" in client_of(manager).get(PAGE).content.decode()


def test_without_a_provider_it_says_what_takes_its_place(manager, client_of):
    said = client_of(manager).get(PAGE).content.decode()
    assert "a mail server of your own" in said


def test_it_says_who_reads_what_comes_back_by_mail(manager, client_of, settings, tmp_path):
    def said() -> str:
        return client_of(manager).get(PAGE).content.decode()

    settings.RETURN_PATH = "bounces@example.org"
    assert "Nobody reads it: what comes back to bounces@example.org stays there" in said()
    settings.BOUNCES_URL = "-"
    assert "hands over what comes back, mail by mail." in said()
    settings.BOUNCES_URL = f"maildir://{tmp_path}"
    assert "is read for the first time within a minute" in said()
    place = BounceMailbox.objects.create(key=place_at(settings.BOUNCES_URL).key, name="here", aside=2)
    place.tried_at = place.read_at = timezone.now()
    place.save()
    assert "is read every minute, the last time on" in said()
    assert "2 mails were not understood and lie in the folder “Set aside” of that mailbox" in said()
    BounceMailbox.objects.update(read_at=timezone.now() - timedelta(hours=1))
    assert "was not read since" in said()
    settings.BOUNCES_URL, settings.LOCAL_MAILBOX = "", True
    assert "Mails do not leave this machine." in said()
    assert "Nobody reads it" not in said()


def test_it_tells_why_and_what_to_do(manager, client_of, set_aside, query_count):
    client = client_of(manager)
    with query_count("news set aside"):
        said = client.get(PAGE).content.decode()
    assert "2 events were set aside" in said
    assert "It is of a kind that means nothing here." in said
    assert "It is about a message that is not in this house." in said
    assert "&lt;b&gt;" in said
    assert "<b>" not in said


def test_only_managers_see_it(staff, client_of, set_aside):
    assert client_of(staff).get(PAGE).status_code == 403
    assert client_of(staff).post(reverse("campaigns:process-again"), {"all": 1}).status_code == 403


@pytest.mark.parametrize(
    ("asked", "words", "waiting"),
    [
        ({"all": "1"}, "1 event is processed again.", 1),
        ({"only": "known"}, "1 event is processed again.", 1),
        ({"only": "unread"}, "It still cannot be read.", 0),
        ({"only": "0"}, "These events are not set aside any more", 0),
        ({"only": "9" * 30}, "Nothing was chosen", 0),
        ({"only": "x"}, "Nothing was chosen", 0),
    ],
)
def test_its_button_has_them_processed_again(manager, client_of, set_aside, asked, words, waiting):
    named = {"known": ProviderEvent.objects.get(raw="").pk, "unread": ProviderEvent.objects.exclude(raw="").get().pk}
    sent = {key: str(named.get(value, value)) for key, value in asked.items()}
    answer = client_of(manager).post(reverse("campaigns:process-again"), sent, follow=True)
    assert words in answer.content.decode()
    assert ProviderEvent.objects.filter(state="waiting").count() == waiting
