"""Every promise about newsletters is broken on purpose once, and said to be so at that place and no other."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from campaigns import invariants
from campaigns.models import Campaign, Chunk, Delivery, Variant
from campaigns.sending.ledger.chunks import claim_chunk
from contacts.actions.suppression import suppress
from contacts.models import Suppression
from crm.invariants import INVARIANTS, ask_all
from tests.campaigns.ledger import launched, work

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=1)


def sql(statement: str) -> None:
    """Change the ledger past every rule of ours, as only a fault could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def every(**fields) -> Callable[[], object]:
    """A fault that makes every message so."""
    return lambda: Delivery.objects.update(**fields)


def a_second_message() -> None:
    """The same address in other letters."""
    one = Delivery.objects.order_by("pk")[0]
    Delivery.objects.exclude(pk=one.pk).update(address="P0@example.org")


def after_leaving() -> None:
    """They left, and get it an hour later."""
    sql(
        """INSERT INTO contacts_consentevent
               (stakeholder_id, topic_id, channel, action, source, wording, language, at, evidence)
           SELECT stakeholder_id, topic_id, channel, 'withdrawn', '', '', 'en', clock_timestamp(), '{}'
           FROM contacts_consentevent"""
    )
    arrived(timezone.now() + LONG_AGO)


def after_suppression() -> None:
    """One marked us as spam an hour ago and got it now."""
    suppress("p0@example.org", reason=Suppression.Reason.COMPLAINT, source="test")
    sql("UPDATE contacts_suppressionevent SET pgh_created_at = now() - interval '1 hour'")
    arrived()


def arrived(at: datetime | None = None) -> None:
    """Everybody got it, now or then."""
    at = at or timezone.now()
    Delivery.objects.update(state="accepted", intent_at=at, sent_at=at)
    Chunk.objects.update(counted=False)


BREAKS: dict[str, Callable[[], object]] = {
    "ledger-is-the-audience": lambda: Campaign.objects.update(audience_size=3),
    "one-message-per-address": a_second_message,
    "nobody-is-written-to-after-leaving": after_leaving,
    "nobody-is-written-to-at-a-suppressed-address": after_suppression,
    "every-waiting-message-has-a-range": lambda: Chunk.objects.update(done=True),
    "no-message-in-two-ranges": lambda: Chunk.objects.create(
        campaign=Campaign.objects.get(), first_id=Chunk.objects.get().first_id + 1, last_id=10**9
    ),
    "on-its-way-means-somebody-holds-it": every(state="sending", intent_at=timezone.now()),
    "no-message-is-ahead-of-its-range": every(epoch=7),
    "put-off-means-until-when": every(state="deferred"),
    "sent-means-settled": lambda: Campaign.objects.update(state="sent"),
    "over-means-nothing-waits": lambda: Campaign.objects.update(
        state="cancelled", finished_at=timezone.now() - LONG_AGO
    ),
    "accepted-has-a-time": every(state="delivered", intent_at=timezone.now()),
    "a-draft-has-no-ledger": lambda: Variant.objects.all().delete(),
    "messages-belong-to-somebody": lambda: sql("DELETE FROM contacts_stakeholder"),
    "ranges-know-their-messages": every(state="failed"),
}


ELSEWHERE = {"nobody-gets-it-twice-after-a-merge"}
"""Broken in test_merged_meanwhile.py."""
OF_CORRECTIONS = {"a-correction-goes-to-those-who-got-the-wrong-one", "nobody-gets-both-corrections"}
"""Broken in correction/test_audience.py."""


def broken() -> set[str]:
    """The promises that do not hold."""
    return {answer.key for answer in ask_all() if answer.broken}


@pytest.mark.parametrize("key", BREAKS)
def test_a_broken_promise_is_found(key):
    launched(2)
    assert broken() == set()
    BREAKS[key]()
    assert key in broken()
    answer = next(one for one in ask_all() if one.key == key)
    assert answer.places[0].startswith(f"newsletter {Campaign.objects.get().pk}")
    assert "example.org" not in "".join(answer.places)


def test_every_promise_of_newsletters_is_broken_here_once():
    source = Path(invariants.__file__).read_text()
    ours = {key for key, _invariant in INVARIANTS.items() if f'"{key}"' in source}
    assert set(BREAKS) | ELSEWHERE | OF_CORRECTIONS == ours


def test_a_message_in_the_hands_of_a_worker_is_no_broken_promise():
    launched(2)
    claim = claim_chunk("worker")
    Delivery.objects.update(state="sending", epoch=claim.epoch, intent_at=timezone.now(), attempts=1)
    assert broken() == set()
    Chunk.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    assert broken() == set()
    Chunk.objects.update(lease_until=timezone.now() - LONG_AGO)
    assert broken() == {"on-its-way-means-somebody-holds-it"}


@pytest.mark.django_db(transaction=True)
def test_all_hold_when_a_newsletter_was_sent(impatient):
    launched(12)
    work(seconds=5)
    assert Campaign.objects.get().state == "sent"
    assert broken() == set()
