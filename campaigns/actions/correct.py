"""Correct a newsletter that had a mistake in it: drafts for those who got it and for those who did not.

    correct_campaign: the wrong one is paused, drafts are made     nothing is decided yet; drafts can be thrown away
    launching a draft: end_what_is_wrong, then the freeze          the wrong one is over, in the same transaction

Whom the wrong one reached is asked when a draft is launched, not when it is made.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.actions.content import copy_campaign
from campaigns.actions.control import end, pause_campaign
from campaigns.content.mistakes import corrected_subject, explanation
from campaigns.models import Campaign
from campaigns.sending.ledger.counting import uncount_all
from campaigns.sending.ledger.reached import missed_by, on_the_wire, reached_by
from crm.errors import Misstated, Refused
from crm.history import acting

State, Part = Campaign.State, Campaign.Part


class NotLaunchedYet(Refused):
    """A draft is changed, not corrected."""

    def __init__(self) -> None:
        super().__init__(_("This newsletter was not launched yet. Just change it."))


class CorrectedAlready(Refused):
    """There is a correction for these people."""


class NobodyToCorrect(Refused):
    """The newsletter reached nobody, or everybody."""


class StillSending(Refused):
    """What a correction corrects goes on."""


class StillOnTheWire(Refused):
    """Of some messages it is not known yet whether they arrive."""


class NobodyNamed(Misstated):
    """No part of the audience was asked for."""

    def __init__(self) -> None:
        super().__init__(_("Choose whom you want to write to."))


@transaction.atomic
def correct_campaign(campaign: Campaign, *, parts: Collection[str], by) -> list[Campaign]:
    """Make a draft for each of these parts (`got`, `rest`) of a newsletter's audience; if it is being sent, pause it.

    Raises NotLaunchedYet, CorrectedAlready, NobodyToCorrect or NobodyNamed and changes nothing then.
    """
    wrong = Campaign.objects.select_for_update(of=("self",)).select_related("topic").get(pk=campaign.pk)
    if wrong.launched_at is None or wrong.state == State.DRAFT:
        raise NotLaunchedYet
    if not parts or not set(parts) <= set(Part.values):
        raise NobodyNamed
    made = wrong.corrections.filter(part__in=parts).order_by("part").first()
    if made:
        raise CorrectedAlready(_("There is one for these people: “%(name)s”.") % {"name": made.name})
    with acting("correct_campaign", by):
        if wrong.state == State.SENDING:
            pause_campaign(wrong, by=by, reason=_("A correction is being written."))
        return [_draft(wrong, part, by) for part in Part.values if part in parts]


def _draft(wrong: Campaign, part: str, by) -> Campaign:
    """A copy for one part; what is told to those who got the wrong one begins with an explanation."""
    if not (reached_by if part == Part.GOT else missed_by)(wrong.pk).exists():
        raise NobodyToCorrect(
            _("Nobody got this newsletter, so there is nobody to send a correction to.")
            if part == Part.GOT
            else _("Everybody got this newsletter, so nobody is left who could get it corrected.")
        )
    copy = copy_campaign(wrong, by=by)
    copy.include.clear()
    copy.exclude.clear()
    copy.corrects, copy.part = wrong, part
    copy.name = (_("%(name)s, corrected") % {"name": wrong.name[:140]})[:160]
    if part == Part.GOT:
        copy.name = (_("Correction: %(name)s") % {"name": wrong.name[:140]})[:160]
        copy.subject_es = corrected_subject(wrong.subject_es or wrong.subject, "es")
        copy.subject = corrected_subject(wrong.subject, "en")
        copy.blocks = [explanation(wrong.launched_at), *wrong.blocks]  # type: ignore[arg-type]
    copy.save()
    return copy


def end_what_is_wrong(correction: Campaign) -> None:
    """Let nothing more of what `correction` corrects go out; for the transaction that freezes its audience.

    Raises StillSending, or StillOnTheWire while workers are not done with what they had in hand.
    """
    if correction.corrects_id is None:
        return
    wrong = Campaign.objects.select_for_update().get(pk=correction.corrects_id)
    name = {"name": wrong.name}
    if wrong.state == State.SENDING:
        raise StillSending(_("“%(name)s” is still being sent. Pause it first. Nothing was sent.") % name)
    uncount_all(wrong.pk)
    if left := on_the_wire(wrong.pk):
        said = ngettext(
            "%(n)s message of “%(name)s” is with its mail server at this moment. Nothing was sent; try again in a "
            "minute.",
            "%(n)s messages of “%(name)s” are with their mail servers at this moment. Nothing was sent; try again in a "
            "minute.",
            left,
        )
        raise StillOnTheWire(said % {"n": f"{left:,}", **name})
    if wrong.state == State.PAUSED:
        end(wrong, reason="corrected")
