"""Counts of tries do not travel from one test to the next."""

import pytest
from django.core.cache import cache


@pytest.fixture
def fresh_counts():
    """Nobody has tried anything yet."""
    cache.clear()
    yield
    cache.clear()
