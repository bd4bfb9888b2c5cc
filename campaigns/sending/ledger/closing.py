"""What follows from outcomes: addresses that do not exist, campaigns that are finished or must wait."""

import logging
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Campaign, Delivery
from contacts.actions.bounces import note_hard_bounces
from crm.history import ENGINE, acting

log = logging.getLogger(__name__)

HOLD = "SELECT FROM campaigns_campaign WHERE id = %s FOR NO KEY UPDATE"
"""Held first, in a statement of its own, so that ranges reopened by whoever held the campaign until now are seen."""

FINISH = """
UPDATE campaigns_campaign SET state = 'sent', finished_at = now(), updated_at = now()
WHERE id = %s AND state = 'sending'
  AND NOT EXISTS (SELECT FROM campaigns_chunk WHERE campaign_id = campaigns_campaign.id AND NOT done)
"""


def finish_if_done(campaign_id: int) -> bool:
    """Call a campaign sent when every message of it is settled; False when it is not (or not any more) sending."""
    with acting("finish_campaign", doer=ENGINE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HOLD, [campaign_id])
        cursor.execute(FINISH, [campaign_id])
        return cursor.rowcount == 1


def pause_for(campaign_id: int, why: str) -> None:
    """Stop a campaign that cannot go on without a person, and say why."""
    with acting("pause_for", doer=ENGINE):
        paused = Campaign.objects.filter(pk=campaign_id, state=Campaign.State.SENDING).update(
            state=Campaign.State.PAUSED, pause_reason=why[:200], updated_at=timezone.now()
        )
    if paused:
        log.warning("Newsletter %s was paused: %s", campaign_id, why)


def close_addresses(bounced: Sequence[int]) -> None:
    """Keep the book true: an address that the mail server does not know is bad from now on.

    `bounced` are the deliveries that came back for it.
    """
    if bounced:
        theirs = Delivery.objects.filter(pk__in=bounced, stakeholder__isnull=False).values_list("address", "campaign")
        note_hard_bounces({address: f"campaign:{campaign_id}" for address, campaign_id in theirs})
