"""The project itself as an app: it carries the templates and commands that belong to no storey."""

from django.apps import AppConfig


class AllianceConfig(AppConfig):
    """Wiring only; it owns no model."""

    name = "config"
    label = "config"

    def ready(self) -> None:
        """Say how workers are asked for."""
        from config.health.questions import is_heard
        from crm.listening import LISTENING

        LISTENING.add("pulse", is_heard)
