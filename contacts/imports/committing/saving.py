"""Saving a file from where it is to its end."""

import logging
from dataclasses import dataclass
from functools import partial

from django.db import DatabaseError
from django.utils.translation import gettext as _

from contacts.imports.checking import Told
from contacts.imports.committing.abreast import Helper, helped, may_go_abreast, save_abreast
from contacts.imports.committing.beginning import prepare
from contacts.imports.committing.chunks import next_chunk, save_chunk
from contacts.imports.committing.ending import finish
from contacts.imports.committing.growing import look_at_what_grew
from contacts.imports.committing.sweeping import sweeping
from contacts.imports.errors import Stopped
from contacts.imports.models import ImportRun
from contacts.imports.progress import is_called_off
from crm.models import User

log = logging.getLogger(__name__)
TRIES = 3
MEETINGS = ("40P01", "40001", "23503", "23505", "42P01", "55P03")
"""Another writer was met: both waited for each other; what a row was to belong to has just gone or come; an erasure
dropped the staging; the one we waited for did not let go."""
BEGUN = 40
"""Percent of the work that is done when the first person is written."""


def save_file(run: ImportRun, told: Told, *, by) -> None:
    """Save what is not saved yet; `told(percent, message)` hears of it. Raises Unreadable, Stopped."""
    prepare(run, told)
    with sweeping() as sweep, helped() as helper:
        saving = Saving(run, told, helper, by)
        while saving.go_on():
            sweep()
            look_at_what_grew()
    finish(run)


@dataclass
class Saving:
    """A run on its way into the book, with whoever helps as long as chunks can be saved two abreast."""

    run: ImportRun
    told: Told
    helper: Helper | None
    by: User | None

    def go_on(self) -> bool:
        """A chunk or two, again if another writer was met; False when there was none left."""
        for left in reversed(range(TRIES)):
            try:
                return self._next()
            except DatabaseError as error:
                if not left or getattr(error.__cause__, "sqlstate", "") not in MEETINGS:
                    raise
                log.info("Import %s met another writer and tries the chunk again", self.run.pk)
                self.helper = None
                prepare(self.run, self.told)
        raise AssertionError("the last try either answers or raises")

    def _next(self) -> bool:
        run = self.run
        if is_called_off(run.job):
            raise Stopped(_("It was stopped."))
        bound, last = next_chunk(run, after=run.reached)
        if bound is None:
            return False
        percent = BEGUN + (95 - BEGUN) * run.reached // last
        self.told(percent, _("%(done)s of %(all)s lines saved") % {"done": f"{run.reached:,}", "all": f"{last:,}"})
        told = partial(_told_within, self.told, percent)
        behind = next_chunk(run, after=bound)[0] if self.helper and run.marks else None
        if self.helper and behind is not None and may_go_abreast(run, bound, behind):
            if not save_abreast(run, bound, behind, told, self.helper, by=self.by):
                self.helper = None
        else:
            save_chunk(run, bound, told, by=self.by)
        return True


def _told_within(told: Told, percent: int, _percent_of_chunk: int, message: str) -> None:
    told(percent, message)
