"""The worker's pulse: every worker says every few seconds which queues it listens to."""

import time
from typing import Any

import redis
from celery import bootsteps

SECONDS = 5.0
KEPT = 20
"""Seconds a pulse counts; a worker that missed three is not there."""


def pulse_key(queue: str) -> str:
    """Where the pulse of a queue's worker stands."""
    return f"pulse:{queue}"


def pulses_key(queue: str) -> str:
    """Where all of the queue's workers stand, each with the time of its last sign."""
    return f"pulses:{queue}"


class Pulse(bootsteps.StartStopStep):
    """A part of every worker, run by its own main loop: a worker that hangs has no pulse."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._repeated: Any = None
        self._server: redis.Redis | None = None

    def start(self, parent: Any) -> None:
        """Give the first sign now and the next ones by the clock of the worker."""
        self._beat(parent)
        self._repeated = parent.timer.call_repeatedly(SECONDS, self._beat, (parent,))

    def stop(self, parent: Any) -> None:
        """Give no more signs; the last one fades by itself."""
        if self._repeated is not None:
            self._repeated.cancel()
            self._repeated = None

    def _beat(self, parent: Any) -> None:
        """Write down each queue; a server that is away for a moment is tried again at the next beat."""
        from config.embedded.redis import client

        now = time.time()
        if self._server is None:
            self._server = client()
        try:
            with self._server.pipeline(transaction=False) as pipe:
                for queue in parent.app.amqp.queues.consume_from:
                    pipe.set(pulse_key(queue), parent.hostname, ex=KEPT)
                    pipe.zadd(pulses_key(queue), {parent.hostname: now})
                    pipe.zremrangebyscore(pulses_key(queue), "-inf", now - KEPT)
                    pipe.expire(pulses_key(queue), KEPT)
                pipe.execute()
        except redis.RedisError:
            self._server = None
