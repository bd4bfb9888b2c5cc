"""The verbs of imports: receive a file, check it, save it, take up what was interrupted."""

import hashlib
import logging
from collections.abc import Iterable

from django.core.files.base import ContentFile, File
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.errors import BeingSaved, NotReady, UnknownTopic, Unreadable
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.files import PeopleFile
from contacts.imports.locks import made_for_sets, only_worker_on
from contacts.imports.mapping.deciding import remember_mapping
from contacts.imports.matching import match
from contacts.imports.models import ImportRun, Partner
from contacts.imports.news import tell_the_house
from contacts.imports.planning import Terms, plan
from contacts.imports.policy import AS_ALWAYS, Policy
from contacts.imports.progress import Progress
from contacts.imports.questions import answered_as_last_time, must_ask
from contacts.imports.reviewing import changes_by_field
from contacts.imports.settling import obey_decisions
from contacts.imports.staging import drop_staging, stage, staging_of
from contacts.imports.warnings import warnings_about
from contacts.imports.writing import LAST_LINE, keep_cells, keep_marks, write_book, write_rows
from contacts.locks import have_the_book_alone
from contacts.models.taxonomy import Topic
from crm.history import acting

log = logging.getLogger(__name__)
State = ImportRun.State
TAKEN_BACK = (State.REVERTING, State.REVERTED)
LARGEST_FILE = 512 << 20
TRIES = 3


def partner_named(name: str) -> Partner:
    """The partner of this name, made when it is new; case does not matter."""
    tidy = " ".join(name.split())[:160]
    if not tidy:
        raise NotReady(_("Say which partner the file comes from."))
    return Partner.objects.filter(name__iexact=tidy).first() or Partner.objects.create(name=tidy)


def topics_named(slugs: Iterable[str]) -> list[Topic]:
    """The topics with these short names; raises UnknownTopic that names the first one that is not there."""
    known = {topic.slug: topic for topic in Topic.objects.all()}
    for slug in slugs:
        if slug not in known:
            raise UnknownTopic(
                _("There is no topic “%(slug)s”. Topics: %(known)s.")
                % {"slug": slug, "known": ", ".join(sorted(known))}
            )
    return [known[slug] for slug in dict.fromkeys(slugs)]


def receive_file(
    upload: File,
    *,
    partner: Partner,
    topics: Iterable[Topic] = (),
    wording: str = "",
    policy: Policy = AS_ALWAYS,
    name: str = "",
    door: str = ImportRun.Door.OFFICE,
    feed: PartnerFeed | None = None,
    by=None,
) -> ImportRun:
    """Keep a partner's file under a name of our own; nothing is read yet."""
    if (upload.size or 0) > LARGEST_FILE:
        raise Unreadable(_("The file is larger than 512 MB. Send it in parts."))
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    run = ImportRun(
        partner=partner,
        original_name=(name or upload.name or "")[:255],
        sha256=digest.hexdigest(),
        size=upload.size or 0,
        consent_wording=wording,
        door=door,
        feed=feed,
        by=by,
        **policy.as_fields(),
    )
    content = upload if upload.size else ContentFile(b"")
    run.file.save("upload", content, save=False)
    with transaction.atomic():
        run.save()
        run.topics.set(topics)
    return run


def check_import(run: ImportRun, *, by=None) -> ImportRun:
    """Read, match and count without touching the book. Raises Unreadable; the run keeps the reason.

    The run may come back ASKING: then the file leaves open how it is meant (contacts/imports/questions.py).
    """
    with only_worker_on(run):
        run.refresh_from_db(fields=["state", "answers"])
        _check(run)
    return run


def _check(run: ImportRun) -> None:
    if run.state in (State.COMMITTED, State.COMMITTING, *TAKEN_BACK):
        raise NotReady(_("This file is saved already."))
    _note(run, state=State.CHECKING, refusal="", asked_at=timezone.now())
    with _refusals_kept(run), Progress(run.job) as told, transaction.atomic(), staging_of(run):
        made_for_sets()
        people = _opened(run)
        if answered_as_last_time(run, people.table):
            people = _opened(run)
        if must_ask(run, people.table):
            run.state, run.counts, run.format = State.ASKING, {}, people.table.format
            run.save(update_fields=["state", "counts", "format", "answers"])
            return
        _stage(run, people, told)
        run.counts = plan(_terms(run), everyone=False)
        told(90, _("Writing the report"))
        _report(run, people, committed=False)
        run.state = State.CHECKED
        run.save()


def commit_import(run: ImportRun, *, by=None) -> ImportRun:
    """Write a file into the book, all of it or nothing; safe to repeat after a crash.

    Raises Unreadable, BeingSaved, or whatever the database said after the run has noted it.
    """
    with only_worker_on(run):
        run.refresh_from_db(fields=["state"])
        if run.state in TAKEN_BACK:
            raise NotReady(_("This file was taken back. Send it again to save it."))
        if run.state != State.COMMITTED:
            _save(run, by=by)
    return run


def _save(run: ImportRun, *, by) -> None:
    _note(run, state=State.COMMITTING, refusal="", asked_at=timezone.now())
    with _refusals_kept(run), Progress(run.job) as told, acting("commit_import", by, source=f"import {run.pk}"):
        for attempt in range(1, TRIES + 1):
            try:
                _commit(run, told, by=by)
                return
            except OperationalError as error:
                if attempt == TRIES or getattr(error.__cause__, "sqlstate", "") not in ("40P01", "40001"):
                    raise
                log.info("Import %s met another writer and starts over", run.pk)


@transaction.atomic
def _commit(run: ImportRun, told: Progress, *, by) -> None:
    made_for_sets()
    with staging_of(run):
        _write(run, told, by=by)
    drop_staging(run)
    run.state = State.COMMITTED
    run.committed_at = timezone.now()
    run.save()


def _write(run: ImportRun, told: Progress, *, by) -> None:
    people = _opened(run)
    stage(run, people.entries(), told=lambda done: told(min(35, done // 5_000), _read_so_far(done)))
    have_the_book_alone()
    told(40, _("Finding out who is in the book already"))
    match()
    obey_decisions(run)
    run.counts = plan(_terms(run), everyone=True)
    write_book(run, by=by, told=told)
    run.marks = []
    keep_marks(run, LAST_LINE)
    told(95, _("Writing the report"))
    _report(run, people, committed=True)
    tell_the_house()


def _stage(run: ImportRun, people: PeopleFile, told: Progress) -> None:
    stage(run, people.entries(), told=lambda done: told(min(60, done // 5_000), _read_so_far(done)))
    told(65, _("Finding out who is in the book already"))
    match()
    obey_decisions(run)


def _opened(run: ImportRun) -> PeopleFile:
    if not run.file:
        raise Unreadable(_("The file was removed because somebody in it asked to be forgotten. Send a new one."))
    return PeopleFile(run)


def _read_so_far(done: int) -> str:
    return _("%(count)d rows read") % {"count": done}


def _terms(run: ImportRun) -> Terms:
    every = list(Topic.objects.order_by("pk").values_list("pk", flat=True))
    return Terms(topics=list(run.topics.values_list("pk", flat=True)), every_topic=every)


def _report(run: ImportRun, people: PeopleFile, *, committed: bool) -> None:
    """Columns, warnings and rows as the page shows them; samples are forgotten once they were of use."""
    keep_cells(people.table)
    write_rows(run, committed=committed)
    run.format = people.table.format
    run.mapping = people.mapping(forget=committed)
    run.system = people.system
    if committed:
        remember_mapping(run)
    run.changes = changes_by_field()
    run.warnings = people.warnings() + warnings_about(run)


def _note(run: ImportRun, **facts: object) -> None:
    for name, value in facts.items():
        setattr(run, name, value)
    run.save(update_fields=list(facts))


class _refusals_kept:
    """What stops an import is kept with the run in words for its sender; the error goes on to the door."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, error, trace) -> None:
        if error is None or isinstance(error, BeingSaved):
            return
        if isinstance(error, Unreadable):
            drop_staging(self.run)
            _note(self.run, state=State.REFUSED, refusal=str(error))
        else:
            log.error("Import %s failed: %s", self.run.pk, type(error).__name__)
            _note(self.run, state=State.FAILED, refusal=_("Something went wrong; nothing was changed. Try again."))
