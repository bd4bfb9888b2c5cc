"""Long work tells how far it is.

Progress is seen by others only once it is committed: call these outside a long transaction.
"""

from django.utils import timezone

from crm.models import Job, User


def start_job(kind: str, label: str, *, owner: User | None, total: int | None = None) -> Job:
    """Open a job that waits for a worker; `label` says in plain words what is being done."""
    return Job.objects.create(kind=kind, label=label[:200], owner=owner, total=total)


def job_progress(job: Job, done: int, message: str = "", *, total: int | None = None) -> None:
    """Note that `done` of the total is finished; the first call marks the job as running."""
    now = timezone.now()
    job.state = Job.State.RUNNING
    job.started_at = job.started_at or now
    job.heartbeat_at = now
    job.done = done
    job.message = message[:300]
    if total is not None:
        job.total = total
    job.save(update_fields=["state", "started_at", "heartbeat_at", "done", "message", "total"])


def finish_job(job: Job, result: dict | None = None) -> None:
    """The work is done; `result["url"]` is offered as the next step, `result["text"]` says what came of it."""
    if job.total is not None:
        job.done = job.total
    job.result = result or {}
    job.message = ""
    _end(job, Job.State.DONE, "done", "result")


def fail_job(job: Job, message: str) -> None:
    """The work stopped; `message` tells a person what happened and what to do."""
    job.message = message[:300]
    _end(job, Job.State.FAILED)


def call_off_job(job: Job) -> None:
    """Nobody wants it any more."""
    job.message = ""
    job.cancel_requested = True
    _end(job, Job.State.CANCELLED, "cancel_requested")


def _end(job: Job, state: Job.State, *also: str) -> None:
    job.state = state
    job.finished_at = job.heartbeat_at = timezone.now()
    job.save(update_fields=["state", "finished_at", "heartbeat_at", "message", *also])
