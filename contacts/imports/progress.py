"""Telling how far an import is, while its own transaction is still open and nobody can see into it."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from contacts.imports.errors import Stopped
from crm.actions.jobs import job_progress
from crm.models import Job

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.5


class Progress:
    """Writes percent and message to a job over a connection of its own; use as a context manager.

    With `stoppable` it also looks whether the job was called off, and then the next figure raises Stopped.
    A figure that cannot be written is no reason to stop an import: it is noted and passed over.
    """

    def __init__(self, job: Job | None, *, stoppable: bool = False) -> None:
        self.job = job
        self.stoppable = stoppable
        self.stopped = False
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
        """Say that `percent` of the work is done and what comes now; raises Stopped when it is no longer wanted."""
        if self.stopped:
            raise Stopped(_("It was stopped."))
        now = time.monotonic()
        if self.job and self.writer and now - self.last >= EVERY_SECONDS:
            self.last = now
            self.writer.submit(self._write, percent, message)

    def _write(self, percent: int, message: str) -> None:
        """Runs in the thread of the writer."""
        if self.job is None:
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '300ms'")
            self.stopped = self.stoppable and is_called_off(self.job)
            if not self.stopped:
                job_progress(self.job, percent, message, total=100)
        except DatabaseError as error:
            log.info("Progress of an import was not written: %s", type(error).__name__)


def is_called_off(job: Job | None) -> bool:
    """Whether somebody asked that this work be stopped."""
    return job is not None and Job.objects.filter(pk=job.pk, cancel_requested=True).exists()


def _hang_up() -> None:
    """Close the connection of the thread that runs this."""
    connection.close()
