"""Pause, resume, finish and cancel a campaign that is on its way; workers obey at their next group, within seconds."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.bells import ring_workers
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.sending.ledger.breaker import start_anew
from campaigns.sending.ledger.closing import finish_if_done
from campaigns.sending.ledger.counting import uncount_all
from crm.errors import Refused
from crm.history import acting

State = Campaign.State


class NotSending(Refused):
    """There is nothing to pause or cancel."""


class NothingLeft(Refused):
    """Everybody was written to, or failed, or is uncertain."""

    def __init__(self) -> None:
        super().__init__(_("Nothing is left to send: nobody waits, and nobody was put off."))


class NotPaused(Refused):
    """There is nothing to resume."""


@transaction.atomic
def pause_campaign(campaign: Campaign, *, by, reason: str = "") -> Campaign:
    """Hold everything that is not on the wire yet; raises NotSending."""
    campaign = _locked(campaign, {State.SENDING}, NotSending(_("This newsletter is not being sent at the moment.")))
    with acting("pause_campaign", by):
        campaign.state, campaign.pause_reason = State.PAUSED, reason[:200]
        campaign.save(update_fields=["state", "pause_reason", "updated_at"])
    return campaign


@transaction.atomic
def resume_campaign(campaign: Campaign, *, by) -> Campaign:
    """Go on where it stopped, judged only by what comes from now on; raises NotPaused."""
    campaign = _locked(campaign, {State.PAUSED}, NotPaused(_("This newsletter is not paused.")))
    with acting("resume_campaign", by):
        start_anew(campaign.pk)
        campaign.state, campaign.pause_reason = State.SENDING, ""
        campaign.save(update_fields=["state", "pause_reason", "updated_at"])
    transaction.on_commit(lambda: finish_if_done(campaign.pk))
    ring_workers(campaign.pk)
    return campaign


@transaction.atomic
def finish_sending(campaign: Campaign, *, by) -> int:
    """Try at once everything that is left, put off or waiting, paused or not; answers how many messages.

    Uncertain and failed ones are left alone; what is put off again waits as usual. Raises NotSending or NothingLeft.
    """
    refusal = NotSending(_("Only a newsletter that is being sent or is paused has something left to send."))
    campaign = _locked(campaign, {State.SENDING, State.PAUSED}, refusal)
    with acting("finish_sending", by):
        left = _make_due(campaign)
        if not left:
            raise NothingLeft
        start_anew(campaign.pk)
        campaign.state, campaign.pause_reason = State.SENDING, ""
        campaign.save(update_fields=["state", "pause_reason", "updated_at"])
    ring_workers(campaign.pk)
    return left


def _make_due(campaign: Campaign) -> int:
    """Let nothing wait for its hour any more; ranges are held before messages, as workers hold them."""
    ranges = Chunk.objects.filter(campaign=campaign, done=False).order_by("pk")
    held = list(ranges.select_for_update().values_list("pk", flat=True))
    messages = Delivery.objects.filter(campaign=campaign)
    put_off = messages.filter(state="deferred").update(next_attempt_at=timezone.now())
    Chunk.objects.filter(pk__in=held, due_at__gt=timezone.now()).update(due_at=None, touched_at=timezone.now())
    return put_off + messages.filter(state="queued").count()


@transaction.atomic
def cancel_campaign(campaign: Campaign, *, by) -> Campaign:
    """Never send what has not been sent: the waiting messages become skipped, for good. Raises NotSending."""
    refusal = NotSending(_("Only a newsletter that is being sent or is paused can be cancelled."))
    campaign = _locked(campaign, {State.SENDING, State.PAUSED}, refusal)
    with acting("cancel_campaign", by):
        end(campaign, reason="cancelled")
    return campaign


def end(campaign: Campaign, *, reason: str) -> None:
    """Nothing more of a held campaign is sent; what waits is skipped for `reason`."""
    campaign.state, campaign.finished_at = State.CANCELLED, timezone.now()
    campaign.save(update_fields=["state", "finished_at", "updated_at"])
    uncount_all(campaign.pk)
    waiting = Delivery.objects.filter(campaign=campaign, state__in=["queued", "deferred"])
    waiting.update(state="skipped", reason=reason, next_attempt_at=None)


def _locked(campaign: Campaign, states: set, refusal: Refused) -> Campaign:
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if locked.state not in states:
        raise refusal
    return locked
