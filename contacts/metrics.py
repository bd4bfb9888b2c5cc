"""What a monitoring system may read about partners' files."""

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import Metric

from contacts.imports.models import ImportRun
from crm.metrics import METRICS, gauges


@METRICS.register("imports")
def imports() -> Iterator[Metric]:
    """Files in hand, by how far they are."""
    runs = ImportRun.objects.filter(state__in=ImportRun.OPEN).order_by().values_list("state").annotate(Count("pk"))
    counts = {(state,): 0 for state in ImportRun.OPEN} | {(state,): count for state, count in runs}
    yield gauges("alliance_imports", "Partners' files in hand, by how far they are.", ["state"], counts)
