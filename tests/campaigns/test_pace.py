"""How fast newsletters leave: rates, domains that put us off, quiet hours, the warm-up, and "slow down"."""

import threading
import time
from datetime import datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.actions.control import NotSending, cancel_campaign
from campaigns.actions.pace import NoPace, save_sending_rules, set_pace
from campaigns.models import Campaign, Chunk, Delivery, SendingRules, WarmUpDay
from campaigns.sending.ledger.receipts import forget_journal
from campaigns.sending.rates.hours import hours_now
from campaigns.sending.telling.waiting import waits
from campaigns.sending.worker import work
from config.embedded.redis import client
from contacts.models import Suppression
from crm.actions.outbox import deliver_due_mails, queue_mail
from crm.models import Organisation
from tests.campaigns.ledger import launched, newsletter_topic, people, states

pytestmark = pytest.mark.django_db(transaction=True)

ZONE = ZoneInfo("America/New_York")


def of_two_domains(slow: int, free: int) -> Campaign:
    """A campaign to people at slow.org, whose ids come first, and at example.org."""
    people(slow, topic=newsletter_topic(), domain="slow.org")
    return launched(free)


def reached(mailbox, domain: str) -> int:
    """How many messages went to a domain."""
    return sum(1 for address in mailbox.recipients if address.endswith(f"@{domain}"))


# ── Rates of domains ─────────────────────────────────────────────────────────
def test_a_domain_gets_its_rate_and_the_others_do_not_wait_for_it(mailbox, settings):
    settings.SENDING_RATES = {"slow.org": "1/s"}
    settings.SENDING = {"chunk": 50, "bide": 0}
    campaign = of_two_domains(200, 60)
    started = time.monotonic()
    work(campaign.pk)
    assert reached(mailbox, "example.org") == 60
    assert 1 <= reached(mailbox, "slow.org") <= 2 + time.monotonic() - started


def test_who_is_held_back_gets_a_turn_and_nothing_is_counted_against_them(mailbox, settings):
    settings.SENDING_RATES = {"slow.org": "2/s"}
    settings.SENDING = {"chunk": 50, "bide": 0}
    campaign = of_two_domains(100, 1)
    started = timezone.now()
    work(campaign.pk)
    held = list(Delivery.objects.filter(state="queued").order_by("next_attempt_at"))
    assert len(held) == 100 - reached(mailbox, "slow.org") > 50
    assert {(one.attempts, one.reason, one.breaks) for one in held} == {(0, "", 0)}
    turns = [one.next_attempt_at for one in held]
    assert turns[0] > started
    took = (turns[-1] - turns[0]).total_seconds()
    assert took == pytest.approx(len(held) / 2, abs=5), "two a second, one after the other"
    for chunk in Chunk.objects.filter(done=False):
        first = min(one.next_attempt_at for one in held if chunk.first_id <= one.pk <= chunk.last_id)
        assert chunk.due_at == first


def test_everybody_gets_it_in_the_end_at_that_rate(mailbox, settings):
    settings.SENDING_RATES = {"slow.org": "20/s"}
    settings.SENDING = {"chunk": 20, "bide": 60, "turn": 20}
    campaign = of_two_domains(60, 20)
    started = time.monotonic()
    while work(campaign.pk).spent:
        pass
    assert time.monotonic() - started > 1.5
    assert states(campaign) == {"accepted": 80}
    assert len(mailbox.received) == 80
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_a_worker_rings_again_where_a_turn_comes_soon_and_not_where_it_comes_late(mailbox, settings):
    settings.SENDING = {"bide": 0}
    settings.SENDING_RATES = {"slow.org": "2/s"}
    campaign = of_two_domains(10, 1)
    assert work(campaign.pk).spent
    settings.SENDING_RATES = {"slow.org": "2/h"}
    client().flushdb()
    Delivery.objects.filter(state="queued").update(next_attempt_at=None)
    Chunk.objects.update(due_at=None)
    assert not work(campaign.pk).spent


def test_everything_together_keeps_to_the_rate_of_the_transport(mailbox, settings):
    settings.SENDING_RATES = {"transport": "20/s"}
    settings.SENDING = {"bide": 60, "turn": 2}
    campaign = launched(200)
    work(campaign.pk)
    assert 25 <= len(mailbox.received) <= 20 * 2 + 20 + 6
    assert Delivery.objects.exclude(next_attempt_at=None).count() == 0, "nobody needs a turn of their own"


def test_with_no_rates_a_group_is_asked_about_nothing(mailbox):
    campaign = launched(3)
    with connection.execute_wrapper(_no_question_of_rates):
        work(campaign.pk)
    assert states(campaign) == {"accepted": 3}


def _no_question_of_rates(execute, sql, params, many, context):
    assert "split_part(address, '@', 2)), next_attempt_at" not in sql
    return execute(sql, params, many, context)


def test_a_flushed_redis_in_the_middle_loses_nobody(mailbox, settings):
    settings.SENDING_RATES = {"slow.org": "40/s"}
    settings.SENDING = {"chunk": 20, "bide": 60, "turn": 20}
    campaign = of_two_domains(80, 20)
    stop = threading.Event()

    def flush() -> None:
        while not stop.wait(0.3):
            client().flushdb()

    flushing = threading.Thread(target=flush)
    flushing.start()
    try:
        while work(campaign.pk).spent:
            pass
    finally:
        stop.set()
        flushing.join()
    assert states(campaign) == {"accepted": 100}
    assert len(mailbox.received) == 100


def test_without_redis_sending_goes_on_within_the_rates(mailbox, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.SENDING_RATES = {"slow.org": "40/s"}
    settings.SENDING = {"chunk": 20, "bide": 60, "turn": 20}
    campaign = of_two_domains(20, 20)
    started = time.monotonic()
    while work(campaign.pk).spent:
        pass
    assert time.monotonic() - started > 1, "a process alone keeps to a quarter of the rate"
    assert states(campaign) == {"accepted": 40}


# ── Domains that put us off ──────────────────────────────────────────────────
def test_a_domain_that_puts_us_off_is_slowed_down_and_the_others_are_not(mailbox, settings):
    settings.SENDING = {"group": 10, "bide": 0, "slow_factor": 0.05}
    campaign = of_two_domains(200, 60)
    mailbox.reply("rcpt", "451 4.7.1 Too much mail from you", times=0, only_to="p0@slow.org")
    work(campaign.pk)
    assert reached(mailbox, "example.org") == 60
    held = Delivery.objects.filter(state="queued", next_attempt_at__gt=timezone.now())
    assert held.count() > 80
    assert set(held.values_list("attempts", "reason")) == {(0, "")}
    assert Delivery.objects.get(address="p0@slow.org").attempts == 1


def test_a_full_mailbox_slows_nobody_down(mailbox, settings):
    settings.SENDING = {"group": 10}
    campaign = of_two_domains(100, 20)
    mailbox.reply("rcpt", "452 4.2.2 Mailbox full", times=0, only_to="p0@slow.org")
    work(campaign.pk)
    assert states(campaign) == {"accepted": 119, "deferred": 1}


def test_a_slowed_domain_gets_all_its_mail_and_recovers_by_itself(mailbox, settings):
    settings.SENDING = {"group": 10, "chunk": 40, "bide": 60, "turn": 30, "slow_recovery": 4, "first_retry": 0.5}
    campaign = of_two_domains(120, 1)
    mailbox.reply("rcpt", "451 4.7.1 Too much mail from you", only_to="p0@slow.org")
    while work(campaign.pk).spent:
        pass
    assert states(campaign) == {"accepted": 121}


# ── Slow down ────────────────────────────────────────────────────────────────
def test_a_campaign_is_slowed_down_and_let_go_within_seconds_under_way(mailbox, staff, settings):
    settings.SENDING = {"bide": 60, "turn": 60, "group": 20}
    campaign = launched(3000)
    mailbox.hang("message", seconds=0.01, times=0)
    worker = threading.Thread(target=_work_elsewhere, args=(campaign.pk,))
    worker.start()
    try:
        _until(lambda: len(mailbox.received) > 20)
        set_pace(campaign, per_hour=3600, by=staff)
        time.sleep(2.5)
        before = len(mailbox.received)
        time.sleep(3)
        assert 1 <= len(mailbox.received) - before <= 5, "one a second"
        set_pace(campaign, per_hour=None, by=staff)
        slow = len(mailbox.received)
        _until(lambda: len(mailbox.received) > slow + 20, seconds=5)
    finally:
        cancel_campaign(campaign, by=staff)
        worker.join(30)


def _work_elsewhere(campaign_id: int) -> None:
    try:
        work(campaign_id, seconds=40)
    finally:
        forget_journal()
        connection.close()


def _until(true, *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def test_a_very_slow_campaign_leaves_the_worker_to_others(mailbox, staff):
    slow = launched(5)
    set_pace(slow, per_hour=1, by=staff)
    started = time.monotonic()
    assert not work(slow.pk).spent
    assert time.monotonic() - started < 3
    assert states(slow) == {"accepted": 1, "queued": 4}


def test_only_what_is_on_its_way_can_be_slowed_down(mailbox, staff):
    campaign = launched(1)
    for nonsense in (0, -5, 10**9):
        with pytest.raises(NoPace, match="a number from 1"):
            set_pace(campaign, per_hour=nonsense, by=staff)
    work()
    with pytest.raises(NotSending):
        set_pace(campaign, per_hour=5, by=staff)


# ── Quiet hours ──────────────────────────────────────────────────────────────
def quiet(*, around: timedelta = timedelta()) -> SendingRules:
    """Quiet hours that began an hour ago and end in one, seen from `around` later."""
    local = timezone.now().astimezone(ZONE) - around
    rules = SendingRules(quiet_hours=True)
    rules.quiet_from = (local - timedelta(hours=1)).time().replace(microsecond=0)
    rules.quiet_until = (local + timedelta(hours=1)).time().replace(microsecond=0)
    SendingRules.objects.all().delete()
    rules.save()
    return rules


def test_newsletters_wait_for_the_end_of_the_quiet_hours_and_single_mails_do_not(mailbox):
    quiet()
    campaign = launched(3)
    queue_mail(purpose="test", to="one@example.org", subject="Your seat", text="It is yours.")
    assert not work(campaign.pk).spent
    assert mailbox.received == []
    assert states(campaign) == {"queued": 3}
    deliver_due_mails()
    assert mailbox.recipients == ["one@example.org"]
    SendingRules.objects.update(quiet_hours=False)
    work(campaign.pk)
    assert states(campaign) == {"accepted": 3}


def test_outside_the_quiet_hours_newsletters_leave(mailbox):
    quiet(around=timedelta(hours=6))
    campaign = launched(2)
    work(campaign.pk)
    assert states(campaign) == {"accepted": 2}


def test_the_watchdog_takes_the_quiet_for_no_trouble(mailbox):
    quiet()
    launched(2)
    Chunk.objects.update(touched_at=timezone.now() - timedelta(hours=5))
    Campaign.objects.update(updated_at=timezone.now() - timedelta(hours=5))
    assert [one.idle for one in waits()] == [0]
    quiet(around=timedelta(hours=1, seconds=-5))
    assert [one.idle for one in waits()] == [0], "it became morning a moment ago"
    SendingRules.objects.update(quiet_hours=False)
    assert waits()[0].idle > 3600


@pytest.mark.parametrize(
    ("start", "end", "now", "opens"),
    [
        (21, 8, "2026-03-02T22:30", "2026-03-03T08:00"),
        (21, 8, "2026-03-03T03:00", "2026-03-03T08:00"),
        (21, 8, "2026-03-03T08:00", None),
        (21, 8, "2026-03-03T20:59", None),
        (12, 14, "2026-03-03T13:00", "2026-03-03T14:00"),
        (12, 14, "2026-03-03T15:00", None),
        (21, 8, "2026-03-07T23:00", "2026-03-08T08:00"),  # the clocks go forward that night
    ],
)
def test_quiet_hours_are_those_of_the_house(start, end, now, opens):
    SendingRules.objects.create(quiet_hours=True, quiet_from=clock(start), quiet_until=clock(end))
    moment = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    found = hours_now(moment).quiet_until
    assert found == (datetime.fromisoformat(opens).replace(tzinfo=ZONE) if opens else None)


# ── Warm-up ──────────────────────────────────────────────────────────────────
@pytest.fixture
def warming(manager):
    """A plan: 4 on the first day, then 8, then 16, and free from 20 on."""
    rules = SendingRules(warm_up=True, warm_up_first=4, warm_up_target=20, warm_up_hour=clock(0))
    save_sending_rules(rules, by=manager)
    return rules


def tomorrow() -> None:
    """Let everything that was counted, and the plan, have been a day earlier."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_warmupday SET day = day - 1")
        cursor.execute("UPDATE campaigns_sendingrules SET warm_up_since = warm_up_since - 1")


def test_a_warm_up_grows_day_by_day_until_it_is_over(mailbox, warming):
    campaign = launched(40)
    for out in (4, 12, 28):
        work(campaign.pk)
        work(campaign.pk)
        assert len(mailbox.received) == out
        tomorrow()
    work(campaign.pk)
    assert states(campaign) == {"accepted": 40}


def test_all_newsletters_together_count_and_skipped_people_do_not(mailbox, warming):
    one = launched(3)
    Suppression.objects.create(
        fingerprint=Delivery.objects.get(address="p0@example.org").fingerprint, reason="manual", channel="email"
    )
    work(one.pk)
    two = launched(5)
    work(two.pk)
    assert states(one) == {"accepted": 2, "skipped": 1}
    assert len(mailbox.received) == 4
    assert WarmUpDay.objects.get().sent == 4


def test_what_never_left_costs_nothing_of_the_day(mailbox, warming, settings):
    settings.SENDING = {"connection_retry": 0, "first_retry": 0}
    campaign = launched(4)
    mailbox.drop("mail", times=2)
    work(campaign.pk)
    Chunk.objects.update(due_at=None)
    while states(campaign).get("deferred"):
        Delivery.objects.exclude(next_attempt_at=None).update(next_attempt_at=timezone.now())
        Chunk.objects.update(due_at=None)
        work(campaign.pk)
    assert states(campaign) == {"accepted": 4}
    assert WarmUpDay.objects.get().sent == 4


def test_another_sender_begins_anew(mailbox, warming):
    work(launched(4).pk)
    assert hours_now().opens
    Organisation.objects.update(sender_email="news@another.example.org")
    assert hours_now().opens is None
    assert hours_now().warm_up.left == 4


def test_the_rest_goes_on_in_the_morning_after_the_quiet_hours(warming):
    SendingRules.objects.update(quiet_hours=True, quiet_from=clock(21), quiet_until=clock(9), warm_up_hour=clock(8))
    SendingRules.objects.update(warm_up_since="2026-03-01")
    found = hours_now(datetime(2026, 3, 2, 12, tzinfo=ZONE)).warm_up
    assert found.goes_on == datetime(2026, 3, 3, 9, tzinfo=ZONE)
    assert hours_now(datetime(2026, 3, 3, 7, tzinfo=ZONE)).warm_up.day.isoformat() == "2026-03-02"


def test_what_left_before_the_hour_of_the_first_day_counts(mailbox, manager):
    save_sending_rules(
        SendingRules(warm_up=True, warm_up_first=4, warm_up_target=20, warm_up_hour=clock(8)), by=manager
    )
    SendingRules.objects.update(warm_up_since="2026-03-02")
    early = datetime(2026, 3, 2, 3, tzinfo=ZONE)
    domain = hours_now(early).warm_up.domain
    WarmUpDay.objects.create(domain=domain, day="2026-03-02", sent=4)
    found = hours_now(early)
    assert (found.warm_up.sent, found.warm_up.left) == (4, 0)
    assert found.opens == datetime(2026, 3, 3, 8, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "minutes", "takes"),
    [("20:00", 60, 60), ("20:00", 61, 61 + 600), ("20:00", 60 + 14 * 60, 1500), ("20:00", 61 + 14 * 60, 1501 + 600)],
)
def test_quiet_hours_lengthen_what_a_newsletter_takes(now, minutes, takes):
    rules = SendingRules(quiet_hours=True, quiet_from=clock(21), quiet_until=clock(7))
    assert (
        hours_now(datetime.fromisoformat(f"2026-03-02 {now}").replace(tzinfo=ZONE), rules).with_quiet(minutes) == takes
    )
