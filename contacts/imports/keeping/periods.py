"""How long the file of a run is kept, and what is said about it on pages and to programs."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.imports.models import ImportDecision, ImportRun

State = ImportRun.State
BUSY = (State.CHECKING, State.COMMITTING)
"""A worker is on it or will be within a minute, however old it is."""
IN_THE_BOOK = Q(state__in=(State.COMMITTED, State.REVERTING)) | Q(state=State.FAILED) & ~Q(marks=[])


def runs_whose_time_is_over(now: datetime) -> QuerySet[ImportRun]:
    """Runs with a file that lay here long enough; the last word about it is a check, a save, an answer about a row."""
    said = ImportDecision.objects.filter(run=OuterRef("pk")).order_by("-at").values("at")[:1]
    last = Greatest("created_at", "asked_at", "committed_at", "reverted_at", Subquery(said, DateTimeField()))
    runs = ImportRun.objects.exclude(file="").exclude(state__in=BUSY).annotate(last_word=last)
    unsaved, saved = now - _unsaved(), now - _saved()
    return runs.filter(~IN_THE_BOOK & Q(last_word__lt=unsaved) | IN_THE_BOOK & Q(last_word__lt=saved))


def how_long() -> str:
    """How long files are kept, for whoever is about to send one."""
    text = _(
        "The file itself is kept for %(unsaved)d days if it is not saved and for %(saved)d days once it is. "
        "Whoever asks to be forgotten is looked for in it, too."
    )
    return text % {"unsaved": settings.IMPORT_UNSAVED_DAYS, "saved": settings.IMPORT_SAVED_DAYS}


def kept_until(run: ImportRun) -> datetime | None:
    """Until when the file is kept if nothing more is said about it; None while it is worked on, or gone."""
    if not run.file or run.state in BUSY:
        return None
    said = run.decisions.order_by("-at").values_list("at", flat=True).first()
    words = (run.created_at, run.asked_at, run.committed_at, run.reverted_at, said)
    return max(word for word in words if word) + (_saved() if is_in_the_book(run) else _unsaved())


def is_in_the_book(run: ImportRun) -> bool:
    """Whether something of the file stands in the book; says of one run what IN_THE_BOOK asks of many."""
    return run.state in (State.COMMITTED, State.REVERTING) or (run.state == State.FAILED and bool(run.marks))


def about_the_file(run: ImportRun) -> str:
    """Whether the file is still here and until when, in a sentence or two; empty while it is worked on."""
    if not run.file:
        return why_gone(run)
    until = kept_until(run)
    if until is None:
        return ""
    day = {"day": _day(until)}
    if is_in_the_book(run) and run.marks:
        text = _("The file and the words of its rejected rows are kept until %(day)s. It can be taken back later, too.")
        return text % day
    if run.marks or is_in_the_book(run) or run.state in (State.CANCELLED, State.REFUSED):
        return _("The file is kept until %(day)s.") % day
    return (
        _("The file is kept until %(day)s. If nobody saves it by then, it is removed and only its figures stay.") % day
    )


def why_gone(run: ImportRun) -> str:
    """Why the file is kept no longer, and what that means."""
    if run.file_gone_because == ImportRun.Gone.ERASED:
        return _("The file was removed because somebody in it asked to be forgotten. Send a new one.")
    on = {"day": _day(run.file_gone_at or timezone.now())}
    if run.state == State.REMOVED:
        days = settings.IMPORT_UNSAVED_DAYS
        text = ngettext(
            "The file was removed on %(day)s, because nobody saved it within %(days)d day. Only its figures are kept. "
            "Send it again to go on.",
            "The file was removed on %(day)s, because nobody saved it within %(days)d days. Only its figures are kept. "
            "Send it again to go on.",
            days,
        )
        return text % {**on, "days": days}
    if is_in_the_book(run):
        return (
            _(
                "The file was removed on %(day)s, because its time was over. What came of it stays and can still be "
                "taken back; the words of its rejected and unclear rows are gone."
            )
            % on
        )
    return _("The file was removed on %(day)s, because its time was over.") % on


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


def _unsaved() -> timedelta:
    return timedelta(days=settings.IMPORT_UNSAVED_DAYS)


def _saved() -> timedelta:
    return timedelta(days=settings.IMPORT_SAVED_DAYS)
