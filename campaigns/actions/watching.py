"""The clock's look at sending: whatever a lost ring or a dead worker left behind goes on from here."""

import logging

from campaigns.actions.bells import ring_again
from campaigns.models import Campaign
from campaigns.sending.ledger.closing import finish_if_done
from campaigns.sending.ledger.counting import recount
from campaigns.sending.ledger.recovery import recover
from campaigns.sending.telling.waiting import standstills

log = logging.getLogger(__name__)

TICK, EVERY = 20, 60
"""Seconds between two looks of the clock; and between two words in the log about the same standstill."""


def tend_sending() -> None:
    """Free what vanished workers held, call settled campaigns sent, and count ranges again that changed."""
    recover()
    for campaign_id in Campaign.objects.sendable().values_list("pk", flat=True):
        finish_if_done(campaign_id)
    recount()


def watch_sending() -> int:
    """Tend, ring for whatever waits, and say what waits too long; answers for how many campaigns."""
    tend_sending()
    for one in standstills():
        if one.seconds % EVERY < TICK:
            log.error("Newsletter %s stands still for %d s. %s %s", one.campaign, one.seconds, one.why, one.what_to_do)
    return ring_again()
