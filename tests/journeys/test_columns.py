"""Columns of a file dragged onto fields, and read again."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import expect

from contacts.imports.actions import check_import, partner_named, receive_file
from tests.imports.conftest import csv_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILE = csv_of(("E-mail", "Name", "What they said"), ("ann@example.org", "Ann Lee", "Call me in May"))


@pytest.fixture
def run(settings, tmp_path):
    """A checked file with a column nobody knows."""
    settings.MEDIA_ROOT = tmp_path
    return check_import(receive_file(ContentFile(FILE, name="people.csv"), partner=partner_named("House")))


def test_a_column_is_dragged_onto_a_field(page, live_server, staff, client, run):
    client.force_login(staff)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(live_server.url + reverse("admin:contacts_importrun_mapping", args=[run.pk]))
    page.drag_and_drop("[data-card]:nth-child(3) .mapping-head", ".mapping-goal:has-text('Notes')")
    expect(page.locator("[data-card]:nth-child(3)")).to_contain_text("not read again yet")
    page.get_by_role("button", name="Read the file again").click()
    expect(page.locator("body")).to_contain_text("read again with your choices")
    run.refresh_from_db()
    assert [column["field"] for column in run.mapping["columns"]] == ["email", "full_name", "notes"]
