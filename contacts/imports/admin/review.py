"""The page of one file, and the lists of its rows: what it would do, is doing or did."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from contacts.imports import pages
from contacts.imports.actions import State
from contacts.imports.admin.doors import READS_BOOK, SAVES, line_said
from contacts.imports.admin.saving import WORKING, working
from contacts.imports.feeds.standing import WAITS, standing_of, why
from contacts.imports.keeping.periods import about_the_file
from contacts.imports.mapping.showing import cards_of
from contacts.imports.models import ImportRun
from contacts.imports.policy import may_change
from contacts.imports.questions import may_be_asked, open_questions
from contacts.imports.reverting import told_in_words
from contacts.imports.reviewing import PER_PAGE, is_staged, lines_of, names_two
from contacts.imports.reviewing.inboxes import shared_inboxes
from contacts.imports.reviewing.queue import open_rows
from contacts.imports.taking_back import stayed
from crm.doors import page, person
from crm.errors import Refused

TAKEN_BACK = (State.REVERTED, State.CANCELLED)


def show(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Counts, warnings, changes and columns; the progress while it is being worked on."""
    reader = person(request)
    must, to_know = pages.warnings_of(run, reads_book=reader.has_perm(READS_BOOK))
    context = working(request, run) | {
        "title": f"“{run.original_name}”",
        "slices": pages.slices(run),
        "seconds": pages.seconds_in_words(run),
        "rows": sum(run.counts.values()),
        "questions": open_questions(run),
        "ask_again": may_be_asked(run),
        "must": must,
        "to_know": to_know,
        "columns": (columns := pages.columns_of(run)),
        "has_samples": any(column["samples"] for column in columns),
        "terms": pages.terms_in_words(run),
        "kept": about_the_file(run),
        "rejected": pages.rejected_rows(run),
        "twin": pages.twin_of(run, ImportRun.objects.visible_to(reader)),
        "may_save": reader.has_perm(SAVES),
        "may_change": may_change(run) and reader.has_perm(SAVES),
        "reads_book": reader.has_perm(READS_BOOK),
        "may_map": run.state == State.REFUSED and _has_columns(run),
        "working": run.state in WORKING,
        "may_revert": run.state in (State.COMMITTED, State.FAILED) and bool(run.marks) and reader.has_perm(SAVES),
        "told": told_in_words(run) if run.revert_report.get("done") is not None else [],
        "stayed": stayed(run) if run.state in TAKEN_BACK else [],
    }
    if reader.has_perm(READS_BOOK) and run.counts and run.state not in WORKING:
        context |= _of_the_book(run)
    return page(request, "contacts/imports/run.html", context)


def _has_columns(run: ImportRun) -> bool:
    """Whether a refused file is a table all the same, so that saying what its columns mean may help."""
    try:
        return any(card.samples for card in cards_of(run))
    except Refused:
        return False


def _may_wait(run: ImportRun) -> bool:
    """Whether rows may wait for somebody to say who they are, so that counting them is worth a question."""
    return not run.is_wordless and bool(run.counts.get("ambiguous") or names_two(run))


def _of_the_book(run: ImportRun) -> dict[str, object]:
    """What only readers of the book see of a file."""
    return {
        "stopped": _why_it_waits(run),
        "waiting": open_rows(run).count() if _may_wait(run) else 0,
        "changed": pages.changed_fields(run),
        "first_changes": lines_of(run, "updated")[: pages.SHOWN_CHANGES] if run.counts.get("updated") else [],
        "inboxes": shared_inboxes(run) if is_staged(run) else {},
    }


def _why_it_waits(run: ImportRun) -> list[str]:
    """Why the feed that brought the file did not save it by itself."""
    feed = run.feed
    return why(feed) if feed and feed.asks_about_id == run.pk and standing_of(feed) == WAITS else []


def rows(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The rows with one outcome, a page at a time; htmx gets the next rows alone."""
    lists = pages.lists(run)
    outcome = request.GET.get("outcome") or pages.first_list(lists)
    if outcome not in pages.OUTCOMES:
        raise Http404
    words = request.GET.get("q", "").strip()[:80]
    found = lines_of(run, outcome, after=line_said(request.GET.get("after", "")), words=words)
    shown = found[:PER_PAGE]
    context = {
        "title": _("Rows of “%(file)s”") % {"file": run.original_name},
        "run": run,
        "outcome": outcome,
        "meaning": (pages.DONE if run.committed_at else {}).get(outcome) or pages.MEANINGS[outcome],
        "slices": lists,
        "lines": shown,
        "words": words,
        "next_after": shown[-1].number if len(found) > PER_PAGE else None,
        "saved": run.committed_at is not None,
        "waiting": outcome == "ambiguous" and person(request).has_perm(SAVES) and open_rows(run).exists(),
    }
    if request.headers.get("HX-Request"):
        response = render(request, "contacts/imports/_rows.html", context)
    else:
        response = page(request, "contacts/imports/rows.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
