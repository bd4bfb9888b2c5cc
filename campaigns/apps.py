"""Campaigns as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """Newsletters and the send ledger."""

    name = "campaigns"
    verbose_name = _("Outreach")

    def ready(self) -> None:
        """Offer what newsletters have to the registries."""
        import campaigns.checks
        import campaigns.criteria
        import campaigns.receivers  # noqa: F401
