"""Taking up what was interrupted: a worker was killed, a broker lost the message."""

from datetime import timedelta

from django.utils import timezone

from contacts.imports.actions import State
from contacts.imports.locks import is_worked_on
from contacts.imports.models import ImportRun

PATIENCE = timedelta(minutes=1)
"""How long a run may wait for a worker before the bell is rung again."""


def interrupted_runs() -> list[ImportRun]:
    """Runs that somebody asked for and nobody works on."""
    asked = ImportRun.objects.filter(
        state__in=[State.CHECKING, State.COMMITTING, State.REVERTING], asked_at__lt=timezone.now() - PATIENCE
    ).order_by("pk")
    return [run for run in asked if not is_worked_on(run)]
