"""Waking workers: as many as there are ranges to share, a few at most."""

from django.db.models import QuerySet

from campaigns.models import Chunk
from campaigns.sending.limits import limits
from campaigns.sending.telling.waiting import QUEUE
from crm.bell import ring, unheard

TASK = "campaigns.tasks.send_chunks"


def ring_workers(campaign_id: int, *, besides: int = 0) -> int:
    """Ring for a campaign on commit, `besides` the bells that wait already; answers how often."""
    waiting = Chunk.objects.claimable().filter(campaign=campaign_id)[: limits().bells].count()
    missing = max(0, waiting - besides)
    for _ in range(missing):
        ring(TASK, campaign_id)
    return missing


def ring_again() -> int:
    """Ring for whatever has fewer bells than it may; answers how many campaigns have something to claim.

    Every bell rings on as long as there is work. Were all rung besides at every look, each newsletter would wait
    behind ever more bells of those before it.
    """
    wait = unheard(QUEUE, TASK)
    campaigns = list(_waiting())
    for campaign_id in campaigns:
        ring_workers(campaign_id, besides=wait[(campaign_id,)])
    return len(campaigns)


def ring_on(campaign_id: int) -> None:
    """Ring for what a turn left to do, unless bells enough wait for it already."""
    if unheard(QUEUE, TASK)[(campaign_id,)] < limits().bells:
        ring(TASK, campaign_id)


def ring_for_all() -> int:
    """Ring for every campaign that has something to claim; answers how many campaigns."""
    return sum(1 for campaign_id in _waiting() if ring_workers(campaign_id))


def _waiting() -> QuerySet[Chunk, int]:
    return Chunk.objects.claimable().order_by().values_list("campaign", flat=True).distinct()
