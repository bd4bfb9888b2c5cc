"""The doorbell: work waits in rows, a task only says that there is some.

A lost ring loses nothing: the clock rings again, so a broker that is down is noted and never raised.
"""

import base64
import json
import logging
from collections import Counter
from functools import partial
from typing import Any

import redis
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


def unheard(queue: str, task: str) -> Counter[tuple[object, ...]]:
    """How many bells of a task wait in a queue, by their arguments; empty where the broker cannot be asked."""
    try:
        with current_app.connection_for_write() as broker:
            waiting = [json.loads(one) for one in broker.default_channel.client.lrange(queue, 0, -1)]
    except (OperationalError, OSError, redis.RedisError) as error:
        log.info("Which bells wait could not be asked (%s)", type(error).__name__)
        return Counter()
    return Counter(_arguments(one) for one in waiting if one["headers"]["task"] == task)


def _arguments(message: dict[str, Any]) -> tuple[object, ...]:
    """With what a task of Celery's second protocol is called."""
    arguments, *_more = json.loads(base64.b64decode(message["body"]))
    return tuple(arguments)
