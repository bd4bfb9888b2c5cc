"""The menu, the first page, the search box and what a browser may load."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from crm.cards import CARDS, STEPS, Card, Line, Step
from crm.navigation import MENU
from crm.searches import PER_SEARCH, SEARCHES, Hit
from crm.shell import greeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(monkeypatch):
    """Cards, steps and searches of this test only."""
    for registry in (CARDS, STEPS, SEARCHES):
        monkeypatch.setattr(registry, "_entries", {})


def test_the_day_is_greeted_by_its_hour():
    assert greeting(8, "Ana") == "Good morning, Ana"
    assert greeting(14, "Ana") == "Good afternoon, Ana"
    assert greeting(21, "Ana") == "Good evening, Ana"


def test_cards_show_their_figure_with_what_it_means(staff, client_of, shelf):
    CARDS.add("people", lambda user: Card("People", "412", "people · 38 more than last week", [Line("Ana")]))
    CARDS.add("none", lambda user: None)
    page = client_of(staff).get("/admin/").content.decode()
    assert "412" in page
    assert "38 more than last week" in page


def test_an_empty_house_teaches_first_steps_to_who_may_take_them(staff, partner, client_of, shelf):
    STEPS.add(
        "file", Step("Bring in a file", "From a partner.", "admin:index", "contacts.add_importrun", lambda: False)
    )
    STEPS.add("done", Step("Done already", "", "admin:index", "contacts.add_importrun", lambda: True))
    page = client_of(staff).get("/admin/").content.decode()
    assert "Bring in a file" in page
    assert "Done already" not in page
    assert "Bring in a file" not in client_of(partner).get("/admin/").content.decode()


@pytest.mark.parametrize(("role", "sees"), [("manager", True), ("staff", False), ("partner", False)])
def test_the_menu_has_only_places_one_may_go_to(role, sees, request, client_of):
    page = client_of(request.getfixturevalue(role)).get("/admin/").content.decode()
    assert ("Organisation" in page) is sees
    assert "Long work" in page


LISTS = [item.route for item in MENU if item.route.endswith("_changelist")]


@pytest.mark.parametrize("route", LISTS)
def test_a_place_is_called_at_the_head_of_its_page_as_in_the_menu(route, manager, client_of):
    item = next(item for item in MENU if item.route == route)
    page = client_of(manager).get(reverse(route), follow=True).content.decode()
    head = re.sub(r"<[^>]+>", " ", page.split("<h1", 1)[1].split("</h1>")[0])
    assert str(item.title) in " ".join(head.split())


def coloured_states() -> list:
    """Columns of lists that show a state as a coloured word, with the colours they know."""
    found = [
        (office, getattr(getattr(office, str(name), None), "label", None))
        for office in admin.site._registry.values()
        for name in office.list_display
    ]
    coloured = [(office, label) for office, label in found if isinstance(label, dict)]
    return [pytest.param(office, label, id=office.model.__name__) for office, label in coloured]


@pytest.mark.parametrize(("office", "colours"), coloured_states())
def test_every_state_has_a_colour_or_its_own_word_would_not_be_shown(office, colours):
    states = getattr(office.model, "State", None)
    assert states is None or set(colours) == set(states.values)


def test_one_box_finds_things_of_every_kind(staff, client_of, shelf):
    SEARCHES.add("people", lambda words, user: [Hit(f"Person {n}", "Person", f"/p/{n}") for n in range(20)])
    SEARCHES.add("events", lambda words, user: [Hit("Forum", "Event", "/e/1", "15 October")])
    page = client_of(staff).get("/search/?s=fo").content.decode()
    assert "Forum" in page
    assert page.count("Person ") == PER_SEARCH
    palette = client_of(staff).get("/search/?s=fo", headers={"HX-Request": "true"}).content.decode()
    assert "command-results-list" in palette
    assert "<html" not in palette


def test_one_letter_finds_nothing(staff, client_of, shelf):
    SEARCHES.add("people", lambda words, user: [Hit("Ana", "Person", "/p/1")])
    assert "Ana" not in client_of(staff).get("/search/?s=a").content.decode()


def test_what_is_searched_for_is_shown_as_text_only(staff, client_of):
    page = client_of(staff).get("/search/", {"s": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


def test_outsiders_search_nothing(outsider, client_of):
    assert client_of(outsider).get("/search/?s=ana").status_code == 403


def test_the_back_office_may_run_unfold_and_the_public_site_no_inline_script(client, manager, client_of):
    assert "unsafe-eval" in client_of(manager).get("/admin/").headers["Content-Security-Policy"]
    public = client.get("/no-such-page/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in public
    assert "unsafe" not in public


NEVER_EMPTY = {"Organisation", "User", "Topic", "StakeholderType", "Strategy", "SendingRules"}
"""Lists that come filled with the house; the pairs have a page of their own."""


def test_every_empty_list_says_what_will_be_there(db):
    silent = {model.__name__ for model, office in admin.site._registry.items() if not getattr(office, "when_empty", "")}
    assert silent - NEVER_EMPTY <= {"DuplicateCandidate"}


def test_an_empty_list_teaches_and_one_that_was_narrowed_can_be_shown_whole(staff, client_of):
    feeds = reverse("admin:contacts_partnerfeed_changelist")
    page = client_of(staff).get(feeds).content.decode()
    assert "Nothing here yet" in page
    assert "A feed reads a partner’s file again and again" in page
    assert "Add feed" in page
    people = reverse("admin:contacts_stakeholder_changelist")
    page = client_of(staff).get(people, {"q": "nobody of this name"}).content.decode()
    assert "Nothing fits" in page
    assert "Show everything" in page
