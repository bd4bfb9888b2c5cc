"""The buttons of a newsletter's page while workers send as fast as they can: pressed twice, in two tabs, out of order.

What is pressed is answered at once and obeyed within five seconds; what does not fit is refused in words and changes
nothing.
"""

import threading
import time
from html import unescape

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from tests.campaigns.faults.account import LONG, settle_account, wait_until
from tests.campaigns.faults.hands import hands
from tests.campaigns.faults.server import Plan, Server
from tests.campaigns.ledger import launched, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

SAID = SO, NOT_SENDING, NOT_PAUSED, PAUSED, OVER, RETRIED, _NOTHING_FAILED, NOW, NO_PACE, NO_FINISH = (
    "It is so already:",
    "This newsletter is not being sent at the moment.",
    "This newsletter is not paused.",
    "This newsletter is paused. Go on sending first, then have the failed ones tried again.",
    "This newsletter was cancelled, so nothing more of it is sent.",
    "tried again, and nobody else is written to.",
    "has failed, or somebody had them tried again already.",
    "tried as soon as",
    "Only a newsletter that is being sent or is paused can be slowed down.",
    "Only a newsletter that is being sent or is paused has something left to send.",
)
AT_ONCE = 5.0
RECIPIENTS = 60_000 if LONG else 4_000
"""More than leave before the test is over."""
SLOW = 0.8
"""Seconds without a message that nobody sees who sends hundreds a second, and who sends one a minute all the time."""
LOOK = AT_ONCE + 1 if LONG else 1.2


class Page:
    """The page of one newsletter in two browsers; `took` is how long the slowest answer took."""

    def __init__(self, browsers: list[Client], campaign: Campaign) -> None:
        self.browsers, self.campaign, self.took = browsers, campaign, 0.0

    def press(self, verb: str, tabs: int = 1, **said: object) -> list[str]:
        """Press a button in so many browsers at the same moment; answers what each of them says then."""
        route, more = ("campaigns:steer", [verb]) if verb not in {"retry", "pace"} else (f"campaigns:{verb}", [])
        url, together = reverse(route, args=[self.campaign.pk, *more]), threading.Barrier(tabs)
        words: list[str] = []

        def tab(browser: Client) -> None:
            together.wait(10)
            began = time.monotonic()
            answer = browser.post(url, said, follow=True)
            self.took = max(self.took, time.monotonic() - began)
            assert answer.status_code == 200
            words.append(" ".join(said for said in SAID if said in unescape(answer.content.decode())))
            connections.close_all()

        threads = [threading.Thread(target=tab, args=[browser]) for browser in self.browsers[:tabs]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(words) == tabs
        return sorted(words)


def last_came(server: Server, since: float) -> float:
    """Look for a while, and answer how many seconds after `since` the last message came."""
    time.sleep(LOOK)
    return max(server.dots()[-1].at - since, 0.0)


def test_every_button_is_obeyed_within_seconds_however_it_is_pressed(serve, counted, staff, client_of):
    server = serve(Plan(parts={"later": 0.05, "never": 0.05}, delay=0.002), chunk=200)
    campaign = launched(RECIPIENTS, policy="hold")
    page = Page([client_of(staff), client_of(staff)], campaign)
    with hands(2) as workers:
        wait_until(lambda: states(campaign).get("failed", 0) > 3)

        said = time.monotonic()
        assert page.press("pause", tabs=2) == ["", SO]
        paused = last_came(server, said)
        assert page.press("retry") == [PAUSED]
        assert page.press("pause") == [SO]

        before, said = server.count(), time.monotonic()
        assert page.press("resume", tabs=2) == ["", SO]
        wait_until(lambda: server.count() > before)
        resumed = time.monotonic() - said

        page.press("pace", tabs=2, per_hour="60")
        slowed = wait_until(lambda: time.monotonic() - server.dots()[-1].at > SLOW)

        before = server.count()
        page.press("pace", tabs=2)
        wait_until(lambda: server.count() > before + 20)

        # whoever comes second finds nothing, or what failed in between
        assert RETRIED in page.press("retry", tabs=2)
        assert page.press("finish") == [NOW]

        said = time.monotonic()
        assert page.press("cancel", tabs=2) == ["", SO]
        cancelled = last_came(server, said)
        late = [word for verb in ("pause", "resume", "finish", "retry", "pace") for word in page.press(verb)]
        assert late == [NOT_SENDING, NOT_PAUSED, NO_FINISH, OVER, NO_PACE]
        for hand in workers:
            hand.end()
    assert Campaign.objects.get().state == "cancelled"
    account = settle_account(campaign, server)
    counted(
        paused_s=f"{paused:.2f}", resumed_s=f"{resumed:.2f}", slowed_s=f"{slowed:.2f}", cancelled_s=f"{cancelled:.2f}",
        slowest_answer_s=f"{page.took:.2f}", **account.table(),
    )  # fmt: skip
    assert max(paused, resumed, slowed, cancelled, page.took) < AT_ONCE
    assert account.states.keys() <= {"accepted", "skipped", "failed"}
    assert (account.lost, account.doubled, account.unsaid, account.uncertain) == ([], 0, [], 0)
