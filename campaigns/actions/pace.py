"""How fast newsletters leave, as people set it: one campaign slowed down, quiet hours and the warm-up for all."""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.bells import ring_for_all, ring_workers
from campaigns.actions.control import NotSending
from campaigns.models import Campaign, SendingRules
from crm.errors import Refused
from crm.history import acting
from crm.models import Organisation

State = Campaign.State
FASTEST = 10_000_000
"""Messages an hour; more than this is no limit."""


class NoPace(Refused):
    """So many messages an hour cannot be sent."""

    def __init__(self) -> None:
        super().__init__(
            _("Say how many messages an hour it may be: a number from 1 to %(most)s.") % {"most": f"{FASTEST:,}"}
        )


@transaction.atomic
def set_pace(campaign: Campaign, *, per_hour: int | None, by) -> Campaign:
    """Send so many messages of it an hour at most, or, with None, as many as can be; workers obey within seconds.

    Raises NoPace, and NotSending for a campaign that is not on its way.
    """
    if per_hour is not None and not 1 <= per_hour <= FASTEST:
        raise NoPace
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state not in {State.SENDING, State.PAUSED}:
        raise NotSending(_("Only a newsletter that is being sent or is paused can be slowed down."))
    with acting("slow_down" if per_hour else "send_freely", by):
        campaign.per_hour = per_hour
        campaign.save(update_fields=["per_hour", "updated_at"])
    ring_workers(campaign.pk)
    return campaign


@transaction.atomic
def save_sending_rules(rules: SendingRules, *, by) -> SendingRules:
    """Keep the quiet hours and the warm-up; a plan that is switched on without a first day begins today."""
    with acting("save_sending_rules", by):
        if rules.warm_up and rules.warm_up_since is None:
            rules.warm_up_since = timezone.localdate(timezone=ZoneInfo(Organisation.load().time_zone))
        rules.save()
    ring_for_all()
    return rules
