"""Query counts as a reviewed baseline: a page that asks more than it did fails.

    def test_the_list_of_events(staff, client_of, query_count):
        with query_count("event list"):
            client_of(staff).get("/admin/engagement/event/")

`UPDATE_QUERY_COUNTS=1 pytest …` writes tests/query_counts.json anew; the reviewer sees the difference.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.identity.counting import count_open, forget_count

BASELINE = Path(__file__).with_suffix(".json")


def _known() -> dict[str, int]:
    return json.loads(BASELINE.read_text()) if BASELINE.exists() else {}


def _keep(name: str, count: int) -> None:
    counts = _known() | {name: count}
    BASELINE.write_text(json.dumps(counts, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


@contextmanager
def counted(name: str) -> Iterator[None]:
    """Compare the queries made inside with the baseline of `name`.

    What a process remembers from an earlier test is forgotten; what pages remember for minutes is there already.
    """
    ContentType.objects.clear_cache()
    forget_count()
    count_open()
    with CaptureQueriesContext(connection) as queries:
        yield
    count = len(queries)
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        _keep(name, count)
        return
    known = _known().get(name)
    asked = "\n".join(query["sql"][:200] for query in queries.captured_queries)
    assert known is not None, f"“{name}” has no baseline yet ({count} queries): run with UPDATE_QUERY_COUNTS=1"
    assert count == known, f"“{name}” made {count} queries, the baseline says {known}:\n{asked}"


@pytest.fixture
def query_count(db: None) -> Callable[[str], AbstractContextManager[None]]:
    """Count queries inside a `with` and compare them with the reviewed baseline."""
    return counted
