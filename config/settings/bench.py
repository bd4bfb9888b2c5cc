"""Measuring: like the tests, but on a PostgreSQL that writes to disk as production does."""

from config.settings.test import *  # noqa: F403

EMBEDDED_CLUSTER = "bench"
