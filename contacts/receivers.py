"""What contacts does when it hears news."""

from django.apps import apps
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from contacts.actions.taxonomy import seed_taxonomy


@receiver(post_migrate, sender=apps.get_app_config("contacts"))
def seed_after_migrate(**news) -> None:
    """A migrated house has its types and topics."""
    seed_taxonomy()
