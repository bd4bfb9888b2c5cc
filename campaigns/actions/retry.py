"""Try the failed messages of a campaign once more, and nothing else."""

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.bells import ring_workers
from campaigns.models import Attempt, Campaign
from campaigns.sending.ledger.attempts import Note, note_attempts
from campaigns.sending.ledger.breaker import start_anew
from crm.errors import Refused
from crm.history import acting

State = Campaign.State

HOLD = """
SELECT chunk.id FROM campaigns_chunk AS chunk WHERE chunk.campaign_id = %(campaign)s AND EXISTS (
    SELECT FROM campaigns_delivery AS delivery WHERE delivery.id BETWEEN chunk.first_id AND chunk.last_id
      AND delivery.campaign_id = chunk.campaign_id AND delivery.state = 'failed')
ORDER BY chunk.id FOR UPDATE
"""
"""Ranges before messages, as workers hold them; whoever gives a range back meanwhile then sees that messages wait."""

FAILED = """
SELECT delivery.id FROM campaigns_delivery AS delivery JOIN campaigns_chunk AS chunk
    ON chunk.id = ANY(%(chunks)s) AND delivery.id BETWEEN chunk.first_id AND chunk.last_id
   AND delivery.campaign_id = chunk.campaign_id
WHERE delivery.state = 'failed' ORDER BY delivery.id FOR UPDATE OF delivery
"""

QUEUE = """
UPDATE campaigns_delivery SET state = 'queued', reason = '', attempts = 0, breaks = 0, next_attempt_at = NULL
WHERE id = ANY(%(failed)s)
"""

REOPEN = """
UPDATE campaigns_chunk SET done = false, due_at = NULL, counted = false, touched_at = now() WHERE id = ANY(%(chunks)s)
"""
"""Owner, lease and epoch stay: whoever holds the range goes on, and what an older holder still writes is not taken."""


class NotRetried(Refused):
    """The campaign is in a state in which nothing failed is tried again."""


class NothingFailed(Refused):
    """No message of the campaign failed, or they were queued again already."""

    def __init__(self) -> None:
        super().__init__(_("No message of this newsletter has failed, or somebody had them tried again already."))


@transaction.atomic
def retry_failed(campaign: Campaign, *, by) -> int:
    """Queue exactly what failed again, under the same Message-IDs; the campaign goes on sending. Answers how many.

    Who left or must not be mailed since is skipped just before the wire, like everybody else.
    Raises NotRetried or NothingFailed and changes nothing then.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state not in {State.SENDING, State.SENT} or campaign.is_corrected():
        raise NotRetried(_why_not(campaign))
    with acting("retry_failed", by):
        queued = _queue(campaign.pk, by)
        if not queued:
            raise NothingFailed
        start_anew(campaign.pk)
        campaign.state, campaign.finished_at = State.SENDING, None
        campaign.save(update_fields=["state", "finished_at", "updated_at"])
    ring_workers(campaign.pk)
    return queued


def _why_not(campaign: Campaign) -> str:
    if campaign.state == State.CANCELLED:
        return _("This newsletter was cancelled, so nothing more of it is sent.")
    if campaign.state == State.PAUSED:
        return _("This newsletter is paused. Go on sending first, then have the failed ones tried again.")
    if campaign.state == State.DRAFT:
        return _("This newsletter was not launched yet.")
    return _("This newsletter was corrected, so nothing more of it is sent.")


def _queue(campaign_id: int, by) -> int:
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"campaign": campaign_id})
        chunks = {"chunks": [pk for (pk,) in cursor.fetchall()]}
        cursor.execute(FAILED, chunks)
        failed = [pk for (pk,) in cursor.fetchall()]
        now = timezone.now()
        note_attempts(Note(pk, Attempt.What.RETRIED, now, by=by.pk if by else None) for pk in failed)
        cursor.execute(QUEUE, {"failed": failed})
        cursor.execute(REOPEN, chunks)
    return len(failed)
