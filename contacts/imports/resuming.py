"""Taking up what was interrupted: a worker was killed, a broker lost the message."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from contacts.imports.actions import State
from contacts.imports.locks import is_worked_on
from contacts.imports.models import ImportRun
from contacts.imports.staging import drop_staging, staged_runs
from crm.models import Job

PATIENCE = timedelta(minutes=1)
"""How long a run may wait for a worker before the bell is rung again."""
WORKING = (State.CHECKING, State.COMMITTING, State.REVERTING)
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


def is_left_alone(run: ImportRun) -> bool:
    """Whether a worker had begun on this run and is gone; one that still waits for its first worker is not."""
    begun = run.job is None or run.job.state != Job.State.WAITING
    return begun and run.asked_at is not None and run.state in WORKING and not is_worked_on(run)


def interrupted_runs() -> list[ImportRun]:
    """Runs that somebody asked for and nobody works on, to be rung for.

    One whose worker is gone waits for its turn from now on; where the message was lost, nobody came for a minute.
    """
    now = timezone.now()
    asked = ImportRun.objects.filter(state__in=WORKING, asked_at__isnull=False).select_related("job").order_by("pk")
    left = [run for run in asked if is_left_alone(run) and _wait_again(run)]
    late = asked.filter(asked_at__lt=now - PATIENCE)
    return left + [run for run in late if not is_worked_on(run)]


@transaction.atomic
def _wait_again(run: ImportRun) -> bool:
    """Note that the run waits for another worker, unless it came to its end meanwhile."""
    current = ImportRun.objects.select_for_update(of=("self",)).select_related("job").get(pk=run.pk)
    if not is_left_alone(current):
        return False
    if current.job:
        Job.objects.filter(pk=current.job.pk, state=Job.State.RUNNING).update(state=Job.State.WAITING)
    ImportRun.objects.filter(pk=current.pk).update(asked_at=timezone.now())
    return True
