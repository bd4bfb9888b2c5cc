"""Lists to take along: asked for in a row, written by a worker, removed when their time is over."""

from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.actions.jobs import call_off_job, fail_job, finish_job, job_progress, start_job
from crm.bell import ring
from crm.errors import Refused
from crm.exports.cells import as_cells
from crm.exports.registry import EXPORTS, Exportable, NotExportable, Question
from crm.exports.sheets import SHEETS
from crm.history import acting
from crm.models import Export, Job, User
from crm.models.exports import EXPORTED, export_path
from crm.strays import remove_strays

State = Export.State
CHUNK = 2_000
TRIES = 3
SILENCE = timedelta(minutes=2)
"""How long nothing may be heard of an export before another worker takes it up."""
FOR_A_ROW = timedelta(microseconds=300)
"""How much longer before the first rows are there: the whole list is one question to the database."""


class CalledOff(Exception):
    """Somebody called it off while it was being written."""


def exportable(key: str, user: User) -> Exportable:
    """The list under `key`; raises NotExportable when there is none, or when it is not for `user`."""
    found = EXPORTS.get(key)
    if found is None or not found.is_for(user):
        raise NotExportable(_("You may not take this list along."))
    return found


def ask_for_export(key: str, *, question: Question, format: str, by: User) -> Export:
    """Leave word that a list is wanted as a file of that format; a worker is rung. Raises NotExportable."""
    wanted = exportable(key, by)
    name = wanted.describe(question)[:200]
    with transaction.atomic(), acting("ask_for_export", by):
        job = start_job("export", _("Writing the file: %(list)s") % {"list": name}, owner=by)
        export = Export.objects.create(key=key, name=name, question=question, format=format, job=job, by=by)
        ring("crm.tasks.write_export", str(export.pk))
    return export


def call_off_export(export: Export, *, by: User) -> None:
    """Stop a file that is not ready; its worker sees it at its next step. Raises NotExportable."""
    with transaction.atomic(), acting("call_off_export", by):
        current = Export.objects.select_for_update(of=("self",)).select_related("job").get(pk=export.pk)
        if not current.is_open:
            raise NotExportable(_("This is not being written any more."))
        current.state, current.question = State.CANCELLED, {}
        current.save(update_fields=["state", "question"])
        if current.job:
            call_off_job(current.job)


def write_export(pk: str) -> Export | None:
    """Write the file; None when another worker does, or when nothing is left to do. Safe to call again."""
    export = _claim(pk)
    if export is None:
        return None
    name = export_path(export, "")
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with acting("write_export", export.by, export=str(export.pk)):
            rows = _write(export, path)
            _ready(export, name, rows)
    except CalledOff:
        _say_called_off(export)
    except Refused as refusal:
        _failed(export, str(refusal))
    except Exception:
        _put_back(export)
        raise
    finally:
        if not Export.objects.filter(pk=export.pk, file=name).exists():
            path.unlink(missing_ok=True)
    return export


def exports_left_behind() -> list[str]:
    """The numbers of those whose worker is gone, or for which the broker lost the ring."""
    return [str(pk) for pk in Export.objects.left_behind(timezone.now() - SILENCE).values_list("pk", flat=True)]


def remove_old_exports() -> int:
    """Remove the files whose time is over; who took what along stays on record. What a killed worker left goes, too."""
    remove_strays(EXPORTED, Export.objects.all())
    return _remove(list(Export.objects.over()))


def remove_every_export() -> int:
    """Remove all files, because somebody who may be in them left the house for good; those at work start anew."""
    Export.objects.filter(state=State.RUNNING).update(state=State.WAITING)
    return _remove(list(Export.objects.filter(state=State.READY)))


def _remove(exports: list[Export]) -> int:
    for export in exports:
        name = export.file.name
        Export.objects.filter(pk=export.pk).update(state=State.GONE, file="", question={})
        transaction.on_commit(lambda name=name: default_storage.delete(name))  # type: ignore[misc]
    return len(exports)


@transaction.atomic
def _claim(pk: str) -> Export | None:
    """Take an export that waits, or whose worker is silent; commits the intent."""
    waiting = Export.objects.select_for_update(skip_locked=True, of=("self",)).select_related("job", "by")
    export = waiting.filter(pk=pk, state__in=[State.WAITING, State.RUNNING]).first()
    if export is None or export.job is None:
        return None
    if export.state == State.RUNNING and _is_heard(export.job):
        return None
    given_up = export.attempts >= TRIES
    export.state, export.attempts = State.RUNNING, export.attempts + 1
    export.save(update_fields=["state", "attempts"])
    if given_up:
        _failed(export, _("It was tried several times and did not come to an end. Take a smaller part of the list."))
        return None
    job_progress(export.job, 0)
    return export


def _is_heard(job: Job) -> bool:
    """Whether the worker of a job may still be at it."""
    patience = SILENCE if job.done else SILENCE + FOR_A_ROW * (job.total or 0)
    return job.heartbeat_at is not None and job.heartbeat_at > timezone.now() - patience


def _write(export: Export, path: Path) -> int:
    """Every row of the list; returns how many there were."""
    wanted = exportable(export.key, export.by)
    resource = wanted.resource()
    rows = wanted.rows(export.by, export.question)
    job: Job = export.job  # type: ignore[assignment]  # a claim is only given with one
    job_progress(job, 0, total=rows.count())
    done = 0
    read = resource.filter_export(rows).order_by("pk").iterator(chunk_size=CHUNK)
    with closing(read), SHEETS[export.format](path) as sheet:
        sheet.write([as_cells(resource.get_export_headers())])
        while chunk := list(islice(read, CHUNK)):
            sheet.write([as_cells(resource.export_resource(row)) for row in chunk])
            done += len(chunk)
            _go_on(export, job, done)
    return done


def _go_on(export: Export, job: Job, done: int) -> None:
    """Tell how far it is; raises CalledOff when nobody wants it any more or another worker took over."""
    if not _ours(export).exists():
        raise CalledOff
    job_progress(job, done)


def _ours(export: Export):
    """The row, as long as it is ours: a worker that was silent too long is fenced off."""
    return Export.objects.filter(pk=export.pk, state=State.RUNNING, attempts=export.attempts)


def _ready(export: Export, name: str, rows: int) -> None:
    now = timezone.now()
    facts = {
        "state": State.READY,
        "file": name,
        "rows": rows,
        "size": default_storage.size(name),
        "name": f"{export.name[:180]} ({_rows_in_words(rows)})",
        "question": {},
        "finished_at": now,
        "expires_at": now + timedelta(days=settings.EXPORT_DAYS),
    }
    if not _ours(export).update(**facts):
        raise CalledOff
    for field, value in facts.items():
        setattr(export, field, value)
    finish_job(export.job, {"text": _rows_in_words(rows)})  # type: ignore[arg-type]


def _rows_in_words(rows: int) -> str:
    return ngettext("%(count)s row", "%(count)s rows", rows) % {"count": f"{rows:,}"}


def _failed(export: Export, why: str) -> None:
    if _ours(export).update(state=State.FAILED, question={}) and export.job:
        fail_job(export.job, why)


def _say_called_off(export: Export) -> None:
    """Its progress may have been noted after it was called off."""
    if export.job and Export.objects.filter(pk=export.pk, state=State.CANCELLED).exists():
        call_off_job(export.job)


def _put_back(export: Export) -> None:
    """An error of ours: the clock tries again, a few times."""
    _ours(export).update(state=State.WAITING)
