"""An organizer with a phone, after the table: log the conversation, tap twice, find it once."""

import re

import pytest
from playwright.sync_api import expect

from engagement.models import Gathering
from tests.factories import EditionFactory, PromptFactory
from tests.journeys.test_newsletter import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(page, organizer):
    """A phone on which an organizer signed in; this year's edition has one question."""
    PromptFactory(edition=EditionFactory(), text_en="Where do you belong?")
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, organizer)
    return page


def test_an_organizer_logs_a_conversation_and_taps_twice(phone):
    open_the_sheet(phone)
    write_down_the_table(phone)
    write_down_what_was_said(phone)
    save_with_a_double_tap(phone)
    read_it(phone)
    find_it_once_in_the_list(phone)
    assert Gathering.objects.get().participants.count() == 2
    assert phone.errors == []


def open_the_sheet(page):
    """From the first page an organizer sees."""
    page.get_by_role("main").get_by_role("link", name="Log a conversation").click()
    page.get_by_role("heading", name="The table").wait_for()


def write_down_the_table(page):
    """Where it was, who hosted, and two guests."""
    page.locator("[name=zip]").fill("28205")
    page.locator("[name=host_name]").fill("Deja Williams")
    page.locator("[name=guests-0-first_name]").fill("Rosa")
    page.locator("[name=guests-1-first_name]").fill("Tom")
    page.locator("[name=guests-1-zip]").fill("28208")


def write_down_what_was_said(page):
    """A note under the question, and what Tom will do."""
    page.get_by_label("Where do you belong?").fill("Rosa: the library. Tom: nowhere yet.")
    page.locator("[name=promises-0-text]").fill("Ask the school for a table")
    page.locator("[name=promises-0-who]").select_option(label="Tom")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def save_with_a_double_tap(page):
    """Two taps, one conversation."""
    page.get_by_role("button", name="Save the conversation").dblclick()
    expect(page).to_have_url(re.compile(r"/conversations/\d+/$"))


def read_it(page):
    """Everything that was typed stands there."""
    for words in ("Deja Williams", "Rosa: the library. Tom: nowhere yet.", "Ask the school for a table"):
        page.get_by_role("main").get_by_text(words).first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def find_it_once_in_the_list(page):
    """The list has one row."""
    page.goto("/conversations/")
    expect(page.get_by_role("main").get_by_role("link", name="Deja Williams")).to_have_count(1)
