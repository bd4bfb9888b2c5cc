"""Taking up what was interrupted: a worker was killed, a broker lost the message."""

from datetime import timedelta

from django.utils import timezone

from contacts.imports.actions import State
from contacts.imports.locks import is_worked_on
from contacts.imports.models import ImportRun
from contacts.imports.staging import drop_staging, staged_runs

PATIENCE = timedelta(minutes=1)
"""How long a run may wait for a worker before the bell is rung again."""


KEPT_FOR = timedelta(days=3)
"""How long what was staged of a file waits for somebody to save it; after that it is staged anew."""


def drop_old_stagings() -> int:
    """Drop the stagings of runs that nobody asked anything of for days, or that are gone; gives how many."""
    lately = ImportRun.objects.filter(asked_at__gte=timezone.now() - KEPT_FOR)
    old = set(staged_runs()) - set(lately.values_list("pk", flat=True))
    idle = [number for number in sorted(old) if not is_worked_on(ImportRun(pk=number))]
    for number in idle:
        drop_staging(ImportRun(pk=number))
    return len(idle)


def interrupted_runs() -> list[ImportRun]:
    """Runs that somebody asked for and nobody works on."""
    asked = ImportRun.objects.filter(
        state__in=[State.CHECKING, State.COMMITTING, State.REVERTING], asked_at__lt=timezone.now() - PATIENCE
    ).order_by("pk")
    return [run for run in asked if not is_worked_on(run)]
