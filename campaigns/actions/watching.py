"""The clock's look at sending: whatever a lost ring or a dead worker left behind goes on from here."""

from campaigns.actions.bells import ring_for_all
from campaigns.models import Campaign
from campaigns.sending.closing import finish_if_done
from campaigns.sending.counting import recount
from campaigns.sending.recovery import recover


def tend_sending() -> None:
    """Free what vanished workers held, call settled campaigns sent, and count ranges again that changed."""
    recover()
    for campaign_id in Campaign.objects.sendable().values_list("pk", flat=True):
        finish_if_done(campaign_id)
    recount()


def watch_sending() -> int:
    """Tend, and ring for whatever waits; answers for how many campaigns."""
    tend_sending()
    return ring_for_all()
