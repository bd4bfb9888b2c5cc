"""Saving a file from where it is to its end."""

import logging
from functools import partial

from django.db import DatabaseError
from django.utils.translation import gettext as _

from contacts.imports.checking import Told
from contacts.imports.committing.beginning import prepare
from contacts.imports.committing.chunks import next_chunk, save_chunk
from contacts.imports.committing.ending import finish
from contacts.imports.committing.growing import look_at_what_grew
from contacts.imports.committing.sweeping import sweeping
from contacts.imports.errors import Stopped
from contacts.imports.models import ImportRun
from contacts.imports.progress import is_called_off

log = logging.getLogger(__name__)
TRIES = 3
MEETINGS = ("40P01", "40001", "23503", "23505", "42P01")
"""Another writer was met: both waited for each other; what a row was to belong to has just gone or come; an erasure
dropped the staging."""
BEGUN = 40
"""Percent of the work that is done when the first person is written."""


def save_file(run: ImportRun, told: Told, *, by) -> None:
    """Save what is not saved yet; `told(percent, message)` hears of it. Raises Unreadable, Stopped."""
    prepare(run, told)
    with sweeping() as sweep:
        while _save_next_patiently(run, told, by=by):
            sweep()
            look_at_what_grew()
    finish(run)


def _save_next_patiently(run: ImportRun, told: Told, *, by) -> bool:
    """One chunk, again if another writer was met; False when there was none left."""
    for left in reversed(range(TRIES)):
        try:
            return _save_next(run, told, by=by)
        except DatabaseError as error:
            if not left or getattr(error.__cause__, "sqlstate", "") not in MEETINGS:
                raise
            log.info("Import %s met another writer and tries the chunk again", run.pk)
            prepare(run, told)
    raise AssertionError("the last try either answers or raises")


def _save_next(run: ImportRun, told: Told, *, by) -> bool:
    """One chunk; False when there was none left."""
    if is_called_off(run.job):
        raise Stopped(_("It was stopped."))
    bound, last = next_chunk(run)
    if bound is None:
        return False
    percent = BEGUN + (95 - BEGUN) * run.reached // last
    told(percent, _("%(done)s of %(all)s lines saved") % {"done": f"{run.reached:,}", "all": f"{last:,}"})
    save_chunk(run, bound, partial(_told_within, told, percent), by=by)
    return True


def _told_within(told: Told, percent: int, _percent_of_chunk: int, message: str) -> None:
    told(percent, message)
