"""Celery doors of contacts."""

from celery import shared_task

from contacts.actions import forget_old_requests as forget


@shared_task
def forget_old_requests() -> None:
    """Delete join requests older than two weeks; the clock rings every night."""
    forget()
