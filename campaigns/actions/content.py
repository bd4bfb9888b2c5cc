"""Write a newsletter, copy it, send a test of it."""

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.content.merge import sample_values, splice
from campaigns.content.render import BrokenContent, check_content, render
from campaigns.models import Campaign
from crm.actions.outbox import queue_mail
from crm.errors import Refused
from crm.history import acting
from crm.models import OutboxMail, User


class ContentIsFrozen(Refused):
    """What a launched newsletter said is kept as it was."""

    def __init__(self) -> None:
        super().__init__(_("This newsletter was launched, so what it says stays as it is. Make a copy to change it."))


@transaction.atomic
def save_campaign(campaign: Campaign, *, by: User) -> Campaign:
    """Keep a draft; raises BrokenContent with every problem by place, or ContentIsFrozen."""
    if campaign.pk and Campaign.objects.select_for_update().get(pk=campaign.pk).state != Campaign.State.DRAFT:
        raise ContentIsFrozen
    if problems := check_content(campaign):
        raise BrokenContent(problems)
    with acting("save_campaign", by):
        if campaign.pk is None:
            campaign.created_by = by
        campaign.save()
    return campaign


@transaction.atomic
def copy_campaign(campaign: Campaign, *, by: User) -> Campaign:
    """A new draft that says the same to the same segments; nothing of the sending is taken over."""
    with acting("copy_campaign", by):
        copy = Campaign.objects.create(
            name=_("Copy of %(name)s") % {"name": campaign.name[:140]},
            topic=campaign.topic,
            subject=campaign.subject,
            subject_es=campaign.subject_es,
            preheader=campaign.preheader,
            preheader_es=campaign.preheader_es,
            blocks=campaign.blocks,
            uncertain_policy=campaign.uncertain_policy,
            created_by=by,
        )
        copy.include.set(campaign.include.all())
        copy.exclude.set(campaign.exclude.all())
    return copy


def send_test(campaign: Campaign, address: str, *, language: str = "en", by: User) -> OutboxMail:
    """Send the newsletter with an invented reader's values to `address`; raises BrokenContent or NotAnAddress.

    It leaves through the outbox and touches no ledger; `[Test]` stands before the subject.
    """
    said = render(campaign, language)
    values = sample_values(language)
    with acting("send_test", by):
        return queue_mail(
            purpose="newsletter-test",
            to=address.strip(),
            subject=f"[Test] {splice(said.subject, values, escape='header')}",
            text=splice(said.text, values, escape="text"),
            html=splice(said.html, values, escape="html"),
        )
