"""Celery doors of the ground floor."""

from celery import shared_task

from crm.actions.outbox import deliver_due_mails


@shared_task
def send_outbox() -> None:
    """Deliver the single mails that are due; rung by verbs and every minute by the clock."""
    deliver_due_mails()
