"""Engagement as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def _seed(**_kwargs: object) -> None:
    from engagement.actions import ensure_news, ensure_strategies

    ensure_strategies()
    ensure_news()


class EngagementConfig(AppConfig):
    """Events, conversations and the public site."""

    name = "engagement"
    verbose_name = _("Events and conversations")

    def ready(self) -> None:
        """Offer criteria to segments, events to imports; seed strategies and the first news after every migration."""
        import engagement.criteria
        import engagement.occasions
        import engagement.receivers  # noqa: F401

        post_migrate.connect(_seed, sender=self, dispatch_uid="engagement_seed")
