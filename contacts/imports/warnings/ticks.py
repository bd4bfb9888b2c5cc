"""Who ticked which warning of a file, and when; a file is saved only once all that must be are ticked."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.errors import NotReady
from contacts.imports.models import ImportRun
from contacts.imports.warnings.sentences import Warning


def texts_of(run: ImportRun) -> list[str]:
    """The sentences alone."""
    return [one["text"] for one in run.warnings]


def is_ticked(run: ImportRun, one: Warning) -> bool:
    """Whether somebody ticked this very warning; with another figure it is another one."""
    return any(tick["code"] == one["code"] and tick["count"] == one["count"] for tick in run.ticked)


def unticked(run: ImportRun) -> list[Warning]:
    """Warnings that must be ticked before the file is saved and are not yet."""
    return [one for one in run.warnings if one["must"] and not is_ticked(run, one)]


@transaction.atomic
def tick_warnings(run: ImportRun, codes: Iterable[str], *, by) -> None:
    """Keep that `by` read the warnings with these codes and wants the file saved all the same."""
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    named, now = set(codes), timezone.now().isoformat(timespec="seconds")
    kept = [tick for tick in current.ticked if any(_is_about(tick, one) for one in current.warnings)]
    new = [
        {"code": one["code"], "count": one["count"], "by": by.pk if by else None, "who": str(by or ""), "at": now}
        for one in unticked(current)
        if one["code"] in named
    ]
    run.ticked = current.ticked = [*kept, *new]
    current.save(update_fields=["ticked"])


def _is_about(tick: dict, one: Warning) -> bool:
    return tick["code"] == one["code"] and tick["count"] == one["count"]


def refuse_unticked(run: ImportRun) -> None:
    """Raise NotReady with the sentences that somebody must tick first."""
    open_ones = unticked(run)
    if open_ones:
        texts = " ".join(one["text"] for one in open_ones)
        raise NotReady(_("Look at this first and tick it: %(warnings)s") % {"warnings": texts})
