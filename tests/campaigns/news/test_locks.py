"""News hold campaigns, then ranges, then messages, as every verb does; whoever meets them never fails by it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.actions.control import cancel_campaign
from campaigns.actions.inbox import take_in_news
from campaigns.actions.news import Fate, Heard, note_news
from campaigns.models import Campaign, Delivery, ProviderEvent
from campaigns.sending.ledger import breaker
from crm.models import OutboxMail
from tests.campaigns.ledger import launched, states
from tests.campaigns.meanwhile import aside, until_somebody_waits
from tests.campaigns.providers.about import About
from tests.campaigns.providers.keys import anymail_settings
from tests.campaigns.providers.posting import post
from tests.campaigns.providers.says import SAYS

pytestmark = pytest.mark.django_db(transaction=True)


def accepted(count: int) -> Campaign:
    """A campaign on its way whose messages were accepted."""
    campaign = launched(count)
    Delivery.objects.filter(campaign=campaign).update(state="accepted", attempts=1, epoch=1, intent_at=timezone.now())
    return campaign


def heard(campaign: Campaign, kind: str) -> list[Heard]:
    """That of every message."""
    return [Heard(pk, kind, timezone.now(), source="brevo") for pk in campaign.deliveries.values_list("pk", flat=True)]


@contextmanager
def held(campaign: Campaign) -> Iterator[None]:
    """Somebody's verb holds the campaign, as the first thing of a transaction."""
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        yield


@pytest.mark.parametrize("kind", ["complained", "bounced", "soft_bounced"])
def test_they_wait_for_the_campaign_before_they_hold_anything_of_it(kind):
    campaign = accepted(5)
    events, go = heard(campaign, kind), Event()
    with aside(lambda: go.wait(10) and note_news(events)) as said, held(campaign):
        go.set()
        until_somebody_waits()
        with connection.cursor() as cursor:  # a verb goes on: nothing below the campaign is held by the news
            cursor.execute("SELECT id FROM campaigns_chunk FOR UPDATE NOWAIT")
            cursor.execute("SELECT id FROM campaigns_delivery FOR UPDATE NOWAIT")
    assert said == [[Fate.NOTED] * 5]


def test_a_campaign_that_complaints_pause_may_be_cancelled_at_the_same_moment(manager, monkeypatch):
    """The moment at which both used to hold what the other wanted: complaints noted, the campaign not yet paused."""
    campaign = accepted(5)
    events = heard(campaign, "complained")
    about_to_pause, roll = Event(), breaker._roll

    def slowly(*args, **more):
        about_to_pause.set()
        time.sleep(0.3)
        return roll(*args, **more)

    monkeypatch.setattr(breaker, "_roll", slowly)
    with aside(lambda: note_news(events)) as said:
        assert about_to_pause.wait(10)
        cancel_campaign(campaign, by=manager)
    assert said == [[Fate.NOTED] * 5]
    assert states(campaign) == {"complained": 5}
    campaign.refresh_from_db()
    assert campaign.state == "cancelled"


def test_what_cannot_have_its_messages_soon_waits_in_the_inbox_and_nobody_fails(settings):
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), ["brevo"]
    campaign = accepted(1)
    row = campaign.deliveries.get()
    post("brevo", SAYS["brevo"]("complained", About(row.pk, campaign.pk, row.address)))
    with held(campaign), aside(take_in_news) as said:
        pass  # the thread ends before this transaction does
    assert said == [False]
    assert states(campaign) == {"accepted": 1}
    assert ProviderEvent.objects.get().state == "waiting"
    ProviderEvent.objects.update(due_at=timezone.now())
    take_in_news()
    assert states(campaign) == {"complained": 1}


def test_nor_is_a_single_mail_waited_for_that_somebody_holds(settings):
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), ["brevo"]
    mail = OutboxMail.objects.create(purpose="test", to="ana@example.org", subject="s", text="t", state="sent")
    post("brevo", SAYS["brevo"]("dead", About(address=mail.to, marks={"mail": str(mail.pk)})))
    with transaction.atomic():
        OutboxMail.objects.select_for_update().get()
        with aside(take_in_news) as said:
            pass  # the thread ends before this transaction does
    assert said == [False]
    assert ProviderEvent.objects.get().state == "waiting"
    ProviderEvent.objects.update(due_at=timezone.now())
    take_in_news()
    mail.refresh_from_db()
    assert mail.state == "bounced"


def test_two_who_are_told_the_same_at_once_in_another_order_both_write_it_down(settings):
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), ["sendgrid"]
    events = [SAYS["sendgrid"]("delivered", About(number))[0] for number in range(1500)]
    with aside(lambda: post("sendgrid", events[::-1]).status_code) as said:
        assert post("sendgrid", events).status_code == 200
    assert said == [200]
    assert ProviderEvent.objects.count() == 1500


def test_several_workers_share_the_inbox(settings):
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), ["sendgrid"]
    campaign = accepted(700)
    rows = campaign.deliveries.values_list("pk", "address")
    post("sendgrid", [SAYS["sendgrid"]("delivered", About(pk, campaign.pk, address))[0] for pk, address in rows])
    with aside(take_in_news) as first, aside(take_in_news) as second:
        pass
    assert (first, second) == ([False], [False])
    take_in_news()
    assert states(campaign) == {"delivered": 700}
