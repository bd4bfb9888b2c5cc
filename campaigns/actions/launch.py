"""Launch: freeze what is said and to whom, then let the workers know."""

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaigns.actions.bells import ring_workers
from campaigns.actions.correct import end_what_is_wrong
from campaigns.content.mistakes import gaps_in
from campaigns.content.render import BrokenContent, check_content, render
from campaigns.models import Campaign, Delivery, Variant
from campaigns.sending.ledger.audience import Audience, freeze_audience, left_out_words
from campaigns.sending.ledger.chunks import make_chunks
from crm.errors import Refused
from crm.history import acting


class NotADraft(Refused):
    """The campaign was launched before."""

    def __init__(self) -> None:
        super().__init__(_("This newsletter was launched already."))


class NothingToSend(Refused):
    """Nobody in the audience may be written to."""


@transaction.atomic
def launch_campaign(campaign: Campaign, *, by) -> Campaign:
    """Freeze the audience: one queued Delivery per address we may write to, once; workers start on commit.

    What a correction corrects is ended first. Raises NotADraft, BrokenContent, NothingToSend, StillSending or
    StillOnTheWire and changes nothing then.
    """
    campaign = Campaign.objects.select_for_update().select_related("topic").get(pk=campaign.pk)
    if campaign.state != Campaign.State.DRAFT:
        raise NotADraft
    if problems := [*check_content(campaign), *gaps_in(campaign)]:
        raise BrokenContent(problems)
    with acting("launch_campaign", by):
        end_what_is_wrong(campaign)
        audience = freeze_audience(campaign)
        if not audience.size:
            raise NothingToSend(_why_nobody(campaign, audience))
        _freeze_content(campaign)
        make_chunks(campaign.pk)
        _start(campaign, audience, by)
    ring_workers(campaign.pk)
    return campaign


def _freeze_content(campaign: Campaign) -> None:
    """Keep what is said in every language somebody in the audience reads."""
    languages = Delivery.objects.filter(campaign=campaign).order_by().values_list("language", flat=True).distinct()
    for language in sorted(languages):
        with translation.override(language):
            said = render(campaign, language)
        Variant.objects.create(
            campaign=campaign, language=language, subject=said.subject, html=said.html, text=said.text
        )


def _start(campaign: Campaign, audience: Audience, by) -> None:
    campaign.state = Campaign.State.SENDING
    campaign.audience_size = audience.size
    campaign.left_out = audience.left_out
    campaign.launched_by = by
    campaign.launched_at = timezone.now()
    campaign.save(update_fields=["state", "audience_size", "left_out", "launched_by", "launched_at", "updated_at"])


def _why_nobody(campaign: Campaign, audience: Audience) -> str:
    reasons = "; ".join(f"{count:,} {left_out_words(why, count)}" for why, count in sorted(audience.left_out.items()))
    if campaign.corrects_id and not reasons:
        return _("There is nobody whom this could go to. Nothing was sent.")
    if campaign.corrects_id:
        return _("Nobody whom this would go to may be written to: %(reasons)s. Nothing was sent.") % {
            "reasons": reasons
        }
    if not campaign.include.exists():
        return _("Choose at least one segment to send to.")
    if not audience.left_out:
        return _("Nobody is in the chosen segments. Nothing was sent.")
    return _("Nobody in the chosen segments may be written to: %(reasons)s. Nothing was sent.") % {"reasons": reasons}
