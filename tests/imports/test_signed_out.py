"""A browser whose session ends while a file is chosen: the file is not sent into nothing."""

import re

import pytest
from django.contrib.sessions.models import Session

from contacts.imports.models import ImportRun
from tests.imports.conftest import csv_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

FILE = csv_of(("E-mail", "First name"), ("ann@example.org", "Ann"))


def sign_in(page, user) -> None:
    """The form of the sign-in page."""
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_label("Password").press("Enter")


def test_the_file_stays_chosen_until_one_has_signed_in_again(page, staff, tmp_path):
    from playwright.sync_api import expect

    path = tmp_path / "list.csv"
    path.write_bytes(FILE)
    page.goto("/admin/contacts/importrun/add/")
    sign_in(page, staff)
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_label("Or a new partner").fill("Community House")
    Session.objects.all().delete()
    page.get_by_role("button", name="Send and check").click()
    expect(page.get_by_role("alert").filter(has_text="You were signed out meanwhile")).to_be_visible()
    expect(page.get_by_text("list.csv ·")).to_be_visible()
    assert not ImportRun.objects.exists()

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new window").click()
    sign_in(opened.value, staff)
    expect(opened.value.get_by_role("heading", name="Files from partners")).to_be_visible()
    opened.value.close()
    page.get_by_role("button", name="Send and check").click()
    expect(page).to_have_url(re.compile(r"/importrun/\d+/change/"))
    assert ImportRun.objects.get().state == "checked"
    assert page.errors == []
