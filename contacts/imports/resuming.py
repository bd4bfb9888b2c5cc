"""Taking up what was interrupted: a worker was killed, a broker lost the message."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from contacts.imports.actions import RUN_LOCK, State
from contacts.imports.models import ImportRun

PATIENCE = timedelta(minutes=1)
"""How long a run may wait for a worker before the bell is rung again."""


def interrupted_runs() -> list[ImportRun]:
    """Runs that somebody asked for and nobody works on."""
    asked = ImportRun.objects.filter(
        state__in=[State.CHECKING, State.COMMITTING], asked_at__lt=timezone.now() - PATIENCE
    ).order_by("pk")
    return [run for run in asked if not _is_worked_on(run)]


def _is_worked_on(run: ImportRun) -> bool:
    """A worker holds the run's lock as long as its transaction is open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [RUN_LOCK, run.pk],
        )
        return cursor.fetchone()[0]
