"""The pages of a newsletter on its way in a real browser: what keys do, and what stays while numbers move."""

import pytest
from django.urls import reverse

from campaigns.models import Chunk, Delivery
from tests.campaigns.ledger import launched, states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signed_in(page, staff, client_of, live_server):
    """A browser in which staff is signed in."""
    session = client_of(staff).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield page
    page.goto("about:blank")


def test_enter_on_a_tick_box_decides_nothing(signed_in):
    campaign = launched(2, policy="hold")
    Delivery.objects.update(state="uncertain", intent_at=campaign.created_at)
    Chunk.objects.update(counted=False)
    signed_in.goto(reverse("campaigns:uncertain", args=[campaign.pk]))
    box = signed_in.locator("input[name=delivery]").first
    box.focus()
    signed_in.keyboard.press("Space")
    signed_in.keyboard.press("Enter")
    assert box.is_checked()
    with signed_in.expect_navigation():
        signed_in.get_by_role("button", name="p1@example.org got it").press("Enter")
    assert states(campaign) == {"accepted": 1, "uncertain": 1}
    signed_in.get_by_text("Decided about 1 message.").wait_for()


def test_what_somebody_is_writing_stays_while_the_numbers_move(signed_in):
    campaign = launched(2)
    signed_in.goto(reverse("campaigns:progress", args=[campaign.pk]))
    signed_in.locator("summary", has_text="Slow down").click()
    field = signed_in.get_by_label("Messages an hour at most")
    field.fill("600")
    Delivery.objects.filter(address="p1@example.org").update(state="failed", reason="554 No")
    Chunk.objects.update(counted=False)
    signed_in.get_by_text("1 message failed").wait_for()
    assert field.input_value() == "600"
    signed_in.locator("summary", has_text="Slow down").click()
    signed_in.get_by_role("button", name="Try the failed ones again").wait_for()
