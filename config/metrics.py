"""What a monitoring system may read about the wiring: workers by their pulses, and bells that nobody heard yet."""

import time
from collections.abc import Iterator

import redis
from django.conf import settings
from prometheus_client.core import Metric

from config.embedded.redis import NobodyListens, client
from config.health.pulse import KEPT, pulses_key
from crm.metrics import METRICS, gauge, gauges

PATIENCE = 1.0


@METRICS.register("workers")
def workers() -> Iterator[Metric]:
    """Who listens to each queue; without Redis only that it is away."""
    try:
        with client(start=False, patience=PATIENCE) as server, server.pipeline(transaction=False) as pipe:
            for queue in settings.QUEUES:
                pipe.zcount(pulses_key(queue), time.time() - KEPT, "+inf")
                pipe.llen(queue)
            answers = pipe.execute()
    except (redis.RedisError, NobodyListens):
        answers = None
    yield gauge("alliance_redis_up", "1 when the Redis-protocol server answers.", 0 if answers is None else 1)
    if answers is not None:
        listening = {(queue,): answers[2 * n] for n, queue in enumerate(settings.QUEUES)}
        bells = {(queue,): answers[2 * n + 1] for n, queue in enumerate(settings.QUEUES)}
        meaning = "Workers that gave a sign of life in the last seconds."
        yield gauges("alliance_workers", meaning, ["queue"], listening)
        yield gauges("alliance_queue_bells", "Bells that no worker has heard yet.", ["queue"], bells)
