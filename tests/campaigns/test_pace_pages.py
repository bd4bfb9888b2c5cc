"""What the pages and the API say about speed: slow down, wait for the morning, warm up."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.actions.pace import save_sending_rules
from campaigns.models import Campaign, SendingRules
from campaigns.pacing import pacing_of, time_left
from campaigns.sending.ledger.breaker import note_results
from campaigns.sending.rates.buckets import buckets
from campaigns.sending.rates.hours import hours_now
from campaigns.sending.telling.progress import Progress, Share, progress_of
from campaigns.sending.telling.remaining import minutes_left
from tests.campaigns.ledger import launched, newsletter_topic, people, states, work
from tests.factories import CampaignFactory, SegmentFactory

pytestmark = pytest.mark.django_db(transaction=True)


def url(name: str, campaign: Campaign) -> str:
    """The address of one page of a campaign."""
    return reverse(f"campaigns:{name}", args=[campaign.pk])


def test_staff_slow_a_newsletter_down_and_take_the_limit_away_again(mailbox, client_of, staff):
    campaign = launched(3)
    browser = client_of(staff)
    assert "Slow down …" in browser.get(url("progress", campaign)).content.decode()
    page = browser.post(url("pace", campaign), {"per_hour": "1,500"}, follow=True).content.decode()
    campaign.refresh_from_db()
    assert campaign.per_hour == 1500
    assert "at most 1,500 messages an hour" in page
    assert 'value="1500"' in page
    page = browser.post(url("pace", campaign), follow=True).content.decode()
    campaign.refresh_from_db()
    assert campaign.per_hour is None
    assert "at most" not in page.replace("an hour at most", "")


@pytest.mark.parametrize("nonsense", ["0", "-4", "fast", "99999999999", ",", "9" * 5000])
def test_what_is_no_speed_is_said_and_changes_nothing(client_of, staff, nonsense):
    campaign = launched(1)
    page = client_of(staff).post(url("pace", campaign), {"per_hour": nonsense}, follow=True).content.decode()
    campaign.refresh_from_db()
    assert campaign.per_hour is None
    assert "a number from 1 to 10,000,000" in page


def test_noughts_before_a_number_change_nothing_and_one_is_one(client_of, staff):
    campaign = launched(1)
    page = client_of(staff).post(url("pace", campaign), {"per_hour": "0000000001"}, follow=True).content.decode()
    campaign.refresh_from_db()
    assert campaign.per_hour == 1
    assert "at most 1 message an hour" in page
    assert "the limit of 1 message an hour" in page


def test_an_analyst_may_look_and_not_slow_down(client_of, analyst):
    campaign = launched(1)
    browser = client_of(analyst)
    assert "Slow down" not in browser.get(url("progress", campaign)).content.decode()
    assert browser.post(url("pace", campaign), {"per_hour": "5"}).status_code == 403


def test_programs_slow_down_too(staff):
    campaign = launched(2)
    program = APIClient()
    program.force_authenticate(staff)
    door = f"/api/v1/campaigns/{campaign.pk}/slow/"
    assert program.post(door, {"per_hour": 900}, format="json").json()["per_hour"] == 900
    assert program.post(door, {"per_hour": None}, format="json").json()["per_hour"] is None
    assert program.post(door, {"per_hour": 0}, format="json").status_code == 400
    assert program.post(door, {}, format="json").status_code == 400
    Campaign.objects.update(state="sent")
    assert program.post(door, {"per_hour": 9}, format="json").status_code == 409


def test_at_night_the_page_says_until_when_it_waits(mailbox, client_of, staff):
    campaign = launched(2)
    local = timezone.now().astimezone(ZoneInfo("America/New_York"))
    end = (local + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    SendingRules.objects.create(
        quiet_hours=True, quiet_from=(local - timedelta(hours=1)).time(), quiet_until=end.time()
    )
    Campaign.objects.update(launched_at=timezone.now() - timedelta(hours=1))
    work()
    page = client_of(staff).get(url("progress", campaign)).content.decode()
    said = f"{end:%-I} {'a.m.' if end.hour < 12 else 'p.m.'}" if end.hour % 12 else ("midnight", "noon")[end.hour // 12]
    assert f"Waits until {said}" in page
    assert "Nothing has left for some minutes" not in page


def test_a_warm_up_says_how_many_go_today_and_when_the_rest_does(mailbox, client_of, staff, manager):
    rules = SendingRules(warm_up=True, warm_up_first=3, warm_up_target=100, warm_up_hour=time(0))
    save_sending_rules(rules, by=manager)
    campaign = launched(9)
    browser = client_of(staff)
    assert (
        "Warm-up: 3 of 9 today, the rest tomorrow from midnight on."
        in browser.get(url("progress", campaign)).content.decode()
    )
    work()
    page = browser.get(url("numbers", campaign), {"state": "sending"}).content.decode()
    assert "Warm-up: 3 of 9 today, the rest tomorrow from midnight on." in page
    assert states(campaign) == {"accepted": 3, "queued": 6}


def test_a_slowed_provider_is_named_as_people_call_it(mailbox, client_of, staff):
    campaign = launched(1)
    buckets().slow("domain:google", 30, 30)
    page = client_of(staff).get(url("progress", campaign)).content.decode()
    assert "More slowly than usual to Gmail" in page


def test_managers_set_quiet_hours_and_the_warm_up(client_of, manager):
    browser = client_of(manager)
    door = browser.get(reverse("admin:campaigns_sendingrules_changelist"), follow=True)
    form = door.context["adminform"].form
    fields = {name: form.initial.get(name) for name in form.fields}
    asked = {
        **{name: value for name, value in fields.items() if value not in (None, False)},
        "quiet_hours": "on",
        "quiet_from": "22:00",
        "quiet_until": "07:30",
        "warm_up": "on",
        "warm_up_first": "150",
    }
    browser.post(door.wsgi_request.path, asked)
    rules = SendingRules.load()
    assert (rules.quiet_hours, rules.quiet_until, rules.warm_up_first) == (True, time(7, 30), 150)
    assert rules.warm_up_since is not None
    page = browser.post(door.wsgi_request.path, {**asked, "quiet_until": "22:00", "warm_up_target": "100"})
    said = page.content.decode()
    assert "must end at another time" in said
    assert "more than on the first day" in said
    assert SendingRules.load().quiet_until == time(7, 30)


def test_nobody_else_sets_them(client_of, staff):
    assert client_of(staff).get(reverse("admin:campaigns_sendingrules_changelist")).status_code == 403


def test_before_the_launch_it_says_what_would_hold_it_back(client_of, manager):
    people(3, topic=newsletter_topic())
    draft = CampaignFactory(topic=newsletter_topic())
    draft.include.add(SegmentFactory())
    browser = client_of(manager)
    assert "nl-hold" not in browser.get(url("review", draft)).content.decode()
    now = timezone.now().astimezone(ZoneInfo("America/New_York"))
    hours = {"quiet_from": (now - timedelta(hours=1)).time(), "quiet_until": (now + timedelta(hours=2)).time()}
    save_sending_rules(SendingRules(quiet_hours=True, warm_up=True, warm_up_first=2, **hours), by=manager)
    page = browser.get(url("review", draft)).content.decode()
    assert "no newsletters leave at night" in page
    assert "Warm-up: 2 of 3 today, the rest" in page


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "about 1 minute left"), (99, "about 99 minutes left"), (100, "about 2 hours left"),
     (36 * 60, "about 2 days left"), (60 * 24 * 9, "about 9 days left")],
)  # fmt: skip
def test_how_long_it_takes_is_said_as_people_say_it(minutes, said):
    assert time_left(minutes) == said


def test_a_slow_newsletter_says_how_long_those_who_wait_take(mailbox, client_of, staff):
    campaign = launched(5)
    Campaign.objects.update(per_hour=2)
    page = client_of(staff).get(url("progress", campaign)).content.decode()
    assert "at most 2 messages an hour. Those who wait take about 3 hours." in page


def test_the_form_of_the_rules_says_what_they_come_to_now(client_of, manager):
    browser, form = client_of(manager), "/admin/campaigns/sendingrules/1/change/"
    page = browser.get("/admin/campaigns/sendingrules/", follow=True).content.decode()
    assert "Newsletters leave at any hour." in page
    assert "There is no limit a day." in page
    assert "Hours are those of America/New York." in page
    assert 'value="21:00"' in page
    now = timezone.now().astimezone(ZoneInfo("America/New_York"))
    hours = {"quiet_from": (now - timedelta(hours=1)).time(), "quiet_until": (now + timedelta(hours=2)).time()}
    SendingRules.objects.update(quiet_hours=True, warm_up=True, **hours)
    page = browser.get(form).content.decode()
    assert "It is quiet now: until" in page
    assert "0 of today&#x27;s 200 messages have left. The next day it is 400, and so on until 50,000." in page


def told(*, sent: int, per_hour: int | None = None, seconds: int = 600, waiting: int = 1640) -> int | None:
    """How many minutes are left when so many left in the last minute, that long after the launch."""
    ago = timezone.now() - timedelta(seconds=seconds)
    campaign = Campaign(per_hour=per_hour, launched_at=ago, updated_at=ago)
    share = Share("queued", "", "", waiting, 100)
    return minutes_left(Progress(campaign, [share], waiting, sent, None), hours_now())


def test_the_minutes_that_are_left_know_the_limit_and_how_young_the_measure_is():
    assert told(sent=60, per_hour=3600) == 28
    assert told(sent=14, per_hour=3600, seconds=15) == 28
    assert told(sent=10, per_hour=3600) == 164  # the mail server takes no more
    assert told(sent=1, per_hour=1, waiting=1653) == 1653 * 60
    assert told(sent=14, seconds=5) is None
    assert told(sent=100, seconds=30) == 9


def test_minutes_are_not_told_where_they_cannot_be_known(manager):
    save_sending_rules(SendingRules(warm_up=True, warm_up_first=200, warm_up_hour=time(0)), by=manager)
    assert told(sent=100) is None
    assert told(sent=100, waiting=200) == 2


def test_a_single_mail_server_that_does_not_answer_is_told_at_once(mailbox, client_of, staff):
    campaign = launched(3)
    note_results(campaign.pk, (), down=True)
    page = client_of(staff).get(url("numbers", campaign), {"state": "sending"}).content.decode()
    assert "The mail server does not answer. Nothing is lost: we try again by ourselves, every 15 seconds." in page
    assert "Starting" not in page
    work()
    assert states(campaign) == {"accepted": 3}
    assert not progress_of(campaign).is_down


def test_one_message_an_hour_is_one():
    campaign = launched(40)
    Campaign.objects.update(per_hour=1)
    campaign.refresh_from_db()
    assert pacing_of(progress_of(campaign)).notes == [
        "Slowed down: at most 1 message an hour. Those who wait take about 2 days."
    ]
