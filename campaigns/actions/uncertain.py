"""Decide about messages of which nobody knows whether they arrived, and take a decision back.

Each holds the campaign, then ranges, then messages, in their order, as every verb of sending does; each leaves in the
history of the message who decided.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.bells import ring_workers
from campaigns.models import Attempt, Campaign, Chunk, Delivery
from campaigns.sending.ledger.attempts import Note, note_attempts
from campaigns.sending.ledger.closing import finish_if_done
from campaigns.sending.ledger.counting import uncount
from crm.errors import Refused
from crm.history import acting

What = Attempt.What
DECISIONS = (What.ARRIVED, What.AGAIN, What.GIVEN_UP)

TAKE_BACK = """
UPDATE campaigns_delivery AS delivery
SET state = 'uncertain', reason = coalesce(earlier.reply, ''), sent_at = NULL, attempts = note.number
FROM campaigns_attempt AS note LEFT JOIN LATERAL (
    SELECT reply FROM campaigns_attempt AS before WHERE before.delivery_id = note.delivery_id AND before.id < note.id
      AND before.what = 'uncertain' ORDER BY before.id DESC LIMIT 1) AS earlier ON true
WHERE note.id = ANY(%s) AND delivery.id = note.delivery_id
"""

REOPEN = """
UPDATE campaigns_chunk AS chunk SET done = false, due_at = NULL, touched_at = now()
WHERE chunk.campaign_id = %s AND EXISTS (
    SELECT FROM unnest(%s::bigint[]) AS known WHERE known BETWEEN chunk.first_id AND chunk.last_id)
"""


class NotUncertain(Refused):
    """Nothing is uncertain about these messages (any more)."""

    def __init__(self) -> None:
        super().__init__(_("Somebody decided about these already, or their answer came in meanwhile."))


class CampaignIsOver(Refused):
    """A cancelled or corrected newsletter sends nothing more."""


class NothingToUndo(Refused):
    """Nothing of a decision can be taken back any more."""

    def __init__(self) -> None:
        super().__init__(_("This cannot be taken back any more: the messages went out, or somebody decided anew."))


@transaction.atomic
def mark_as_sent(campaign: Campaign, deliveries: Sequence[int] | None = None, *, by) -> int:
    """Take uncertain messages as arrived; all of the campaign when `deliveries` is None. Raises NotUncertain."""
    with acting("mark_as_sent", by):
        campaign = _hold(campaign)
        held, ranges = _uncertain(campaign, deliveries)
        _note(held, What.ARRIVED, by)
        _becomes(held, "accepted", "marked_sent", sent_at=F("intent_at"))
    _wake(campaign, ranges)
    return len(held)


@transaction.atomic
def send_again(campaign: Campaign, deliveries: Sequence[int] | None = None, *, by) -> int:
    """Queue uncertain messages again, under the same Message-ID. Raises NotUncertain or CampaignIsOver."""
    with acting("send_again", by):
        campaign = _hold(campaign)
        if campaign.state == Campaign.State.CANCELLED:
            raise CampaignIsOver(_("This newsletter was cancelled, so nothing more of it is sent."))
        held, ranges = _uncertain(campaign, deliveries)
        _note(held, What.AGAIN, by)
        _becomes(held, "queued", "", attempts=0, breaks=0)
    _wake(campaign, ranges)
    return len(held)


@transaction.atomic
def give_up(campaign: Campaign, deliveries: Sequence[int] | None = None, *, by) -> int:
    """Never send these uncertain messages again, without claiming that they arrived. Raises NotUncertain."""
    with acting("give_up", by):
        campaign = _hold(campaign)
        held, ranges = _uncertain(campaign, deliveries)
        _note(held, What.GIVEN_UP, by)
        _becomes(held, "skipped", "given_up")
    _wake(campaign, ranges)
    return len(held)


@transaction.atomic
def undo_decision(campaign: Campaign, at: datetime, *, by) -> int:
    """Make uncertain again what was decided at this moment, as far as nothing happened since.

    Raises NothingToUndo or CampaignIsOver.
    """
    with acting("undo_decision", by):
        campaign = _hold(campaign)
        notes = dict(decided(campaign).filter(at=at).order_by("delivery").values_list("delivery", "pk"))
        uncount(notes)
        list(Delivery.objects.filter(pk__in=notes).order_by("pk").select_for_update().values_list("pk"))
        notes = dict(decided(campaign).filter(pk__in=notes.values()).values_list("delivery", "pk"))
        if not notes:
            raise NothingToUndo
        with connection.cursor() as cursor:
            cursor.execute(TAKE_BACK, [list(notes.values())])
            cursor.execute(REOPEN, [campaign.pk, list(notes)])
        _note(list(notes), What.UNDONE, by)
        if campaign.state == Campaign.State.SENT:
            if campaign.is_corrected():
                raise CampaignIsOver(_("This newsletter was corrected, so nothing more of it is sent."))
            campaign.state, campaign.finished_at = Campaign.State.SENDING, None
            campaign.save(update_fields=["state", "finished_at", "updated_at"])
    ring_workers(campaign.pk)
    return len(notes)


def decided(campaign: Campaign) -> QuerySet[Attempt]:
    """What people decided about uncertain messages and nothing has overtaken since: it can be taken back."""
    later = Attempt.objects.filter(delivery=OuterRef("delivery"), pk__gt=OuterRef("pk"))
    still = (
        Q(what=What.ARRIVED, delivery__state="accepted", delivery__reason="marked_sent")
        | Q(what=What.GIVEN_UP, delivery__state="skipped", delivery__reason="given_up")
        | Q(what=What.AGAIN, delivery__state="queued")
    )
    return Attempt.objects.filter(still, ~Exists(later), delivery__campaign=campaign, by__isnull=False)


def _hold(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update().get(pk=campaign.pk)


def _uncertain(campaign: Campaign, deliveries: Sequence[int] | None) -> tuple[list[int], list[int]]:
    """The uncertain messages among these and their ranges, which are held first; raises NotUncertain."""
    rows = Delivery.objects.filter(campaign=campaign, state=Delivery.State.UNCERTAIN).order_by("pk")
    asked = rows if deliveries is None else rows.filter(pk__in=list(deliveries))
    pks = list(asked.values_list("pk", flat=True))
    ranges = uncount(pks)
    held = list(rows.filter(pk__in=pks).select_for_update().values_list("pk", flat=True))
    if not held:
        raise NotUncertain
    return held, ranges


def _note(deliveries: Sequence[int], what: Attempt.What, by) -> None:
    """Say in the history of each message who decided what, at one moment, by which it can be taken back."""
    now = timezone.now()
    note_attempts(Note(pk, what, now, by=by.pk if by else None) for pk in deliveries)


def _becomes(deliveries: Sequence[int], state: str, reason: str, **more: Any) -> None:
    Delivery.objects.filter(pk__in=deliveries).update(state=state, reason=reason, **more)


def _wake(campaign: Campaign, ranges: Sequence[int]) -> None:
    """Look now at the ranges that waited for the decision; they are held."""
    inside = Delivery.objects.filter(
        campaign=campaign, pk__gte=OuterRef("first_id"), pk__lte=OuterRef("last_id")
    ).unsettled()
    open_ranges = Chunk.objects.filter(pk__in=ranges, done=False)
    open_ranges.filter(~Exists(inside), lease_until=None).update(done=True)
    open_ranges.filter(due_at__gt=timezone.now()).update(due_at=None, touched_at=timezone.now())
    transaction.on_commit(lambda: finish_if_done(campaign.pk))
    ring_workers(campaign.pk)
