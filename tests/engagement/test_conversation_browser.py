"""The sheet in a real browser: rows, the host that is found, a bad signal, a second look."""

import re
from uuid import uuid4

import pytest

from engagement.models import Gathering
from tests.factories import EditionFactory, GatheringFactory, PromptFactory

SAVED = re.compile(r"/conversations/\d+/$")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(page, live_server, organizer, client_of):
    """A phone on which an organizer opened the sheet; one host is known from an earlier table."""
    PromptFactory(edition=EditionFactory(), text_en="Where do you belong?", text_es="¿Dónde pertenece?")
    GatheringFactory(organizer=organizer, host__name="Maya Brooks", submission_key=uuid4())
    page.set_viewport_size({"width": 390, "height": 844})
    session = client_of(organizer).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto("/conversations/log/")
    return page


def fill_in(phone):
    """The least an organizer types."""
    phone.fill("[name=zip]", "28205")
    phone.fill("[name=host_name]", "Deja Williams")
    phone.fill("[name=guests-0-first_name]", "Rosa")
    phone.get_by_label("Where do you belong?").fill("The library.")
    phone.fill("[name=promises-0-text]", "Bring two neighbors")
    phone.select_option("[name=promises-0-who]", label="Rosa")


def logged():
    """The conversation that was logged here."""
    return Gathering.objects.get(host__name="Deja Williams")


def test_the_whole_sheet_on_a_phone(phone):
    fill_in(phone)
    phone.get_by_role("button", name="Another guest").click()
    phone.fill("[name=guests-3-first_name]", "Tom")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Save the conversation").click()
    phone.wait_for_url(SAVED)
    assert phone.get_by_text("The library.").is_visible()
    assert {guest.first_name for guest in logged().participants.all()} == {"Rosa", "Tom"}
    assert phone.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('conversation')).length") == 0
    assert phone.errors == []


def test_a_known_host_is_found_by_name(phone):
    phone.fill("[name=zip]", "28205")
    phone.locator("[name=host_name]").press_sequentially("may")
    phone.get_by_role("button", name="Maya Brooks").click()
    assert phone.get_by_role("button", name="Somebody else").is_visible()
    phone.get_by_role("button", name="Save the conversation").click()
    phone.wait_for_url(SAVED)
    assert Gathering.objects.filter(host__name="Maya Brooks").count() == 2


def test_without_a_signal_nothing_is_lost(phone):
    fill_in(phone)
    phone.context.set_offline(True)
    phone.wait_for_function("!navigator.onLine")
    phone.get_by_role("button", name="Save the conversation").click()
    phone.get_by_text("No signal. Nothing is lost").wait_for()
    phone.context.set_offline(False)
    phone.reload()
    phone.get_by_text("This is what you typed before it could be saved.").wait_for()
    assert phone.input_value("[name=guests-0-first_name]") == "Rosa"
    assert phone.get_by_label("Where do you belong?").input_value() == "The library."
    phone.get_by_role("button", name="Save the conversation").click()
    phone.wait_for_url(SAVED)
    assert logged().commitments.get().participant.first_name == "Rosa"


def test_a_second_look_keeps_what_was_typed(phone):
    fill_in(phone)
    phone.fill("[name=zip]", "28")
    phone.get_by_role("button", name="Save the conversation").click()
    phone.get_by_text("A zip code has five digits").wait_for()
    assert phone.get_by_label("Where do you belong?").input_value() == "The library."
    phone.fill("[name=zip]", "28205")
    phone.get_by_role("button", name="Save the conversation").click()
    phone.wait_for_url(SAVED)
    assert logged().zip == "28205"


def test_the_prompts_follow_the_language_at_the_table(phone):
    phone.select_option("#sheet [name=language]", "es")
    assert phone.get_by_label("¿Dónde pertenece?").is_visible()


def test_starting_over_throws_the_draft_away(phone):
    fill_in(phone)
    phone.get_by_text("Kept on this phone").wait_for()
    phone.reload()
    phone.get_by_role("button", name="Start over").click()
    phone.wait_for_function("document.querySelector('[name=zip]').value === ''")
    assert phone.get_by_text("This is what you typed before").is_hidden()
