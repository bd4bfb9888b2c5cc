"""Warnings about a planned file, in sentences with figures.

A warning is `{"code", "text", "must", "count"}` as the run keeps it. One that `must` be ticked says
what a careful person would not want to find out afterwards; thresholds stand here.
"""

from collections.abc import Callable, Iterator
from typing import TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.imports.models import ImportRun
from contacts.imports.occasions import crowd_of, name_of_occasion
from contacts.imports.warnings.figures import Figures, figures_of

NAMED_LINES = 10
QUOTING = "left_out_"
"""How the codes of warnings begin that say again what stands in cells of the file."""
MOSTLY_REJECTED, MOSTLY_SILENT, MUCH_OF_THE_BOOK, MANY_LEAVE = 20, 33, 20, 10
"""Percent beyond which a person must say that it is meant."""
A_TWENTIETH = 5
SOME = 20
"""People below which a share of the book says nothing."""
USED_TO_BRING = 50
"""People a partner brought before, from which a file that knows none of them is odd."""


class Warning(TypedDict):
    """One thing to know: a short name, the sentence, whether it must be ticked, and how many it is about."""

    code: str
    text: str
    must: bool
    count: int


Found = Iterator[Warning]


def warning(code: str, text: str, *, count: int = 0, must: bool = False) -> Warning:
    """A warning as a run keeps it."""
    return {"code": code, "text": text, "must": must, "count": count}


def warnings_about(run: ImportRun) -> list[Warning]:
    """Everything to know about a planned run, what must be ticked first; reads the tables of planning.py."""
    topics = list(run.topics.values_list("pk", flat=True))
    figures = figures_of(topics)
    found = [one for make in WARNINGS for one in make(figures, run)]
    if not topics:
        found.append(warning("no_topic", _("No topic was chosen: nobody of this file will get newsletters by it.")))
    return sorted(found, key=lambda one: not one["must"])


def without_quotes(warnings: list[Warning]) -> list[Warning]:
    """The warnings of a run without words of its file; codes and figures stay, and with them who ticked what."""
    return [{**one, "text": _unquoted(one)} if one["code"].startswith(QUOTING) else one for one in warnings]


def _unquoted(one: Warning) -> str:
    text = ngettext(
        "%(count)s value was left out; which one is not kept any more.",
        "%(count)s values were left out; which ones is not kept any more.",
        one["count"],
    )
    return text % {"count": f"{one['count']:,}"}


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _named(lines: list[int] | None) -> str:
    named = ", ".join(str(line) for line in (lines or [])[:NAMED_LINES])
    return f"{named} …" if len(lines or []) > NAMED_LINES else named


def _rejected(figures: Figures, run: ImportRun) -> Found:
    rows, count = sum(run.counts.values()), run.counts["rejected"]
    if _percent(count, rows) > MOSTLY_REJECTED:
        text = _("%(percent)d %% of the rows are rejected: %(count)s of %(rows)s. Is it the right file?")
        facts = {"percent": _percent(count, rows), "count": f"{count:,}", "rows": f"{rows:,}"}
        yield warning("many_rejected", text % facts, count=count, must=True)


def _emails(figures: Figures, run: ImportRun) -> Found:
    count = figures.other_email
    if count:
        text = ngettext(
            "It would change the e-mail of %(count)s person in the book.",
            "It would change the e-mail of %(count)s people in the book.",
            count,
        )
        must = count * 100 >= figures.known * A_TWENTIETH
        yield warning("changes_email", text % {"count": f"{count:,}"}, count=count, must=must)


def _names(figures: Figures, run: ImportRun) -> Found:
    count = figures.other_name
    if count:
        text = ngettext(
            "It would change the name of %(count)s person in the book.",
            "It would change the names of %(count)s people in the book.",
            count,
        )
        must = count * 100 >= figures.known * A_TWENTIETH
        yield warning("changes_name", text % {"count": f"{count:,}"}, count=count, must=must)


def _book(figures: Figures, run: ImportRun) -> Found:
    count = run.counts["updated"]
    percent = _percent(count, figures.book)
    if count >= SOME and percent > MUCH_OF_THE_BOOK:
        text = _("It would change %(count)s people: %(percent)d %% of everybody in the book.")
        yield warning("much_of_the_book", text % {"count": f"{count:,}", "percent": percent}, count=count, must=True)


def _leaving(figures: Figures, run: ImportRun) -> Found:
    count = figures.leaving
    if count:
        text = ngettext(
            "%(count)s person who gets newsletters now would get no more; no import can take that back.",
            "%(count)s people who get newsletters now would get no more; no import can take that back.",
            count,
        )
        must = count >= SOME or _percent(count, figures.known) > MANY_LEAVE
        yield warning("leaving", text % {"count": f"{count:,}"}, count=count, must=must)


def _silent(figures: Figures, run: ImportRun) -> Found:
    count, percent = figures.silent, _percent(figures.silent, figures.mailable)
    if count and run.topics.exists():
        text = _("%(percent)d %% have no consent: %(count)s of %(people)s with an e-mail address get no newsletters.")
        facts = {"percent": percent, "count": f"{count:,}", "people": f"{figures.mailable:,}"}
        yield warning("no_consent", text % facts, count=count, must=percent > MOSTLY_SILENT)


def _unreachable(figures: Figures, run: ImportRun) -> Found:
    count, new = figures.unreachable, figures.people - figures.known
    if count:
        text = ngettext(
            "%(count)s new person comes with neither e-mail nor phone.",
            "%(count)s of %(new)s new people come with neither e-mail nor phone.",
            new,
        )
        must = _percent(count, new) > MOSTLY_REJECTED
        yield warning("no_address", text % {"count": f"{count:,}", "new": f"{new:,}"}, count=count, must=must)


def _strangers(figures: Figures, run: ImportRun) -> Found:
    """A list that comes every week knows nearly everybody; one that knows nobody was mapped or picked wrongly."""
    if figures.known * 10 > figures.people or figures.people < SOME:
        return
    earlier = run.partner.runs.filter(state=ImportRun.State.COMMITTED).exclude(pk=run.pk)
    brought = sum(counts.get("created", 0) for counts in earlier.values_list("counts", flat=True))
    if brought >= USED_TO_BRING:
        text = _("Hardly anybody of this file is in the book, though %(partner)s brought %(count)s people before.")
        facts = {"partner": run.partner, "count": f"{brought:,}"}
        yield warning("strangers", text % facts, count=figures.people - figures.known, must=True)


def _repeats(figures: Figures, run: ImportRun) -> Found:
    count = figures.repeated
    if count:
        text = ngettext(
            "%(count)d row says again what an earlier or fuller one says and counts as unchanged: line %(lines)s.",
            "%(count)d rows say again what an earlier or fuller one says and count as unchanged: lines %(lines)s.",
            count,
        )
        facts = {"count": count, "lines": _named(figures.repeated_lines)}
        yield warning("repeated", text % facts, count=count)


def _unclear(figures: Figures, run: ImportRun) -> Found:
    count = figures.unclear
    if count:
        text = ngettext(
            "%(count)d row could be several people; nothing is changed for it: line %(lines)s.",
            "%(count)d rows could be several people; nothing is changed for them: lines %(lines)s.",
            count,
        )
        yield warning("unclear", text % {"count": count, "lines": _named(figures.unclear_lines)}, count=count)


def _shared(figures: Figures, run: ImportRun) -> Found:
    count = figures.shared
    if count:
        text = ngettext(
            "%(count)d address is used by people with different names; they are kept apart.",
            "%(count)d addresses are used by people with different names; they are kept apart.",
            count,
        )
        yield warning("shared", text % {"count": count}, count=count)


def _honoured(figures: Figures, run: ImportRun) -> Found:
    if figures.said_no:
        text = ngettext(
            "%(count)d person is marked as not to be mailed; that is honoured.",
            "%(count)d people are marked as not to be mailed; that is honoured.",
            figures.said_no,
        )
        yield warning("said_no", text % {"count": figures.said_no}, count=figures.said_no)
    if figures.bounced:
        text = ngettext(
            "%(count)d person is marked as having an address that does not work; it is not mailed.",
            "%(count)d people are marked as having an address that does not work; it is not mailed.",
            figures.bounced,
        )
        yield warning("bounced", text % {"count": figures.bounced}, count=figures.bounced)


def _shut(figures: Figures, run: ImportRun) -> Found:
    count = figures.shut
    if count and run.topics.exists():
        text = ngettext(
            "%(count)d person has an address that must not be mailed; it stays so.",
            "%(count)d people have an address that must not be mailed; it stays so.",
            count,
        )
        yield warning("shut", text % {"count": count}, count=count)


def _occasion(figures: Figures, run: ImportRun) -> Found:
    """A file that is said to be about an event, of which nothing would come, or too much."""
    crowd, name = crowd_of(run), name_of_occasion(run)
    if crowd is None:
        return
    if not crowd.said:
        text = _("The file is said to be about “%(event)s”, and %(why)s: nobody would be registered.")
        marked = {column["field"] for column in run.mapping.get("columns", [])} & {"attendance", "attended"}
        why = _("no row says who registered or came") if marked else _("no column says who registered or came")
        yield warning("no_attendance", text % {"event": name, "why": why}, must=True)
    if crowd.over:
        text = _(
            "“%(event)s” has seats for %(free)s more, and %(wanting)s people of this file would need one: "
            "%(over)s would %(what)s."
        )
        facts = {"event": name, "free": f"{crowd.free:,}", "wanting": f"{crowd.wanting:,}", "over": f"{crowd.over:,}"}
        what = _("wait for a seat") if crowd.waits else _("not be registered")
        yield warning("more_than_seats", text % {**facts, "what": what}, count=crowd.over, must=True)


WARNINGS: tuple[Callable[[Figures, ImportRun], Found], ...] = (
    _rejected, _occasion, _strangers, _emails, _names, _book, _leaving, _silent, _unreachable,
    _unclear, _shared, _repeats, _honoured, _shut,
)  # fmt: skip
"""In the order in which a page shows them."""
