"""Celery: the doorbell. Work waits in rows; a lost message loses nothing."""

import os
from typing import Any

from celery import Celery
from kombu import Connection

from config.health.pulse import Pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")


class LateCelery(Celery):
    """Celery that asks where the broker is when it first needs it, so that importing settings starts nothing."""

    def connection_for_read(self, url: str | None = None, **kwargs: Any) -> Connection:
        """Where a worker listens; on a laptop the embedded server is started for it."""
        from config.embedded.redis import redis_url

        return super().connection_for_read(url or redis_url(), **kwargs)

    def connection_for_write(self, url: str | None = None, **kwargs: Any) -> Connection:
        """Where a bell is rung; where nobody can hear it, say so at once: who rings is a page somebody waits for."""
        from config.embedded.redis import redis_url_if_up

        kwargs["transport_options"] = {"max_retries": 0} | (kwargs.get("transport_options") or {})
        return super().connection_for_write(url or redis_url_if_up(), **kwargs)


app = LateCelery("alliance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(Pulse)
app.autodiscover_tasks()
