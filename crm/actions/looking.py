"""Look whether every promise holds: asked for by a person or the clock, done by a worker, one question at a time.

A question only reads and is given up after PATIENCE, so a large house goes on with its work meanwhile.
"""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.actions.jobs import fail_job, finish_job, job_progress, start_job
from crm.bell import ring
from crm.invariants import INVARIANTS, Answer, ask_each
from crm.models import Finding, Job, User
from crm.models.jobs import SILENCE

log = logging.getLogger(__name__)

KIND = "promises"
PATIENCE = 60.0
"""Seconds one question may take; less than the silence after which another worker takes a look over."""
GIVEN_UP = timedelta(hours=1)
"""How long after it was asked for a look is taken up again when its worker vanished; one never begun still is."""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('crm.actions.looking'))"


@transaction.atomic
def ask_to_look(*, by: User | None) -> Job:
    """Leave word that somebody wants to know; a worker is rung. While a look is open, that is the one they get."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    job = open_look() or start_job(
        KIND, _("Looking whether every promise holds"), owner=by, total=len(INVARIANTS.keys())
    )
    ring("crm.tasks.look_at_promises", str(job.pk))
    return job


def open_look() -> Job | None:
    """The look that waits or is being taken."""
    return Job.objects.open().filter(kind=KIND).order_by("created_at").first()


def look_at_promises(pk: str) -> Job | None:
    """Ask every question and keep what is found; None when another worker does. Safe to call again."""
    job = _claim(pk)
    if job is None:
        return None
    broken = unknown = 0
    for done, answer in enumerate(ask_each(PATIENCE), start=1):
        keep(answer, timezone.now())
        broken += bool(answer.broken)
        unknown += answer.broken is None
        job_progress(job, done)
    Finding.objects.exclude(key__in=INVARIANTS.keys()).delete()
    finish_job(job, {"text": in_words(len(INVARIANTS.keys()), broken, unknown)})
    return job


def looks_left_behind() -> list[str]:
    """The numbers of those whose worker is gone, or for which the broker lost the ring."""
    before = timezone.now() - SILENCE
    waiting = Q(state=Job.State.WAITING, created_at__lt=before)
    left = Job.objects.filter(waiting | Q(state=Job.State.RUNNING, heartbeat_at__lt=before), kind=KIND)
    return [str(pk) for pk in left.values_list("pk", flat=True)]


def keep(answer: Answer, at: datetime) -> Finding:
    """Write down what was found; since when a promise is broken is kept until it holds again."""
    known = Finding.objects.filter(pk=answer.key).first()
    since = known.broken_since if known else None
    if answer.broken:
        since = since or at
        log.error("A promise is broken at %d places (%s): %s", answer.broken, answer.key, ", ".join(answer.places[:3]))
    elif answer.broken == 0:
        since = None
    found = Finding(
        key=answer.key, broken=answer.broken, places=answer.places, broken_since=since,
        why_not=answer.why_not, seconds=answer.seconds, looked_at=at,
    )  # fmt: skip
    found.save(force_update=known is not None, force_insert=known is None)
    return found


def in_words(promises: int, broken: int, unknown: int) -> str:
    """What a look came to, in a sentence or two."""
    if broken:
        said = ngettext(
            "%(broken)s of %(all)s promises is broken.", "%(broken)s of %(all)s promises are broken.", broken
        )
    elif unknown:
        said = _("No promise is known to be broken.")
    else:
        said = _("All %(all)s promises hold.")
    if unknown:
        said += " " + _("Of %(unknown)s it could not be found out.")
    return said % {"all": promises, "broken": broken, "unknown": unknown}


@transaction.atomic
def _claim(pk: str) -> Job | None:
    """Take a look that waits, or whose worker is silent."""
    job = Job.objects.open().select_for_update(skip_locked=True).filter(pk=pk, kind=KIND).first()
    if job is None or (job.state == Job.State.RUNNING and not job.is_silent):
        return None
    if job.state == Job.State.RUNNING and job.created_at < timezone.now() - GIVEN_UP:
        fail_job(job, _("It was begun several times and did not come to an end. Look again."))
        return None
    job_progress(job, 0)
    return job
