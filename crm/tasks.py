"""Celery doors of the ground floor."""

from celery import shared_task

from crm.actions import exports, looking
from crm.actions.outbox import deliver_due_mails
from crm.bell import ring


@shared_task
def send_outbox() -> None:
    """Deliver the single mails that are due; rung by verbs and every minute by the clock."""
    deliver_due_mails()


@shared_task
def write_export(export_id: str) -> None:
    """Write a list that somebody asked for."""
    exports.write_export(export_id)


@shared_task
def resume_exports() -> None:
    """Ring again for lists whose worker is gone; the clock calls this every minute."""
    for pk in exports.exports_left_behind():
        ring("crm.tasks.write_export", pk)


@shared_task
def remove_old_exports() -> None:
    """Remove exported files whose time is over; the clock calls this every hour."""
    exports.remove_old_exports()


@shared_task
def look_at_promises(job_id: str) -> None:
    """Look whether every promise holds, because somebody asked."""
    looking.look_at_promises(job_id)


@shared_task
def look_tonight() -> None:
    """Have a look taken that nobody asked for; the clock calls this once a night."""
    looking.ask_to_look(by=None)


@shared_task
def resume_looks() -> None:
    """Ring again for looks whose worker is gone; the clock calls this every minute."""
    for pk in looking.looks_left_behind():
        ring("crm.tasks.look_at_promises", pk)
