"""How newsletters are found from the one search box."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from crm.models import User
from crm.searches import PER_SEARCH, SEARCHES, Hit


@SEARCHES.register("newsletters")
def newsletters(words: str, user: User) -> list[Hit]:
    """Newsletters by name or subject."""
    if not user.has_perm("campaigns.view_campaign"):
        return []
    found = Campaign.objects.all()
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(subject__icontains=word))
    return [
        Hit(
            title=campaign.name,
            kind=_("Newsletter"),
            url=reverse("admin:campaigns_campaign_change", args=[campaign.pk]),
            note=campaign.get_state_display(),
            icon="campaign",
        )
        for campaign in found[:PER_SEARCH]
    ]
