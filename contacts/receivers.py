"""What contacts does when it hears news."""

from django.apps import apps
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from contacts.actions.bounces import note_hard_bounce
from contacts.actions.taxonomy import seed_taxonomy
from crm.models import OutboxMail
from crm.signals import mail_came_back


@receiver(post_migrate, sender=apps.get_app_config("contacts"))
def seed_after_migrate(**news) -> None:
    """A migrated house has its types and topics."""
    seed_taxonomy()


@receiver(mail_came_back)
def mark_where_nobody_is(mail_id: int, **news) -> None:
    """An address that a single mail came back from is bad for newsletters, too."""
    mail = OutboxMail.objects.filter(pk=mail_id).first()
    if mail:
        note_hard_bounce(mail.to, source=f"mail:{mail_id}")
