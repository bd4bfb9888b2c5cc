"""An event that ends whatever process looks at it is set aside alone; one whose process was ended by chance counts."""

import os
import signal
import time
from collections.abc import Callable, Sequence

import pytest
from django.db import connection, connections

from campaigns.actions import inbox as verbs
from campaigns.actions.news import Fate, Heard
from campaigns.models import Campaign, Delivery, ProviderEvent, SetInHand
from campaigns.webhooks import hands
from tests.campaigns.ledger import launched, states
from tests.campaigns.providers.about import About
from tests.campaigns.providers.keys import anymail_settings
from tests.campaigns.providers.posting import post
from tests.campaigns.providers.says import SAYS

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
note_news = verbs.note_news


@pytest.fixture
def told(settings) -> list[About]:
    """Six messages, of each of which it was told that it was delivered."""
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), ["sendgrid"]
    campaign = launched(6)
    rows = Delivery.objects.filter(campaign=campaign)
    rows.update(state="accepted", attempts=1, epoch=1, intent_at="2026-01-01T12:00Z", sent_at="2026-01-01T12:00Z")
    abouts = [About(row.pk, campaign.pk, row.address) for row in rows.order_by("pk")]
    assert post("sendgrid", [SAYS["sendgrid"]("delivered", about)[0] for about in abouts]).status_code == 200
    return abouts


def worker(look: Callable[[Sequence[Heard]], list[Fate]]) -> int:
    """A process that works the inbox off, for which `look` is what is done with events; its number."""
    connection.close()
    child = os.fork()
    if child:
        return child
    verbs.note_news = look  # type: ignore[assignment]
    try:
        verbs.take_in_news()
    finally:
        connections.close_all()
        os._exit(0)


def until_dead(child: int) -> int:
    """How it ended: 0 when its work was done."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def let_time_pass() -> None:
    """Long enough for a note to be taken for one that was left behind."""
    SetInHand.objects.update(begun_at="2026-01-01T12:00Z")


def test_what_ends_its_process_is_set_aside_and_the_others_count(told, counted):
    deadly = told[2].delivery

    def look(events: Sequence[Heard]) -> list[Fate]:
        if deadly in {event.delivery for event in events}:
            os.kill(os.getpid(), signal.SIGKILL)
        return note_news(events)

    ends = []
    while not ends or (ends[-1] and len(ends) < 10):
        ends.append(until_dead(worker(look)))
        let_time_pass()
    counted(workers_killed=len(ends) - 1, events=len(told))
    assert ends == [-signal.SIGKILL] * verbs.DEADLY + [0]
    assert states(Campaign.objects.get()) == {"delivered": 5, "accepted": 1}
    assert list(ProviderEvent.objects.exclude(state="done").values_list("delivery", "state", "why")) == [
        (deadly, "aside", "broke")
    ]
    assert not SetInHand.objects.exists()


def test_what_is_in_living_hands_is_left_to_them_and_counts_when_they_die_by_chance(told):
    heard, says = os.pipe()

    def look(events: Sequence[Heard]) -> list[Fate]:
        os.write(says, b"!")
        time.sleep(60)
        return note_news(events)

    child = worker(look)
    assert os.read(heard, 1) == b"!"
    assert hands.find_suspects(after=0) == []
    os.kill(child, signal.SIGKILL)
    until_dead(child)
    found: list[hands.Suspect] = []
    for _again in range(3000):
        if found := hands.find_suspects(after=0):  # the database needs a moment to see that it is dead
            break
        time.sleep(0.01)
    assert {one.deaths for one in found} == {1}
    assert len(found) == len(told)
    assert verbs.take_in_news() is False
    assert set(ProviderEvent.objects.values_list("state", "deaths")) == {("done", 1)}
