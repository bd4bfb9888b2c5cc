"""The project itself as an app: it carries the templates and commands that belong to no storey."""

from django.apps import AppConfig


class AllianceConfig(AppConfig):
    """Wiring only; it owns no model."""

    name = "config"
    label = "config"
