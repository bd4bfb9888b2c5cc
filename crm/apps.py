"""The ground floor as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """Roles, history, outbox, jobs and the shell."""

    name = "crm"
    verbose_name = _("House")
