"""The verbs of imports: receive a file, check it, save it, take up what was interrupted."""

import hashlib
import logging
from collections.abc import Iterable

from django.core.files.base import ContentFile, File
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.checking import check_file
from contacts.imports.committing import save_file
from contacts.imports.errors import BeingSaved, FileGone, NotReady, Stopped, UnknownTopic, Unreadable
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.keeping.periods import why_gone
from contacts.imports.locks import made_for_sets, only_worker_on, turn_of_partner
from contacts.imports.models import ImportRun, Partner
from contacts.imports.policy import AS_ALWAYS, Policy
from contacts.imports.progress import Progress
from contacts.imports.staging import drop_staging, new_staging, staging_of
from contacts.models.taxonomy import Topic
from crm.history import acting

log = logging.getLogger(__name__)
State = ImportRun.State
LARGEST_FILE = 512 << 20
TAKEN_BACK = (State.REVERTING, State.REVERTED, State.CANCELLED)
SAVED = (State.COMMITTING, State.COMMITTED, State.REVERTING, State.REVERTED)


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
    Raises BeingSaved while a worker is on it, NotReady once something of it is saved, Stopped when asked to.
    """
    with only_worker_on(run):
        run.refresh_from_db(fields=["state", "answers", "marks", "file", "file_gone_at", "file_gone_because"])
        if run.marks or run.state in SAVED:
            raise NotReady(_("This file is saved already."))
        if not run.file:
            raise FileGone(why_gone(run))
        _note(run, state=State.CHECKING, refusal="", asked_at=timezone.now())
        with _refusals_kept(run), Progress(run.job, stoppable=True) as told, transaction.atomic(), staging_of(run):
            made_for_sets()
            new_staging(run)
            check_file(run, told)
            _refuse_if_gone(run)
            run.save()
    return run


def _refuse_if_gone(run: ImportRun) -> None:
    """An erasure does not wait for a check; what was staged meanwhile must not outlive the file. Raises FileGone."""
    current = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not current.file:
        raise FileGone(why_gone(current))


def commit_import(run: ImportRun, *, by=None) -> ImportRun:
    """Write a file into the book, chunk by chunk; safe to repeat after a crash, and when it is saved already.

    Raises Unreadable, BeingSaved, NotReady, Stopped, or whatever the database said after the run has noted it.
    """
    with only_worker_on(run):
        run.refresh_from_db(fields=["state", "marks", "reached", "file", "file_gone_at", "file_gone_because"])
        if run.state == State.COMMITTED:
            return run
        if run.state in TAKEN_BACK:
            raise NotReady(_("This file was taken back. Send it again to save it."))
        if run.state == State.REMOVED:
            raise NotReady(why_gone(run))
        _note(run, state=State.COMMITTING, refusal="", asked_at=timezone.now())
        with (
            _refusals_kept(run),
            Progress(run.job, stoppable=True) as told,
            acting("commit_import", by, source=f"import {run.pk}"),
            turn_of_partner(run, told),
        ):
            save_file(run, told, by=by)
    return run


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
        if not connection.is_usable():
            log.warning("Import %s lost the database; the clock takes it up again", self.run.pk)
        elif isinstance(error, Stopped):
            self._keep_stop()
        elif isinstance(error, FileGone) and not self.run.marks:
            drop_staging(self.run)
            ImportRun.objects.filter(pk=self.run.pk).update(state=State.REMOVED)
        elif isinstance(error, Unreadable) and not self.run.marks:
            drop_staging(self.run)
            _note(self.run, state=State.REFUSED, refusal=str(error))
        else:
            log.error("Import %s failed: %s", self.run.pk, type(error).__name__)
            _note(self.run, state=State.FAILED, refusal=self._reason(error))

    def _keep_stop(self) -> None:
        """Nothing is saved yet: that was all. Else what is saved is taken back by who called."""
        if not self.run.marks:
            drop_staging(self.run)
            _note(self.run, state=State.CANCELLED)

    def _reason(self, error: BaseException) -> str:
        if not self.run.marks:
            return _("Something went wrong; nothing was changed. Try again.")
        if isinstance(error, Unreadable):
            return _("A part is saved, and the rest cannot be: %(reason)s Take it back or leave it.") % {
                "reason": error
            }
        return _("Something went wrong; what is saved up to now stays. Save it again to go on, or take it back.")
