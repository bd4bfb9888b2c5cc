"""Decide about messages of which nobody knows whether they arrived."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.bells import ring_workers
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.closing import finish_if_done
from campaigns.sending.counting import uncount
from crm.errors import Refused
from crm.history import acting


class NotUncertain(Refused):
    """Nothing is uncertain about these messages (any more)."""

    def __init__(self) -> None:
        super().__init__(_("Somebody decided about these already, or their answer came in meanwhile."))


class CampaignIsOver(Refused):
    """A cancelled newsletter sends nothing more."""


@transaction.atomic
def mark_as_sent(campaign: Campaign, deliveries: Sequence[int] | None = None, *, by) -> int:
    """Take uncertain messages as arrived; all of the campaign when `deliveries` is None. Raises NotUncertain."""
    with acting("mark_as_sent", by):
        _hold_ranges(campaign, deliveries)
        settled = _uncertain(campaign, deliveries).update(
            state="accepted", reason="marked_sent", sent_at=F("intent_at")
        )
    if not settled:
        raise NotUncertain
    _wake(campaign)
    return settled


@transaction.atomic
def send_again(campaign: Campaign, deliveries: Sequence[int] | None = None, *, by) -> int:
    """Queue uncertain messages again, under the same Message-ID. Raises NotUncertain or CampaignIsOver."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state == Campaign.State.CANCELLED:
        raise CampaignIsOver(_("This newsletter was cancelled, so nothing more of it is sent."))
    with acting("send_again", by):
        _hold_ranges(campaign, deliveries)
        queued = _uncertain(campaign, deliveries).update(state="queued", reason="", attempts=0, breaks=0)
    if not queued:
        raise NotUncertain
    _wake(campaign)
    return queued


def _uncertain(campaign: Campaign, deliveries: Sequence[int] | None):
    rows = Delivery.objects.filter(campaign=campaign, state=Delivery.State.UNCERTAIN)
    return rows if deliveries is None else rows.filter(pk__in=list(deliveries))


def _hold_ranges(campaign: Campaign, deliveries: Sequence[int] | None) -> None:
    """Ranges before messages, as workers hold them."""
    uncount(_uncertain(campaign, deliveries).values_list("pk", flat=True))


def _wake(campaign: Campaign) -> None:
    """Look now at the ranges that waited for the decision."""
    inside = Delivery.objects.filter(
        campaign=campaign, pk__gte=OuterRef("first_id"), pk__lte=OuterRef("last_id")
    ).unsettled()
    open_ranges = Chunk.objects.filter(campaign=campaign, done=False)
    open_ranges.filter(~Exists(inside), lease_until=None).update(done=True)
    open_ranges.filter(due_at__gt=timezone.now()).update(due_at=None, touched_at=timezone.now())
    transaction.on_commit(lambda: finish_if_done(campaign.pk))
    ring_workers(campaign.pk)
