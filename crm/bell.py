"""The doorbell: work waits in rows, a task only says that there is some.

A lost ring loses nothing: the clock rings again, so a broker that is down is noted and never raised.
"""

import logging
from functools import partial

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring(task: Task, *args: object) -> None:
    """Publish `task` with `args` once the current transaction is committed."""
    transaction.on_commit(partial(_publish, task, args), robust=True)


def _publish(task: Task, args: tuple[object, ...]) -> None:
    try:
        task.apply_async(args=args, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("The broker did not take %s (%s); the clock will ring again", task.name, type(error).__name__)
