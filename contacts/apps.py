"""Contacts as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    """Stakeholders, consent, imports and segments."""

    name = "contacts"
    verbose_name = _("People")

    def ready(self) -> None:
        """Listen to news and offer what contacts has to the registries."""
        import contacts.criteria
        import contacts.receivers  # noqa: F401
