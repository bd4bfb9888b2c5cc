"""What newsletters do about single mails."""

from django.dispatch import receiver

from campaigns.sending.rates.advance import pay_for_one
from crm.signals import mail_left


@receiver(mail_left)
def count_single_mail(sender: object, **_more: object) -> None:
    """Everything that leaves is counted for the rate of everything."""
    pay_for_one()
