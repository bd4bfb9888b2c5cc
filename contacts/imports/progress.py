"""Telling how far an import is, while its own transaction is still open and nobody can see into it."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection

from crm.actions.jobs import job_progress
from crm.models import Job

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.5


class Progress:
    """Writes percent and message to a job over a connection of its own; use as a context manager.

    A figure that cannot be written is no reason to stop an import: it is noted and passed over.
    """

    def __init__(self, job: Job | None) -> None:
        self.job = job
        self.last = 0.0
        self.writer: ThreadPoolExecutor | None = None

    def __enter__(self) -> "Progress":
        if self.job:
            self.writer = ThreadPoolExecutor(1, thread_name_prefix="import-progress")
        return self

    def __exit__(self, *error: object) -> None:
        if self.writer:
            self.writer.submit(_hang_up)
            self.writer.shutdown()

    def __call__(self, percent: int, message: str) -> None:
        """Say that `percent` of the work is done and what comes now."""
        now = time.monotonic()
        if self.job and self.writer and now - self.last >= EVERY_SECONDS:
            self.last = now
            self.writer.submit(_write, self.job, percent, message)


def _hang_up() -> None:
    """Close the connection of the thread that runs this."""
    connection.close()


def _write(job: Job, percent: int, message: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        job_progress(job, percent, message, total=100)
    except DatabaseError as error:
        log.info("Progress of an import was not written: %s", type(error).__name__)
