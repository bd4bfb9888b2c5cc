"""What a monitoring system may read: an app registers its figures, `/metrics` asks them all at scrape time.

    @METRICS.register("outbox")
    def outbox() -> Iterator[Metric]:
        yield gauge("alliance_outbox_oldest_due_seconds", "Seconds the oldest due mail waits.", 12.5)

Workers are many processes on many machines, so nothing is counted in a process: figures come from the database and
Redis. A scrape must cost the same in a small house and a large one: ask indexes and small tables, never a whole ledger.
Labels carry numbers and states, never names or addresses.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from crm.invariants import INVARIANTS
from crm.models import Finding, Job, OutboxMail
from crm.registries import Registry

log = logging.getLogger(__name__)

PATIENCE = "3s"
"""How long one statement of a scrape may take; a scrape is never worth more of the database."""

Values = Mapping[Any, float]
"""A figure for each combination of labels, which is a tuple of strings."""

METRICS: Registry[Callable[[], Iterable[Metric]]] = Registry("source of metrics")


def gauge(name: str, meaning: str, value: float) -> Metric:
    """A single figure that goes up and down."""
    return GaugeMetricFamily(name, meaning, value=value)


def gauges(name: str, meaning: str, labels: list[str], values: Values) -> Metric:
    """The same for each combination of labels."""
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), value)
    return family


def counters(name: str, meaning: str, labels: list[str], values: Values) -> Metric:
    """Figures that only grow; `name` ends in "_total" on the page."""
    family = CounterMetricFamily(name, meaning, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), value)
    return family


class Scrape(Collector):
    """Asks every source once; one that breaks or takes too long is named and does not silence the others."""

    def collect(self) -> Iterator[Metric]:
        """Every figure there is."""
        failed: dict[tuple[str, ...], float] = {}
        for key, source in METRICS.items():
            failed[(key,)] = 0
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
                    found = list(source())
            except Exception:
                log.exception("The metrics of %s could not be read", key)
                failed[(key,)] = 1
            else:
                yield from found
        yield gauges("alliance_scrape_failed", "1 when figures of this part could not be read.", ["part"], failed)


def exposition() -> bytes:
    """Every figure as Prometheus text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Scrape())
    return generate_latest(registry)


@METRICS.register("outbox")
def outbox() -> Iterator[Metric]:
    """Single mails that have not left yet."""
    open_mails = OutboxMail.objects.order_by()
    counts = {("waiting",): open_mails.filter(state="queued").count(), ("due",): open_mails.due().count(),
              ("sending",): open_mails.filter(state="sending").count()}  # fmt: skip
    yield gauges("alliance_outbox_mails", "Single mails by what they wait for; due ones wait, too.", ["state"], counts)
    meaning = "Seconds since the oldest single mail that is due could have left; 0 when none is due."
    yield gauge("alliance_outbox_oldest_due_seconds", meaning, open_mails.oldest_due_seconds())


@METRICS.register("jobs")
def jobs() -> Iterator[Metric]:
    """Long work."""
    running = Job.objects.running().order_by()
    silent = sum(1 for job in running if job.is_silent)
    yield gauge("alliance_jobs_running", "Pieces of long work that have begun and not ended.", len(running))
    yield gauge("alliance_jobs_silent", "Pieces of running work that were not heard of for two minutes.", silent)


@METRICS.register("promises")
def promises() -> Iterator[Metric]:
    """Whether everything that must always be true was true when it was last looked at."""
    found = {one.key: one for one in Finding.objects.known(INVARIANTS.keys())}
    broken = {(key,): one.broken for key, one in found.items() if one.broken is not None}
    yield gauge(
        "alliance_promises_broken", "Promises that did not hold.", sum(1 for places in broken.values() if places)
    )
    meaning = "Promises of which it could not be found out whether they hold."
    yield gauge("alliance_promises_unknown", meaning, sum(1 for one in found.values() if one.broken is None))
    yield gauges("alliance_promise_broken_places", "Places at which a promise does not hold.", ["promise"], broken)
    if found:
        age = timezone.now() - min(one.looked_at for one in found.values())
        yield gauge("alliance_promises_age_seconds", "Seconds since promises were looked at.", age.total_seconds())


@METRICS.register("database")
def database() -> Iterator[Metric]:
    """How large everything is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield gauge("alliance_database_size_bytes", "Size of the database on disk.", cursor.fetchone()[0])
