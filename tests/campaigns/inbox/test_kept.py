"""What is set aside, processed again, forgotten, erased, told and counted."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns.actions import inbox as verbs
from campaigns.actions.inbox import NothingAside, forget_old_news, process_again, take_in_news
from campaigns.models import Delivery, ProviderEvent
from campaigns.webhooks import inbox
from campaigns.webhooks.reading import read_again
from contacts.actions.privacy import erase_person
from contacts.models import Stakeholder
from tests.campaigns.inbox.told import NOW, PERSONAL, grow_old, on_the_way, tell
from tests.campaigns.ledger import states
from tests.campaigns.providers.about import About, uid
from tests.campaigns.providers.posting import post
from tests.campaigns.providers.says import SAYS

pytestmark = pytest.mark.django_db


def test_what_was_set_aside_is_processed_again(manager):
    campaign, (one,) = on_the_way(1)
    Delivery.objects.filter(pk=one.delivery).update(address="other@example.org")
    tell(("delivered", one))
    take_in_news()
    Delivery.objects.filter(pk=one.delivery).update(address=one.address)
    assert process_again(by=manager) == 1
    take_in_news()
    assert states(campaign) == {"delivered": 1}
    with pytest.raises(NothingAside):
        process_again(by=manager)


def test_what_broke_is_looked_at_alone_when_it_is_processed_again(manager, monkeypatch):
    _campaign, (one, other) = on_the_way(2)
    tell(("delivered", one))
    ProviderEvent.objects.update(state="aside", why="broke")
    process_again(by=manager)
    tell(("delivered", other))
    sizes, real = [], verbs.note_news
    monkeypatch.setattr(verbs, "note_news", lambda events: [sizes.append(len(events)), real(events)][1])
    take_in_news()
    assert sizes == [1, 1]


def test_what_could_not_be_read_is_read_again_and_stays_where_it_still_cannot(manager, monkeypatch):
    campaign, (one,) = on_the_way(1)
    known = SAYS["sendgrid"]("delivered", one)[0]
    post("sendgrid", [{**known, "event": "arrived"}, {"event": "nonsense"}])
    assert process_again(by=manager) == 0
    from anymail.webhooks.sendgrid import SendGridTrackingWebhookView as View

    monkeypatch.setattr(View, "event_types", View.event_types | {"arrived": "delivered"})
    assert process_again(by=manager) == 1
    take_in_news()
    assert states(campaign) == {"delivered": 1}
    assert ProviderEvent.objects.filter(state="aside").count() == 1


def test_what_was_read_anew_says_the_same_as_at_first():
    (row,) = read_again("brevo", '{"event": "delivered", "email": "a@example.org", "ts_epoch": 1700000000000}')
    assert (row.kind, row.address, row.state) == ("delivered", "a@example.org", "waiting")


def test_old_events_are_forgotten():
    tell(("delivered", About()), ("dead", About(2)))
    ProviderEvent.objects.filter(kind="bounced").update(received_at=NOW - timedelta(days=inbox.KEPT_DAYS, hours=1))
    assert forget_old_news() == 1
    assert ProviderEvent.objects.get().kind == "delivered"


def test_erasing_somebody_reaches_the_inbox(manager):
    campaign, (one, other) = on_the_way(2)
    tell(("delivered", one), ("delivered", other), ("dead", About(address=one.address, marks={"purpose": "x"})))
    post("sendgrid", [{"event": "odd", "email": one.address, "sg_event_id": uid()}])
    erase_person(Stakeholder.objects.get(contact_points__normalized=one.address), by=manager)
    said = ProviderEvent.objects.values_list(*PERSONAL)
    assert not [row for row in said if one.address in " ".join(row)]
    assert ProviderEvent.objects.filter(address=other.address).count() == 1
    take_in_news()
    assert states(campaign) == {"delivered": 2}


def test_what_waits_is_told_to_whoever_asks_what_is_kept_of_them():
    from campaigns.privacy import told_events

    tell(("dead", About(address="ana@example.org")))
    (row,) = told_events(("ana@example.org",))
    assert (row["provider"], row["kind"]) == ("sendgrid", "bounced")


def test_the_inbox_is_counted():
    tell(("delivered", About(1)), ("delivered", About(2)))
    post("sendgrid", [{"event": "odd"}])
    counts = inbox.count()
    assert (counts.waiting, counts.aside) == (2, 1)
    with transaction.atomic():
        grow_old(timedelta(0))
        ProviderEvent.objects.update(due_at=timezone.now() - timedelta(minutes=5))
        assert 299 < inbox.count().oldest < 400
