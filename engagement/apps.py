"""Engagement as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    """Events, conversations and the public site."""

    name = "engagement"
    verbose_name = _("Events and conversations")
