"""What the pages of a run show, put into plain words and figures."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.imports.mapping.fields import name_of
from contacts.imports.models import ImportRow, ImportRun
from contacts.imports.occasions import name_of_occasion
from contacts.imports.reviewing import second_persons
from contacts.imports.reviewing.lines import called
from contacts.imports.warnings.sentences import Warning
from contacts.imports.warnings.ticks import is_ticked

OUTCOMES = {
    "created": gettext_lazy("new"),
    "updated": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "rejected": gettext_lazy("rejected"),
    "ambiguous": gettext_lazy("could be several people"),
}
MEANINGS = {
    "created": gettext_lazy("Nobody in the book is meant by these rows: they become new people."),
    "updated": gettext_lazy("These people are in the book; the file changes or adds something."),
    "unchanged": gettext_lazy("Everything these rows say is in the book already, or is said by another row."),
    "rejected": gettext_lazy("These rows cannot be taken as they are. Mend them and send them again."),
    "ambiguous": gettext_lazy("These rows could mean several people. Nothing is done until you say who it is."),
}
DONE = {
    "created": gettext_lazy("Nobody in the book was meant by these rows: they became new people."),
    "updated": gettext_lazy("These people were in the book; the file changed or added something."),
}
"""The same of a file that is saved."""
State = ImportRun.State
SHOWN_ROWS, SHOWN_CHANGES = 10, 5


@dataclass(frozen=True)
class Slice:
    """One outcome of a run in the picture of its counts."""

    key: str
    label: str
    count: int
    share: float


@dataclass(frozen=True)
class Changed:
    """How many people in the book change in one respect, and their share of all that change, in percent."""

    what: str
    count: int
    share: int


@dataclass(frozen=True)
class Asked:
    """A warning on the page of a run: what it says, whether it must be ticked, who did and when."""

    code: str
    text: str
    must: bool
    ticked: bool
    who: str = ""
    at: str = ""


ABOUT_THE_FILE = frozenset(
    (
        "reading", "columns", "nameless_columns", "left_out_types", "left_out_language", "left_out_custom",
        "left_out_zip", "unknown_states", "repeated", "no_address", "many_rejected", "no_topic", "said_no", "bounced",
        "encoding",
    )
)  # fmt: skip
"""Warnings that tell nothing of the book: partners see these."""
SAID_BY_THE_QUEUE = "unclear"
"""The page says how many rows still wait for a person; the warning knows only how many did at first."""


def for_its_sender(run: ImportRun) -> str:
    """How far a file is, to whoever sent it."""
    said = {
        State.RECEIVED: _("has arrived"),
        State.CHECKING: _("is being read"),
        State.ASKING: _("has a question for you"),
        State.CHECKED: _("waits for the Alliance to look at it"),
        State.FAILED: _("waits for the Alliance to look at it"),
        State.COMMITTING: _("is being saved"),
        State.COMMITTED: _("is saved"),
        State.REVERTING: _("is being taken back"),
        State.REVERTED: _("was taken back"),
        State.CANCELLED: _("was stopped"),
        State.REFUSED: _("could not be read"),
        State.REMOVED: _("was removed"),
    }
    return said[State(run.state)]


def slices(run: ImportRun) -> list[Slice]:
    """The outcomes in their order with their share of the rows in percent."""
    rows = sum(run.counts.values()) or 1
    return [
        Slice(key, str(label), run.counts.get(key, 0), round(100 * run.counts.get(key, 0) / rows, 2))
        for key, label in OUTCOMES.items()
    ]


def lists(run: ImportRun) -> list[Slice]:
    """The lists of rows in their order: in them the second person of a row has a line of their own."""
    more = second_persons(run)
    return [replace(one, count=one.count + more.get(one.key, 0)) for one in slices(run)]


def first_list(offered: list[Slice]) -> str:
    """What somebody looks at first: what changes in the book, else whatever there is."""
    filled = [one.key for one in offered if one.count]
    return next((key for key in ("updated", *filled) if key in filled), "updated")


def seconds_in_words(run: ImportRun) -> list[Slice]:
    """What becomes of the second persons of rows, whom the counts of rows do not show."""
    more = second_persons(run)
    return [Slice(key, str(label), more[key], 0) for key, label in OUTCOMES.items() if more.get(key)]


def changed_fields(run: ImportRun) -> list[Changed]:
    """What changes about people in the book, the most frequent first."""
    most = max(run.changes.values(), default=1)
    by_count = sorted(run.changes.items(), key=lambda item: -item[1])
    return [Changed(called(what), count, max(1, 100 * count // most)) for what, count in by_count]


def warnings_of(run: ImportRun, *, reads_book: bool) -> tuple[list[Asked], list[Asked]]:
    """Warnings that must be ticked, and those that are only to be known."""
    told = [one for one in run.warnings if one["code"] != SAID_BY_THE_QUEUE]
    shown = [_asked(run, one) for one in told if reads_book or one["code"] in ABOUT_THE_FILE]
    return [one for one in shown if one.must], [one for one in shown if not one.must]


def _asked(run: ImportRun, one: Warning) -> Asked:
    tick: dict = next((tick for tick in run.ticked if tick["code"] == one["code"] and is_ticked(run, one)), {})
    return Asked(one["code"], one["text"], one["must"], bool(tick), tick.get("who", ""), tick.get("at", ""))


def columns_of(run: ImportRun) -> list[dict[str, object]]:
    """The columns of the file with what each was taken for; those that were left out last."""
    columns = [
        {
            "heading": column["heading"] or _("(no heading)"),
            "meaning": name_of(column["field"]),
            "samples": column.get("samples", []),
        }
        for column in run.mapping.get("columns", [])
    ]
    return sorted(columns, key=lambda column: not column["meaning"])


def terms_in_words(run: ImportRun) -> list[tuple[str, str]]:
    """On which terms the file is taken: each with its name."""
    topics = ", ".join(str(topic) for topic in run.topics.all())
    agreed = _("%(topics)s, on %(day)s") % {"topics": topics, "day": run.consented_on} if run.consented_on else topics
    terms = [
        (_("People agreed to"), agreed or _("nothing")),
        (_("People in the book"), run.get_matches_display()),
        (_("Known again by"), run.get_rule_display()),
    ]
    if run.occasion:
        terms.append((_("They came to"), name_of_occasion(run)))
    if run.blanks:
        terms.append((_("Empty cells"), _("empty what is written")))
    if run.system:
        terms.append((_("Their system"), run.system))
    if run.tags:
        terms.append((_("Tags for everybody"), ", ".join(run.tags)))
    return terms


def rejected_rows(run: ImportRun) -> list[ImportRow]:
    """The first rows that were rejected, as long as their words are kept."""
    if run.is_wordless:
        return []
    return list(run.rows.filter(outcome="rejected").order_by("line")[:SHOWN_ROWS])


def twin_of(run: ImportRun, seen: object) -> ImportRun | None:
    """The latest other run of the very same file among those the reader may see (`seen`)."""
    twins = seen.filter(sha256=run.sha256, partner=run.partner)  # type: ignore[attr-defined]
    return twins.exclude(state=State.REMOVED).exclude(pk=run.pk).first()
