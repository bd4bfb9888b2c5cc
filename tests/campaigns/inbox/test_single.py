"""News of single mails move them forward, and reach their address."""

import random

import pytest

from campaigns.actions.inbox import take_in_news
from contacts.models import ContactPoint, Suppression
from tests.campaigns.inbox.told import (
    about_mail,
    single,
    tell,
    whys,
)
from tests.campaigns.ledger import people
from tests.campaigns.providers.posting import post
from tests.campaigns.providers.says import SAYS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "kind", "becomes"),
    [
        ("sent", "dead", "bounced"),
        ("sent", "refused", "failed"),
        ("sent", "delivered", "sent"),
        ("sent", "complained", "sent"),
        ("uncertain", "delivered", "sent"),
        ("uncertain", "put off", "sent"),
        ("sending", "dead", "bounced"),
        ("failed", "dead", "bounced"),
        ("failed", "delivered", "failed"),
        ("queued", "refused", "queued"),
        ("bounced", "delivered", "bounced"),
    ],
)
def test_a_single_mail_moves_forward_only(state, kind, becomes):
    mail = single(state)
    tell((kind, about_mail(mail)))
    take_in_news()
    mail.refresh_from_db()
    assert mail.state == becomes


def test_news_of_a_single_mail_reach_its_address():
    people(1)
    ContactPoint.objects.update(normalized="ana@example.org", value="ana@example.org")
    tell(("dead", about_mail(single("sent"))), ("complained", about_mail(single("sent"))))
    take_in_news()
    assert ContactPoint.objects.get().status == "bad"
    assert Suppression.objects.get().reason == "complaint"


def test_a_single_mail_to_somebody_else_is_not_meant():
    mail = single("sent")
    tell(("dead", about_mail(mail, "ben@example.org")))
    take_in_news()
    mail.refresh_from_db()
    assert mail.state == "sent"
    assert whys() == {"bounced": "others"}


@pytest.mark.parametrize("seed", range(3))
def test_news_of_a_single_mail_end_the_same_in_any_order(seed):
    mail = single("uncertain")
    events = [SAYS["sendgrid"](kind, about_mail(mail))[0] for kind in ("delivered", "dead", "put off", "refused")] * 5
    random.Random(seed).shuffle(events)
    for event in events:
        post("sendgrid", [event])
        take_in_news()
    mail.refresh_from_db()
    assert mail.state == "bounced"
