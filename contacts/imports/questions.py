"""Questions about a file that only a person can answer: in which encoding it is, which of its sheets is meant.

A check of a file that came by a page, the API or a feed stops at such a question (`ASKING`). The answer is kept
with the run and obeyed from then on; the next file of the same feed is read as the last one was.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.imports.errors import BadAnswer, NotReady
from contacts.imports.files import opened_file
from contacts.imports.models import ImportRun
from contacts.imports.reading import ASK, Doubt, Option, Table
from crm.errors import Refused

State = ImportRun.State
ANSWERABLE = frozenset({State.RECEIVED, State.ASKING, State.CHECKED, State.REFUSED, State.FAILED})
KEYS = ("encoding", "sheet")


@dataclass(frozen=True)
class Question:
    """One question: the key of its answer, what is asked, and the options, the best guess first.

    Each option has a `value` to answer with, a `label`, and `lines`: how the file begins when it is read so.
    """

    key: str
    text: str
    options: list[Option]


def questions_of(run: ImportRun) -> list[Question]:
    """What the file of a run leaves open and nobody answered yet; reads the beginning of the file. Raises Unreadable.

    The lines of the options are the partner's data: show them, never log or keep them.
    """
    return [Question(doubt.key, _text(doubt), doubt.options) for doubt in opened_file(run).doubts]


def open_questions(run: ImportRun) -> list[Question]:
    """What the file of a run waits to be told; one that cannot be read any more asks nothing."""
    if run.state != State.ASKING:
        return []
    try:
        return questions_of(run)
    except Refused:
        return []


def _text(doubt: Doubt) -> str:
    if doubt.key == "sheet":
        return _("Several sheets of this workbook look like people. Which one is meant?")
    return _("The letters of this file can be read in several ways. Which of them is right?")


def may_be_asked(run: ImportRun) -> str:
    """The key of the question that somebody may want to be asked about a checked file; empty when there is none.

    It is there once somebody answered, and where a guess was taken that another one may be better than.
    """
    if run.state != State.CHECKED:
        return ""
    guessed = run.format.get("sure") is False
    return next((key for key in KEYS if key in run.answers or (guessed and key in run.format)), "")


def must_ask(run: ImportRun, table: Table) -> bool:
    """Whether a check must stop and ask. On the command line the best guess is taken and said as a warning."""
    return bool(table.doubts) and (run.door != ImportRun.Door.COMMAND or ASK in run.answers.values())


def answered_as_last_time(run: ImportRun, table: Table) -> bool:
    """Take over what was answered for the last file of the same feed; whether that answers anything."""
    said = _said_before(run) if table.doubts else {}
    open_ones = [doubt for doubt in table.doubts if run.answers.get(doubt.key) != ASK]
    answers = {doubt.key: said[doubt.key] for doubt in open_ones if said.get(doubt.key) in _values(doubt)}
    run.answers = {**run.answers, **answers}
    return bool(answers)


def _values(doubt: Doubt) -> list[str]:
    return [option.value for option in doubt.options]


def _said_before(run: ImportRun) -> dict[str, str]:
    """What was answered for the last file of the same feed that was saved."""
    if run.feed_id is None:
        return {}
    saved = ImportRun.objects.filter(feed=run.feed_id, state=State.COMMITTED).exclude(pk=run.pk)
    last = saved.order_by("-committed_at").first()
    return last.answers if last else {}


@transaction.atomic
def answer_import(run: ImportRun, answers: Mapping[str, str], *, by) -> ImportRun:
    """Keep what a person said about how a file is meant: {"encoding": "cp1252"}, {"sheet": "Members"}.

    An empty answer takes one back. The run is RECEIVED again: check it (`check_import`, `ask_for_check`) as after
    it was sent. Raises BadAnswer for what the file cannot be read by, NotReady when it is too late.
    """
    current = ImportRun.objects.select_for_update(of=("self",)).select_related("partner").get(pk=run.pk)
    if current.state not in ANSWERABLE or current.reached:
        raise NotReady(_("This file is being worked on or saved already; how it is read stays as it is."))
    strange = [key for key in answers if key not in KEYS]
    if strange:
        raise BadAnswer(_("Nobody asked for “%(key)s”.") % {"key": strange[0][:40]})
    current.answers = {key: value for key, value in {**current.answers, **answers}.items() if value}
    opened_file(current)
    current.state, current.refusal = State.RECEIVED, ""
    current.save(update_fields=["answers", "state", "refusal"])
    return current
