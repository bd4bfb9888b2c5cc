"""Removing the files whose time is over, never under a worker."""

from django.db import transaction
from django.utils import timezone

from contacts.imports.errors import BeingSaved
from contacts.imports.keeping.periods import runs_whose_time_is_over
from contacts.imports.keeping.removing import Gone, remove_file
from contacts.imports.locks import only_worker_on
from contacts.imports.models import ImportRun
from contacts.imports.staging import drop_staging
from contacts.locks import share_the_book


def forget_old_files() -> int:
    """Remove every file whose time is over, but none that a worker is on; gives how many. Safe to repeat."""
    return sum(_forget(run) for run in runs_whose_time_is_over(timezone.now()).order_by("pk"))


def _forget(run: ImportRun) -> bool:
    """Remove the file unless somebody has said something about it since; whether it is gone."""
    try:
        with only_worker_on(run), transaction.atomic():
            share_the_book()
            drop_staging(run)
            still = runs_whose_time_is_over(timezone.now()).filter(pk=run.pk)
            if still.select_for_update(of=("self",)).first() is None:
                transaction.set_rollback(True)
                return False
            remove_file(run, Gone.OVER)
    except BeingSaved:
        return False
    return True
