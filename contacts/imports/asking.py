"""Asking for work on a run: the row and its job say what is wanted, a worker does it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.actions import SAVED, State
from contacts.imports.errors import NotReady
from contacts.imports.keeping.periods import why_gone
from contacts.imports.models import ImportRun
from contacts.imports.reverting import begin_revert
from contacts.imports.warnings.ticks import refuse_unticked
from crm.actions.jobs import call_off_job, start_job

AT_ONCE = 1 << 20
"""Bytes up to which a file is checked while its sender waits; larger ones go to a worker."""


@transaction.atomic
def ask_for_check(run: ImportRun, *, by) -> None:
    """Leave word that the file is to be checked; the caller rings. Raises NotReady when something of it is saved."""
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if current.marks or current.state in SAVED:
        raise NotReady(_("This file is saved already."))
    if not current.file:
        raise NotReady(why_gone(current))
    _ask(run, State.CHECKING, _("Checking %(file)s"), by)


@transaction.atomic
def ask_for_commit(run: ImportRun, *, by) -> None:
    """Leave word that the file is to be saved; the caller rings. Raises NotReady.

    A file is ready once it is checked and what must be ticked is ticked.
    """
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if current.state not in (State.CHECKED, State.FAILED):
        raise NotReady(_why_not(current))
    refuse_unticked(current)
    _ask(run, State.COMMITTING, _("Saving %(file)s"), by)


@transaction.atomic
def ask_for_revert(run: ImportRun, *, by, misread: str | None = None) -> None:
    """Leave word that what the file did is to be taken back; the caller rings. Raises NotReady when it cannot be.

    `misread` is why what the file said against mail is undone, too; NoReasonGiven for one without a word.
    """
    begin_revert(run, by=by, misread=misread)
    _ask(run, State.REVERTING, _("Taking back %(file)s"), by)


def ask_to_stop(run: ImportRun) -> None:
    """Leave word that work on the file is to end; its worker hears of it within a second. Raises NotReady.

    What was saved of it up to then is taken back.
    """
    if run.state not in (State.CHECKING, State.COMMITTING) or run.job is None:
        raise NotReady(_("There is nothing to stop: nobody works on this file."))
    call_off_job(run.job)


def _why_not(run: ImportRun) -> str:
    """Why a file in this state is not saved, to somebody whose page says otherwise by now."""
    told = {
        State.COMMITTED: _("This file is saved already, perhaps from another window. Below is what came of it."),
        State.COMMITTING: _("This file is being saved already. Below you see how far it is."),
        State.REVERTING: _("This file is being taken back. Send it again to save it."),
        State.REVERTED: _("This file was taken back. Send it again to save it."),
        State.CANCELLED: _("This file was stopped. Send it again to save it."),
        State.CHECKING: _("This file is still being checked. Save it once you have seen what it would do."),
    }
    return told.get(State(run.state), _("This file cannot be saved now. Look at its page for why."))


def _ask(run: ImportRun, state: str, label: str, by) -> None:
    run.state = state
    run.refusal = ""
    run.asked_at = timezone.now()
    run.job = start_job("import", label % {"file": run.original_name}, owner=by, total=100)
    run.save(update_fields=["state", "refusal", "asked_at", "job"])
