"""The editor in a real browser: write, move, remove, take back, and see it at once."""

import json

import pytest

from campaigns.models import Campaign
from contacts.models import Stakeholder
from tests.campaigns.ledger import people
from tests.factories import CampaignFactory, SegmentFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def editor(page, staff, client_of, live_server):
    """The editor of a draft with one text, opened by staff."""
    campaign = CampaignFactory(blocks=[{"kind": "text", "text": "Hi {{ first_name }}", "id": "t"}])
    campaign.include.add(SegmentFactory(name="Everybody"))
    people(3, topic=campaign.topic)
    session = client_of(staff).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/change/")
    page.get_by_text("3 people will get this").wait_for()
    yield page
    let_the_last_preview_arrive(page)


def let_the_last_preview_arrive(page):
    """No request may be under way when the test's database goes."""
    page.wait_for_timeout(700)
    if page.locator("[data-frame]").count():
        page.locator("[data-frame]:not(.is-stale)").wait_for()
    page.goto("about:blank")


def kinds(page):
    """The kinds of the blocks in their order, as they would be posted."""
    return [block["kind"] for block in json.loads(page.locator("[data-blocks]").input_value())]


def preview(page):
    """The preview's own document."""
    return page.frame_locator("[data-html]")


def test_what_is_typed_is_seen_in_both_languages_and_kept(editor):
    editor.get_by_role("button", name="+ Heading").click()
    editor.keyboard.type("Come to the table")
    preview(editor).get_by_role("heading", name="Come to the table").wait_for()
    editor.locator(".nl-block").last.get_by_role("button", name="Español").click()
    editor.locator(".nl-block").last.locator("[data-field=text]").fill("Venga a la mesa")
    editor.locator("[name=_language][value=es]").check()
    preview(editor).get_by_role("heading", name="Venga a la mesa").wait_for()
    editor.get_by_role("button", name="Save and continue editing").click()
    editor.wait_for_load_state()
    assert Campaign.objects.get().blocks[1]["text"] == {"en": "Come to the table", "es": "Venga a la mesa"}
    assert editor.errors == []


def test_blocks_are_moved_by_keyboard_and_a_removed_one_comes_back(editor):
    editor.get_by_role("button", name="+ Line").click()
    assert kinds(editor) == ["text", "divider"]
    editor.locator(".nl-block").last.locator("[data-do=grip]").focus()
    editor.keyboard.press("ArrowUp")
    assert kinds(editor) == ["divider", "text"]
    editor.keyboard.press("ArrowDown")
    assert kinds(editor) == ["text", "divider"]
    editor.locator(".nl-block").first.locator("[data-do=remove]").click()
    assert kinds(editor) == ["divider"]
    editor.keyboard.press("Enter")
    assert kinds(editor) == ["text", "divider"]


def test_a_block_is_dragged_to_its_place(editor):
    editor.get_by_role("button", name="+ Line").click()
    grip = editor.locator(".nl-block").last.locator("[data-do=grip]")
    grip.drag_to(editor.locator(".nl-block").first.locator(".nl-bar strong"))
    assert kinds(editor) == ["divider", "text"]


def test_a_problem_stands_at_its_block(editor):
    editor.locator("[data-field=text]").fill("Hi {{ firstname }}")
    problem = editor.locator(".nl-block .nl-problem")
    problem.wait_for()
    assert "Did you mean {{ first_name }}?" in problem.inner_text()
    editor.locator("[data-field=text]").fill("Hi ")
    editor.locator(".nl-block .nl-marks select").select_option("first_name")
    preview(editor).get_by_text("Hi Maria").wait_for()
    assert problem.count() == 0


def test_the_preview_runs_no_script_and_fits_a_phone(editor):
    assert editor.locator("[data-html]").get_attribute("sandbox") == ""
    editor.set_viewport_size({"width": 390, "height": 844})
    assert editor.evaluate("document.documentElement.scrollWidth") <= 390
    person = Stakeholder.objects.earliest("pk")
    Stakeholder.objects.filter(pk=person.pk).update(name="A very long name " * 6)
    editor.set_viewport_size({"width": 1440, "height": 900})
    editor.reload()
    editor.locator("[data-reader] option", has_text="A very long name").wait_for(state="attached")
    assert editor.locator(".nl-look").evaluate("one => one.scrollWidth - one.clientWidth") == 0
    assert editor.errors == []
