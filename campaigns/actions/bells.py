"""Waking workers: as many as there are ranges to share, a few at most."""

from campaigns.models import Chunk
from campaigns.sending.limits import limits
from crm.bell import ring


def ring_workers(campaign_id: int) -> int:
    """Ring for a campaign on commit; answers how often."""
    waiting = Chunk.objects.claimable().filter(campaign=campaign_id)[: limits().bells].count()
    for _ in range(waiting):
        ring("campaigns.tasks.send_chunks", campaign_id)
    return waiting


def ring_for_all() -> int:
    """Ring for every campaign that has something to claim; answers how many campaigns."""
    campaigns = Chunk.objects.claimable().order_by().values_list("campaign", flat=True).distinct()
    return sum(1 for campaign_id in campaigns if ring_workers(campaign_id))
