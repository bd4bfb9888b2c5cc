"""The ground floor as a Django app."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

ROOMS = ("checks", "cards", "panels", "searches", "navigation", "invariants", "privacy", "deeds", "exports", "metrics")


class CrmConfig(AppConfig):
    """Roles, history, outbox, jobs and the shell."""

    name = "crm"
    verbose_name = _("House")

    def ready(self) -> None:
        """Open every app's rooms that the shell shows, and seed the roles after a migrate."""
        for room in ROOMS:
            autodiscover_modules(room)
        post_migrate.connect(seed_after_last_app, dispatch_uid="crm.seed_roles")


def seed_after_last_app(sender: AppConfig, **_signal: object) -> None:
    """Permissions of every app are there only when the last one has been migrated."""
    from crm.models import Organisation
    from crm.roles import seed_roles

    with_models = [config for config in apps.get_app_configs() if config.models_module]
    if sender is with_models[-1]:
        seed_roles()
        Organisation.load()
