"""Removing one file with everything that was read from it and is not in the book; its line and its figures stay."""

from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.staging import drop_staging
from contacts.imports.warnings.sentences import without_quotes
from contacts.locks import share_the_book
from crm.models import Job

State = ImportRun.State
Gone = ImportRun.Gone
SAVED = (State.COMMITTED, State.REVERTING, State.REVERTED)
TROUBLED = (ImportRow.Outcome.REJECTED, ImportRow.Outcome.AMBIGUOUS)
WORDLESS = {"cells": [], "data": {}, "message": ""}
"""A row of which nothing is left but that it was there and what became of it."""


@transaction.atomic
def remove_file(run: ImportRun, because: str) -> None:
    """Remove the stored file of `run` with its staging and what was kept of it for reviewing.

    Of a file that was never saved the figures stay; of one that was, what it did, with the images of before by which
    it is taken back. Safe to repeat. The order is book, staging, run, as everywhere: a worker may hold the staging.
    """
    share_the_book()
    drop_staging(run)
    current = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if current.file:
        transaction.on_commit(partial(default_storage.delete, str(current.file)))
        current.file, current.file_gone_at, current.file_gone_because = "", timezone.now(), because
    if is_saved(current):
        _forget_words(current, because)
    else:
        _forget_everything(current)
    current.save()
    if current.job_id:
        Job.objects.filter(pk=current.job_id).update(message="")


def is_saved(run: ImportRun) -> bool:
    """Whether something of it was saved, now or once: then its rows are a report of what was done."""
    return bool(run.marks) or run.state in SAVED


def _forget_everything(run: ImportRun) -> None:
    run.rows.all().delete()
    run.decisions.all().delete()
    PartnerFeed.objects.filter(asks_about=run).update(asks_about=None, stopped_because="")
    run.state, run.refusal, run.mapping, run.format, run.answers = State.REMOVED, "", {}, {}, {}
    run.warnings, run.ticked = [], []


def _forget_words(run: ImportRun, because: str) -> None:
    """Rows of others are no reason to forget what theirs said; when the time is over, all of them go."""
    if because == Gone.OVER:
        run.rows.filter(outcome__in=TROUBLED).update(**WORDLESS)
    columns = [{**column, "samples": []} for column in run.mapping.get("columns", [])]
    run.mapping = {**run.mapping, "columns": columns, "heard": {}}
    run.warnings = without_quotes(run.warnings)
