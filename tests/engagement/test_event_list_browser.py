"""The list of events on a phone, where every row becomes a card."""

import pytest

from tests.factories import EventFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CUT = """[...document.querySelectorAll("#result_list .data-row > *")]
    .filter((cell) => cell.scrollHeight > cell.clientHeight + 1).length"""


def test_a_card_shows_a_long_title_whole(page, live_server, staff, client_of):
    EventFactory(title_en="Neighbors’ Forum: A Connected Community for everyone who lives here")
    page.set_viewport_size({"width": 390, "height": 844})
    session = client_of(staff).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto("/admin/engagement/event/")
    assert page.get_by_text("A Connected Community").is_visible()
    assert page.evaluate(CUT) == 0
