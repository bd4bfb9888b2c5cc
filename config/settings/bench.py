"""Measuring: like the tests, but on a PostgreSQL that writes to disk as production does."""

from config.settings.test import *  # noqa: F403
from config.settings.test import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "post_office"]
"""A peer that sending is measured against."""
POST_OFFICE = {"BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}, "BATCH_SIZE": 1000}
EMBEDDED_CLUSTER = "bench"
