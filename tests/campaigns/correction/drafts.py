"""A newsletter that had a mistake in it, and corrections that are ready to leave."""

import json
from collections.abc import Iterable

from django.utils import timezone

from campaigns.actions.content import save_campaign
from campaigns.actions.correct import correct_campaign
from campaigns.content.mistakes import GAPS
from campaigns.models import Campaign, Delivery
from campaigns.sending.ledger.counting import uncount_all
from tests.campaigns.ledger import launched

PARAGRAPH = {"kind": "text", "text": {"en": "Come on Sunday.", "es": "Venga el domingo."}}


def wrong_one(*fates: str) -> Campaign:
    """A paused newsletter to one person for each fate, Person 0 and so on."""
    campaign = launched(len(fates), subject="October", subject_es="Octubre")
    rows = Delivery.objects.filter(campaign=campaign).order_by("pk")
    for row, fate in zip(rows, fates, strict=True):
        handed = timezone.now() if fate not in {"queued", "skipped"} else None
        sent = handed if fate in {"accepted", "delivered", "complained"} else None
        Delivery.objects.filter(pk=row.pk).update(state=fate, intent_at=handed, sent_at=sent)
    Campaign.objects.filter(pk=campaign.pk).update(state="paused")
    uncount_all(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def filled_in(campaign: Campaign, by) -> Campaign:
    """The draft with every gap filled in."""
    said = json.dumps(campaign.blocks, ensure_ascii=False)
    for gap in [gap for gaps in GAPS.values() for gap in gaps]:
        said = said.replace(gap, "it is on Saturday")
    campaign.blocks = [*json.loads(said), PARAGRAPH]
    return save_campaign(campaign, by=by)


def drafts(campaign: Campaign, by, parts: Iterable[str] = ("got", "rest")) -> list[Campaign]:
    """Drafts that are ready to leave."""
    return [filled_in(draft, by) for draft in correct_campaign(campaign, parts=list(parts), by=by)]


def audience(campaign: Campaign) -> list[str]:
    """The names of everybody in the ledger."""
    return sorted(Delivery.objects.filter(campaign=campaign).values_list("stakeholder__name", flat=True))


def named(*numbers: int) -> list[str]:
    """What the people with these numbers are called."""
    return [f"Person {number}" for number in numbers]
