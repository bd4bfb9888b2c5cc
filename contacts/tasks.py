"""Celery doors of contacts: ids in, one verb called. A lost message is rung again by the clock."""

from celery import shared_task
from django.urls import reverse

from contacts.actions import forget_old_requests as forget
from contacts.identity.scan import BeingScanned, scan
from contacts.identity.scanning.telling import ScanJob
from contacts.imports.actions import State, check_import, commit_import
from contacts.imports.errors import BeingSaved, NotReady, Stopped, Unreadable
from contacts.imports.feeds.actions import claim_due_feed, read_feed, settle_feed_run, unsettled_feed_runs
from contacts.imports.keeping.over import forget_old_files as forget_files
from contacts.imports.keeping.strays import remove_strays
from contacts.imports.models import ImportRun
from contacts.imports.resuming import drop_old_stagings, interrupted_runs
from contacts.imports.reverting import revert_import
from crm.actions.jobs import call_off_job, fail_job, finish_job
from crm.bell import ring


@shared_task
def check_received_file(run_id: int) -> None:
    """Check a file that was received; one of a feed is then saved on its own, or waits for somebody."""
    run = _work_on(run_id, check_import)
    if run.feed_id:
        settle_feed_run(run)


@shared_task(name="contacts.tasks.commit_import")
def commit_received_file(run_id: int) -> None:
    """Write a checked file into the book."""
    _work_on(run_id, commit_import)


@shared_task
def revert_saved_file(run_id: int) -> None:
    """Take back what a saved file did."""
    _work_on(run_id, revert_import)


@shared_task
def read_feeds() -> None:
    """Read the feeds that are due, and settle what a lost worker left; the clock calls this every minute."""
    for pk in unsettled_feed_runs():
        settle_feed_run(ImportRun.objects.get(pk=pk))
    while feed := claim_due_feed():
        read_feed(feed)


@shared_task
def resume_imports() -> None:
    """Ring again for runs whose worker is gone; the clock calls this every quarter of a minute."""
    doors = {State.CHECKING: check_received_file, State.REVERTING: revert_saved_file}
    for run in interrupted_runs():
        ring(doors.get(State(run.state), commit_received_file).name, run.pk)


def _work_on(run_id: int, verb) -> ImportRun:
    """Call the verb and let the job say how it ended; a refusal is an answer and is kept with the run."""
    run = ImportRun.objects.select_related("partner", "job", "by").get(pk=run_id)
    try:
        verb(run, by=run.by)
    except (BeingSaved, NotReady):
        return run
    except Stopped:
        _take_back(run)
    except Unreadable as refusal:
        _end(run, str(refusal))
    except Exception:
        if run.refusal:
            _end(run, run.refusal)
        raise
    else:
        _end(run)
    return run


def _take_back(run: ImportRun) -> None:
    """What was saved of a file before it was stopped does not stay."""
    if run.marks:
        revert_import(run, by=run.by, ends=State.CANCELLED)
    if run.job:
        call_off_job(run.job)


def _end(run: ImportRun, refusal: str = "") -> None:
    if run.job is None:
        return
    if refusal:
        fail_job(run.job, refusal)
    else:
        finish_job(run.job, {"counts": run.counts, "url": reverse("admin:contacts_importrun_change", args=[run.pk])})


@shared_task
def forget_old_stagings() -> None:
    """Drop what was staged of files that were checked days ago and not saved; the clock rings every night."""
    drop_old_stagings()


@shared_task
def forget_old_files() -> None:
    """Remove partners' files whose time is over, and what nobody knows of; the clock rings every six hours."""
    forget_files()
    remove_strays()


@shared_task
def forget_old_requests() -> None:
    """Delete join requests older than two weeks; the clock rings every night."""
    forget()


@shared_task
def find_duplicates(full: bool = False) -> None:
    """Look for people who stand in the book twice; rung after a file was saved or taken back, and every night."""
    with ScanJob() as job:
        try:
            job.ended(scan(full=full, told=job))
        except BeingScanned:
            return
