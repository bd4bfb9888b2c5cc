"""Engagement as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def _seed(**_kwargs: object) -> None:
    from engagement.actions import ensure_strategies

    ensure_strategies()


class EngagementConfig(AppConfig):
    """Events, conversations and the public site."""

    name = "engagement"
    verbose_name = _("Events and conversations")

    def ready(self) -> None:
        """Seed the strategies after every migration."""
        post_migrate.connect(_seed, sender=self, dispatch_uid="engagement_seed")
