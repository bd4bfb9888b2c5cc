"""The inbox of providers' news is worked off in sets, and nothing that breaks keeps the others waiting."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from campaigns.actions import inbox as verbs
from campaigns.actions.inbox import take_in_news
from campaigns.models import Attempt, ProviderEvent, SetInHand
from campaigns.webhooks import hands
from contacts.models import Suppression
from tests.campaigns.inbox.told import NOW, PERSONAL, on_the_way, tell, whys
from tests.campaigns.ledger import states
from tests.campaigns.providers.posting import post
from tests.campaigns.providers.says import SAYS

pytestmark = pytest.mark.django_db


def test_what_is_told_counts_and_nothing_personal_stays():
    campaign, (one, other, third) = on_the_way(3)
    tell(("delivered", one), ("dead", other), ("complained", third))
    assert take_in_news() is False
    assert states(campaign) == {"delivered": 1, "bounced": 1, "complained": 1}
    assert set(ProviderEvent.objects.values_list("state", *PERSONAL, "delivery")) == {("done", "", "", "", "", None)}
    assert Suppression.objects.count() == 2


def test_what_was_told_before_counts_once_also_after_it_was_done_with():
    _campaign, (one,) = on_the_way(1)
    event = SAYS["sendgrid"]("put off", one)
    for _again in range(5):
        post("sendgrid", event)
        take_in_news()
    assert Attempt.objects.filter(what="deferred").count() == 1


def test_a_worker_takes_a_set_after_the_other_and_rings_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(verbs, "SET", 2)
    _campaign, abouts = on_the_way(5)
    tell(*(("delivered", about) for about in abouts))
    assert take_in_news(seconds=0) is True
    assert take_in_news() is False
    assert not ProviderEvent.objects.exclude(state="done").exists()


def test_the_task_rings_again_when_its_turn_ended_before_the_work(monkeypatch, django_capture_on_commit_callbacks):
    from campaigns.tasks import take_in_news as task

    rung = []
    monkeypatch.setattr("crm.bell._publish", lambda name, args: rung.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        task()
    assert not rung
    monkeypatch.setattr(verbs, "take_in_news", lambda: True)
    with django_capture_on_commit_callbacks(execute=True):
        task()
    assert rung == ["campaigns.tasks.take_in_news"]


def test_an_event_that_breaks_stands_alone_and_the_others_count(monkeypatch):
    campaign, abouts = on_the_way(11)
    tell(*(("delivered", about) for about in abouts))
    poison = {abouts[2].delivery, abouts[7].delivery}
    real = verbs.note_news

    def breaks(events):
        if poison & {event.delivery for event in events}:
            raise ZeroDivisionError
        return real(events)

    monkeypatch.setattr(verbs, "note_news", breaks)
    take_in_news()
    assert states(campaign) == {"delivered": 9, "accepted": 2}
    assert set(ProviderEvent.objects.filter(state="aside").values_list("delivery", "why")) == {
        (number, "broke") for number in poison
    }


def test_an_event_that_breaks_in_the_database_stands_alone(monkeypatch):
    campaign, abouts = on_the_way(4)
    tell(*(("delivered", about) for about in abouts))
    real = verbs.note_news

    def breaks(events):
        if abouts[1].delivery in {event.delivery for event in events}:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return real(events)

    monkeypatch.setattr(verbs, "note_news", breaks)
    take_in_news()
    assert states(campaign) == {"delivered": 3, "accepted": 1}
    assert whys() == {"delivered": "broke"}


def test_what_was_in_hand_when_somebody_died_is_looked_at_alone(monkeypatch):
    campaign, abouts = on_the_way(4)
    tell(*(("delivered", about) for about in abouts[:3]))
    hands.begin(10)
    SetInHand.objects.update(begun_at=NOW - timedelta(minutes=1))
    tell(("delivered", abouts[3]), ("put off", abouts[3]))
    sizes, real = [], verbs.note_news
    monkeypatch.setattr(verbs, "note_news", lambda events: [sizes.append(len(events)), real(events)][1])
    take_in_news()
    assert sizes == [1, 1, 1, 2]
    assert states(campaign) == {"delivered": 4}
    assert not SetInHand.objects.exists()


def test_nothing_is_in_hand_after_something_broke_or_had_to_wait(monkeypatch):
    _campaign, (one, other) = on_the_way(2)
    tell(("delivered", one), ("delivered", other))
    for error in (ZeroDivisionError(), OperationalError()):
        error.__cause__ = LockNotAvailable()
        monkeypatch.setattr(verbs, "note_news", lambda events, error=error: raises(error))
        ProviderEvent.objects.update(state="waiting", due_at=NOW)
        take_in_news()
        assert not SetInHand.objects.exists()
    assert set(ProviderEvent.objects.values_list("state", "deaths")) == {("waiting", 0)}


def raises(error: Exception) -> None:
    raise error
