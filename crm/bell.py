"""The doorbell: work waits in rows, a task only says that there is some.

A lost ring loses nothing: the clock rings again, so a broker that is down is noted and never raised.
"""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring(task: str, *args: object) -> None:
    """Publish the task of that name ("crm.tasks.send_outbox") with `args` once the current transaction is committed.

    By name, because tasks are doors and stand above the verbs that ring.
    """
    transaction.on_commit(partial(_publish, task, args), robust=True)


def _publish(task: str, args: tuple[object, ...]) -> None:
    try:
        current_app.send_task(task, args=args, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("The broker did not take %s (%s); the clock will ring again", task, type(error).__name__)
