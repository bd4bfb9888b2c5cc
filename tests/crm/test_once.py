"""A button that is pressed twice in a hurry asks once."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(page, live_server, client_of, manager):
    """A tab in which a manager is signed in; `posts` are the requests by which it changed something."""
    session = client_of(manager).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.posts = []
    page.on("request", lambda request: request.method == "POST" and page.posts.append(request.url))
    page.home = live_server.url
    return page


def test_of_the_back_office(desk):
    desk.goto(desk.home + reverse("admin:contacts_duplicatecandidate_changelist"))
    desk.get_by_role("button", name="Look now").dblclick()
    expect(desk.get_by_text("The house is looking.")).to_be_visible()
    desk.get_by_role("button", name="Look now").click()  # a new page, a new form
    expect(desk.get_by_text("The house is looking.")).to_be_visible()
    assert len(desk.posts) == 2


def test_of_a_form_of_the_lists(desk):
    desk.goto(desk.home + reverse("admin:contacts_tag_add"))
    desk.get_by_label("Name").first.fill("Host")
    desk.get_by_role("button", name="Save", exact=True).dblclick()
    expect(desk.get_by_text("was added successfully")).to_be_visible()
    assert len(desk.posts) == 1
