"""Home, news, strategies and the promise."""

from datetime import date, timedelta

import pytest

from engagement.actions import ensure_news
from engagement.models import Event, News, Strategy

pytestmark = pytest.mark.django_db


def test_home_says_why_the_alliance_exists_and_what_to_do(client, house):
    html = client.get("/").content.decode()
    for words in ("2014", "last of the 50 largest cities", "99th of 100 counties", "21 strategies"):
        assert words in html
    for verb in ("Engage", "Amplify", "Influence", "Change"):
        assert f"<h3>{verb}" in html
    assert 'href="/join/"' in html


def test_home_puts_the_featured_event_first(client, forum):
    later = Event.objects.get(pk=forum.pk)
    later.pk, later.slug, later.title_en, later.featured = None, "training", "Hosts Training", True
    later.starts_at += timedelta(days=1)
    later.ends_at += timedelta(days=1)
    later.save()
    context = client.get("/").context
    assert context["featured"] == later
    assert context["coming"] == [forum]


def test_home_shows_no_drafts_and_nothing_called_off(client, forum):
    for state in ("draft", "cancelled"):
        Event.objects.filter(pk=forum.pk).update(state=state)
        assert "ReConnect" not in client.get("/").content.decode()


def test_home_looks_back_while_nothing_is_planned(client, forum):
    Event.objects.update(starts_at=forum.starts_at - timedelta(days=60), ends_at=forum.ends_at - timedelta(days=60))
    html = client.get("/").content.decode()
    assert "Where we last met" in html
    assert "ReConnect" in html


def test_home_without_any_event_says_what_will_be_there(client, house):
    assert "appear here as soon as they open" in client.get("/").content.decode()


def test_home_asks_few_questions(client, forum, query_count):
    client.get("/")
    with query_count("home"):
        client.get("/")


def test_the_first_news_are_the_three_real_ones_without_invented_links(client, house):
    known = News.objects.values_list("outlet", "published_on", "url")
    assert set(known) == {
        ("WSOC", date(2019, 8, 28), ""),
        ("WBTV", date(2019, 7, 26), ""),
        ("The Atlantic", date(2019, 7, 17), ""),
    }
    html = client.get("/news/").content.decode()
    assert html.index("WSOC") < html.index("WBTV") < html.index("The Atlantic")


def test_the_first_news_come_once_and_not_where_staff_keep_their_own(house):
    assert ensure_news() == 0
    News.objects.exclude(outlet="WSOC").delete()
    assert ensure_news() == 0
    News.objects.all().delete()
    assert ensure_news() == 3


def test_news_that_staff_hid_are_shown_nowhere(client, house):
    News.objects.filter(outlet="WSOC").update(visible=False)
    assert "WSOC" not in client.get("/news/").content.decode()
    assert "WSOC" not in client.get("/").content.decode()


def test_news_with_a_link_lead_there(client, house):
    News.objects.filter(outlet="WSOC").update(url="https://news.example.org/a")
    assert 'href="https://news.example.org/a"' in client.get("/news/").content.decode()


def test_staff_keep_the_news(staff, client_of):
    client = client_of(staff)
    facts = {"title": "A new story", "outlet": "The Paper", "published_on": "2026-02-01", "visible": "on",
             "summary_en": "What it says."}  # fmt: skip
    assert client.post("/admin/engagement/news/add/", facts).status_code == 302
    assert News.objects.filter(outlet="The Paper").exists()
    assert "A new story" in client.get("/admin/engagement/news/").content.decode()


def test_the_21_strategies_stand_under_their_five_headings(client, house):
    groups = client.get("/strategies/").context["groups"]
    letters = {group.value: "".join(strategy.letter for strategy in members) for group, members in groups}
    assert letters == {
        "segregation": "AB",
        "early_care": "CDE",
        "career": "FGHIJK",
        "family": "LMNOPQRST",
        "social_capital": "U",
    }


def test_wording_that_is_not_confirmed_says_so(client, house):
    html = client.get("/strategies/").content.decode()
    unverified = Strategy.objects.filter(verified=False).count()
    assert html.count("the wording of the report is still to be confirmed") == unverified == 3


def test_the_promise_says_how_to_leave_and_whom_to_ask(client, house):
    html = client.get("/promise/").content.decode()
    assert 'href="/preferences/"' in html
    assert house.sender_email in html


@pytest.mark.parametrize("page", ["/", "/news/", "/strategies/", "/promise/"])
def test_no_page_loads_anything_from_elsewhere_or_sets_a_cookie_it_does_not_need(client, page, house):
    answer = client.get(page)
    html = answer.content.decode()
    assert 'src="http' not in html
    assert "style=" not in html
    assert "<script" not in html
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "sessionid" not in answer.cookies
