"""Checking: a stored file is staged, matched and planned. Nothing is written to the book."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from contacts.imports.files import PeopleFile
from contacts.imports.matching import match, refuse_without_number
from contacts.imports.models import ImportRun
from contacts.imports.planning import Terms, plan
from contacts.imports.questions import answered_as_last_time, must_ask
from contacts.imports.reviewing import changes_by_field
from contacts.imports.settling import obey_decisions
from contacts.imports.staging import stage
from contacts.imports.warnings import warnings_about
from contacts.imports.writing import keep_cells, write_review
from contacts.models.taxonomy import Topic

Told = Callable[[int, str], None]


def check_file(run: ImportRun, told: Told) -> None:
    """Stage and plan the file of a run, or leave it ASKING when only a person can say how it is meant.

    Needs an open transaction with an empty `staging_of(run)`; the caller saves the run. Raises Unreadable.
    """
    people = opened(run)
    if answered_as_last_time(run, people.table):
        people = opened(run)
    if must_ask(run, people.table):
        run.state, run.counts, run.format = run.State.ASKING, {}, people.table.format
    else:
        stage_and_plan(run, people, told)
        run.state = run.State.CHECKED


def stage_and_plan(run: ImportRun, people: PeopleFile, told: Told) -> None:
    """Leave the tables of a file in its staging, and on the run what a person should know before it is saved."""
    stage_file(run, people, told, share=60)
    told(65, _("Finding out who is in the book already"))
    match(rule=run.rule)
    obey_decisions(run)
    run.counts = plan(terms_of(run), everyone=False)
    told(90, _("Writing the report"))
    keep_cells(people.table)
    write_review(run)
    run.format = people.table.format
    run.mapping = people.mapping(forget=False)
    run.system = people.system
    run.changes = changes_by_field()
    run.warnings = people.warnings() + warnings_about(run)


def stage_file(run: ImportRun, people: PeopleFile, told: Told, *, share: int) -> None:
    """Read a file into the staging; `told` hears of it up to `share` percent. Raises Unreadable."""
    stage(people.entries(), told=lambda done: told(min(share, done // 5_000), _read_so_far(done)))
    if run.rule == ImportRun.Rule.NUMBER:
        refuse_without_number()


def opened(run: ImportRun) -> PeopleFile:
    """The stored file of a run as a table of people. Raises Unreadable when it is gone or is none."""
    return PeopleFile(run)


def terms_of(run: ImportRun) -> Terms:
    """What the run was told about consent, about people in the book, and about everybody."""
    every = list(Topic.objects.order_by("pk").values_list("pk", flat=True))
    topics = list(run.topics.values_list("pk", flat=True))
    return Terms(topics=topics, every_topic=every, matches=run.matches, tags=run.tags)


def _read_so_far(done: int) -> str:
    return _("%(count)s rows read") % {"count": f"{done:,}"}
