"""The buckets themselves: never more than the rate, a turn for everybody, and the same without Redis."""

import time

import pytest
from django.core.checks import run_checks

from campaigns.sending.rates import bucket_levels
from campaigns.sending.rates.asking import Ask, Class, Lane, Total
from campaigns.sending.rates.buckets import Buckets, RedisBook, buckets
from campaigns.sending.rates.local import LocalBook
from campaigns.sending.rates.rules import BadRate, Rules, family_of, read_rate
from config.embedded.redis import client
from crm.actions.outbox import deliver_due_mails, queue_mail
from tests.campaigns.ledger import launched, states, work

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["redis", "process"])
def book(request, settings):
    """The buckets in Redis, and those of a process that is alone."""
    settings.SENDING = {"sharers": 1}
    if request.param == "process":
        return LocalBook()
    client().flushdb()
    return RedisBook()


def drain(book, seconds: float, ask: Ask) -> int:
    """How many may go in that time, asked again and again."""
    until, gone = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        gone += sum(grant.fresh + grant.returning for grant in book.ask(ask).grants)
        time.sleep(0.01)
    return gone


def test_a_total_lets_through_no_more_than_its_rate(book):
    gone = drain(book, 1.5, Ask(500, [Total("transport", 200)], classes=[Class("domain:-", 0, 500)]))
    assert 200 <= gone <= 200 * 1.5 + 200 / 10 + 1


def test_who_is_refused_by_everything_hears_when_to_come_again(book):
    ask = Ask(10, [Total("campaign:1", 0.5)], classes=[Class("domain:-", 0, 10)])
    assert book.ask(ask).grants[0].fresh == 1
    answer = book.ask(ask)
    assert answer.grants[0].fresh == 0
    assert answer.grants[0].first == 0
    assert 1.5 < answer.wait <= 2


def test_a_domain_keeps_to_its_rate_while_others_go_freely(book):
    ask = Ask(60, classes=[Class("domain:slow.org", 20, 30), Class("domain:-", 0, 30)])
    first, free = book.ask(ask).grants
    assert free.fresh == 30
    assert 1 <= first.fresh <= 3
    assert first.gap == pytest.approx(1 / 20)
    assert 0 < first.first <= 1 / 20 + 0.01


def test_turns_that_were_promised_are_not_given_to_those_who_come_later(book):
    whom = "domain:slow.org"
    book.ask(Ask(100, classes=[Class(whom, 50, 100)]))
    later = book.ask(Ask(100, classes=[Class(whom, 50, 100)])).grants[0]
    assert later.fresh == 0
    assert later.first > 1.5, "behind the hundred of before"
    time.sleep(0.2)
    came_back = book.ask(Ask(5, classes=[Class(whom, 50, 0, 5)])).grants[0]
    assert came_back.returning == 5


def test_what_was_promised_and_never_used_keeps_nobody_out_for_long(book):
    whom = "domain:slow.org"
    book.ask(Ask(400, classes=[Class(whom, 100, 400)]))
    time.sleep(1.1)  # nobody came, so the bucket is full again although four seconds were promised
    assert book.ask(Ask(50, classes=[Class(whom, 100, 50)])).grants[0].fresh == 50


def test_lanes_share_by_weight_within_their_rates(book):
    lanes = [Lane("server:a", 0, 3.0), Lane("server:b", 0, 1.0)]
    assert book.ask(Ask(400, lanes=lanes, classes=[Class("domain:-", 0, 400)])).shares == [300, 100]
    lanes = [Lane("server:c", 100, 3.0), Lane("server:d", 0, 1.0)]
    answer = book.ask(Ask(400, lanes=lanes, classes=[Class("domain:-", 0, 400)]))
    assert sum(answer.shares) == answer.grants[0].fresh == 400
    assert answer.shares[0] <= 11
    lanes = [Lane("server:e", 10, 1.0), Lane("server:f", 10, 1.0)]
    answer = book.ask(Ask(400, lanes=lanes, classes=[Class("domain:-", 0, 400)]))
    assert answer.shares == [1, 1]
    assert 0 < book.ask(Ask(9, lanes=lanes, classes=[Class("domain:-", 0, 9)])).wait <= 0.1


def test_a_message_alone_may_go_by_a_lane_with_a_rate_as_nobody_needs_leave_for_the_others(book):
    lanes = [Lane("server:g", 0, 9.0), Lane("server:h", 10, 1.0)]
    assert book.ask(Ask(1, lanes=lanes, classes=[Class("domain:-", 0, 1)])).shares == [0, 1]


def test_a_domain_that_puts_us_off_is_halved_and_recovers(book, settings):
    settings.SENDING = {"sharers": 1, "slow_pause": 0.2, "slow_recovery": 2}
    whom = "domain:tired.org"
    assert book.slow(whom, 0, 100) == pytest.approx(50)
    assert book.slow(whom, 0, 100) is None, "the same group says it many times"
    assert book.slowed() == {whom}
    gone = drain(book, 0.5, Ask(200, classes=[Class(whom, 0, 200, 200)]))
    assert 15 <= gone <= 0.5 * 75 + 8
    assert 30 < book.slow(whom, 0, 100) < 40, "half of what it had recovered to"
    time.sleep(1.6)
    assert book.ask(Ask(200, classes=[Class(whom, 0, 200)])).grants[0].fresh == 200
    assert book.slowed() == set()


def test_a_domain_of_its_own_rate_recovers_to_that(book, settings):
    settings.SENDING = {"sharers": 1, "slow_recovery": 1}
    assert book.slow("domain:google", 30, 500) == pytest.approx(15)
    time.sleep(0.6)
    grant = book.ask(Ask(500, classes=[Class("domain:google", 30, 500)])).grants[0]
    assert grant.fresh <= 30
    assert grant.gap == pytest.approx(1 / 30)


def test_levels_say_what_each_bucket_has(book):
    book.ask(Ask(50, [Total("transport", 100)], classes=[Class("domain:slow.org", 20, 50)]))
    book.slow("domain:tired.org", 0, 100)
    if isinstance(book, LocalBook):
        book.ask(Ask(1, classes=[Class("domain:tired.org", 0, 1)]))
    levels = {level.name: level for level in book.levels()}
    assert levels["transport"].rate == 100
    assert 0 <= levels["transport"].tokens <= levels["transport"].burst
    assert levels["domain:slow.org"].promised > 1
    assert levels["domain:tired.org"].slowed
    assert not levels["domain:slow.org"].slowed


def test_without_redis_a_process_keeps_to_its_part_of_the_rate(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    alone = Buckets()
    gone = drain(alone, 1, Ask(500, [Total("transport", 200)], classes=[Class("domain:-", 0, 500)]))
    assert 40 <= gone <= 200 / 4 * 1.1 + 6
    assert not alone.levels()[0].shared


def test_redis_that_comes_back_is_asked_again(settings):
    settings.SENDING = {"redis_retry": 0.1}
    here = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    ours = Buckets()
    ours.ask(Ask(1, [Total("transport", 100)], classes=[Class("domain:-", 0, 1)]))
    settings.REDIS_URL = here
    time.sleep(0.15)
    ours.ask(Ask(1, [Total("transport", 100)], classes=[Class("domain:-", 0, 1)]))
    assert [level.name for level in ours.levels() if level.shared] == ["transport"]


def test_an_emptied_redis_gives_no_more_than_a_fresh_start(settings):
    ours, gone, until = RedisBook(), 0, time.monotonic() + 1.5
    while time.monotonic() < until:
        client().flushdb()
        gone += drain(ours, 0.5, Ask(500, [Total("transport", 100)], classes=[Class("domain:-", 0, 500)]))
    assert gone <= 1.6 * 100 + 3 * 11


def test_levels_can_be_asked_of_the_house():
    buckets().ask(Ask(1, [Total("transport", 100)], classes=[Class("domain:-", 0, 1)]))
    assert [level.name for level in bucket_levels()] == ["transport"]


@pytest.mark.parametrize(
    ("written", "a_second"),
    [("20/s", 20), ("600/min", 10), ("3600 per hour", 1), ("86400/days", 1), (5, 5), ("2.5", 2.5), ("off", 0), (0, 0)],
)
def test_rates_are_written_as_people_say_them(written, a_second):
    assert read_rate(written) == pytest.approx(a_second)


@pytest.mark.parametrize("written", ["fast", "20/fortnight", "-3", "20 mails", "0/s", [1]])
def test_what_is_no_rate_is_said(written):
    with pytest.raises(BadRate, match="20/s, 600/min"):
        read_rate(written)


def test_providers_count_as_one_and_may_be_set_by_any_of_their_domains():
    found = Rules({"googlemail.com": "5/s", "small.org": "1/s", "transport": "100/s", "*": "50/s", "yahoo.com": "off"})
    assert found.of(family_of("gmail.com")) == found.of(family_of("googlemail.com")) == 5
    assert found.of("small.org") == 1
    assert found.of("example.org") == 50
    assert found.of("yahoo") == 0
    assert found.transport == 100
    assert Rules({}).of(family_of("gmail.com")) == 30


@pytest.mark.parametrize("written", ['{"gmail.com": "many"}', "20/s", "[]", {"*": "5/week"}])
def test_a_setting_that_cannot_be_read_is_said_at_the_start(settings, written):
    settings.SENDING_RATES = written
    said = [check.msg for check in run_checks() if check.id == "campaigns.E001"]
    assert len(said) == 1
    assert said[0].startswith("SENDING_RATES: ")


def test_good_settings_are_not_spoken_of(settings):
    settings.SENDING_RATES = '{"gmail.com": "20/s"}'
    assert not [check for check in run_checks() if check.id == "campaigns.E001"]


# ── in advance ───────────────────────────────────────────────────────────────
EVERYBODY = [Class("domain:-", 0, 100)]


def test_what_is_spent_in_advance_is_waited_for_by_who_asks(book):
    server = Lane("server:a", 10)
    assert book.spend([(server, 0)]) == [1]
    assert -300 <= book.spend([(server, 301)])[0] < 0
    answer = book.ask(Ask(100, lanes=[server], classes=EVERYBODY))
    assert (answer.grants[0].fresh, answer.shares) == (0, [0])
    assert 20 < answer.wait <= 30.2


def test_what_one_server_owes_takes_nothing_from_another(book):
    owing, other = Lane("server:a", 10), Lane("server:b", 10)
    book.spend([(owing, 500)])
    answer = book.ask(Ask(100, lanes=[owing, other], classes=EVERYBODY))
    assert answer.shares[0] == 0
    assert answer.shares[1] == answer.grants[0].fresh >= 1


def test_what_is_owed_by_a_total_holds_everybody_back(book):
    book.spend([(Total("transport", 10), 201)])
    answer = book.ask(Ask(100, [Total("transport", 10)], classes=EVERYBODY))
    assert answer.grants[0].fresh == 0
    assert 10 < answer.wait <= 20.2


def test_messages_are_owed_and_not_seconds_where_the_rate_is_changed_meanwhile(book):
    book.spend([(Lane("server:a", 1), 1001)])
    assert -1000 <= book.spend([(Lane("server:a", 100), 0)])[0] <= 0
    answer = book.ask(Ask(100, lanes=[Lane("server:a", 100)], classes=EVERYBODY))
    assert 0 < answer.wait <= 10.2


def test_nothing_is_owed_for_ever(book, settings):
    settings.SENDING = {"sharers": 1, "debt": 50}
    book.spend([(Lane("server:a", 10), 10_000)])
    assert 40 < book.ask(Ask(100, lanes=[Lane("server:a", 10)], classes=EVERYBODY)).wait <= 50.2


def test_without_redis_a_process_owes_by_itself(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.SENDING = {"sharers": 1}
    alone = Buckets()
    assert alone.spend([(Lane("server:a", 10), 11)]) == [-10]


@pytest.mark.django_db(transaction=True)
def test_single_mails_count_for_the_rate_of_everything_that_leaves(mailbox, settings):
    settings.SENDING_RATES = {"transport": "6/min"}
    settings.SENDING = {"bide": 0}
    client().flushdb()
    for number in range(12):
        queue_mail(purpose="test", to=f"someone{number}@example.org", subject="Hello", text="Hello")
    assert deliver_due_mails().sent == 12
    campaign = launched(5)
    work()
    assert states(campaign) == {"queued": 5}
    assert [level.name for level in bucket_levels()] == ["transport"]
