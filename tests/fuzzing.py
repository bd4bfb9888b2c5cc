"""How many examples chance may choose: few where one costs seconds; each run chooses others. LONG_FUZZ=1 for more."""

import os

from hypothesis import HealthCheck, settings

LONG = 8 if os.environ.get("LONG_FUZZ") else 1


def examples(count: int) -> settings:
    """That many, which may be slow and share a fixture of their test."""
    health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=count * LONG, deadline=None, suppress_health_check=health)
