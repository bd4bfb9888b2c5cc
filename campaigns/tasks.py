"""Doorbells of sending: a task says that there may be work, the ledger says what it is."""

from celery import shared_task

from campaigns.actions.watching import watch_sending
from campaigns.sending.worker import work
from crm.bell import ring


@shared_task
def send_chunks(campaign_id: int) -> None:
    """Send what is due of one campaign, and ring again when the turn ended before the work did."""
    if work(campaign_id).spent:
        ring("campaigns.tasks.send_chunks", campaign_id)


@shared_task
def watch() -> None:
    """Free what vanished workers held, finish what is done, and ring for what waits."""
    watch_sending()
