"""The verb that takes an import back, a chunk at a time, and can be taken up after a crash."""

import logging
from collections import Counter
from functools import partial

import pghistory
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.actions.suppression import NoReasonGiven
from contacts.imports.actions import State
from contacts.imports.errors import NotReady
from contacts.imports.locks import made_for_sets, only_worker_on, turn_of_partner
from contacts.imports.models import TAKEN_BACK, ImportRun
from contacts.imports.news import let_duplicates_be_looked_for
from contacts.imports.occasions import take_back_occasion
from contacts.imports.progress import Progress
from contacts.imports.reverting.consent import by_person, take_back_consent
from contacts.imports.reverting.misread import give_back
from contacts.imports.reverting.removing import remove
from contacts.imports.reverting.report import note_left
from contacts.imports.reverting.restoring import restore
from contacts.imports.reverting.undoing import (
    BORN_ORGANISATIONS,
    BORN_PEOPLE,
    ORGANISATIONS,
    PEOPLE,
    TAGS,
    brought_by_others,
    gather,
    gather_born,
)
from contacts.imports.staging import drop_staging
from contacts.locks import have_the_book_alone
from contacts.models import ConsentEvent
from contacts.signals import consent_withdrawn
from crm.history import acting

log = logging.getLogger(__name__)
CHUNK = 5_000
TRIES = 3
MEETINGS = ("40P01", "40001")
"""Two writers met: the chunk is rolled back and done again."""

WORDS = """
WITH made AS (
    SELECT u.line, (w.pair ->> 0)::bigint AS id, w.pair ->> 1 AS name
    FROM undo u, jsonb_array_elements(u.image -> 'words') AS w(pair)
), gone AS (
    DELETE FROM contacts_tag t USING made WHERE t.id = made.id AND t.name = made.name
        AND NOT EXISTS (SELECT FROM contacts_tagging x WHERE x.tag_id = t.id)
        AND NOT EXISTS (SELECT FROM contacts_segment s WHERE strpos(s.definition::text, '"tag"') > 0
            AND (s.definition::text ~ ('\\m' || t.id || '\\M')
                OR strpos(s.definition::text, to_json(t.name)::text) > 0))
    RETURNING t.id
), left_over AS (
    INSERT INTO remains (line, id, reason) SELECT made.line, made.id, 'tag' FROM made JOIN contacts_tag t USING (id)
    WHERE made.id NOT IN (SELECT id FROM gone)
)
SELECT count(*) FROM gone
"""
"""A tag the import brought goes when nobody carries it and no saved question asks for it."""

WORDS_LEFT_TO_OTHERS = """
UPDATE contacts_importrow r SET before = coalesce(r.before, '{}')
    || jsonb_build_object('words', coalesce(r.before -> 'words', '[]') || h.words)
FROM (
    SELECT l.run_id, l.line, jsonb_agg(jsonb_build_array(t.id, t.name)) AS words
    FROM remains x JOIN contacts_tag t ON t.id = x.id CROSS JOIN LATERAL (
        SELECT o.run_id, o.line FROM contacts_tagging g JOIN contacts_importrow o USING (stakeholder_id)
        JOIN contacts_importrun a ON a.id = o.run_id
        WHERE g.tag_id = t.id AND a.state NOT IN ('reverting', 'reverted', 'cancelled') LIMIT 1) AS l
    WHERE x.reason = 'tag' GROUP BY l.run_id, l.line
) AS h WHERE r.run_id = h.run_id AND r.line = h.line
"""
"""A tag that people of another file carry is left to it, and goes with that one."""


def revert_import(run: ImportRun, *, by=None, ends: str = State.REVERTED, misread: str | None = None) -> ImportRun:
    """Take back what the import `run` did, and say what stays and why; safe to repeat after a crash.

    Raises NotReady when there is nothing to take back, BeingSaved when a worker is on it. `ends` is the state
    at the end: CANCELLED for a file that was stopped half-way. `misread` is the reason somebody wrote for giving
    back agreements and lifting blocks that only this file took and brought; without it every no stays.
    """
    if run.state in (State.REVERTED, State.CANCELLED):
        return run
    with only_worker_on(run):
        begin_revert(run, by=by, ends=ends, misread=misread)
        try:
            _all_of_it(run, run.reverted_by or by)
        except Exception as error:
            log.error("Taking back import %s stopped: %s", run.pk, type(error).__name__)
            _note_failure(run)
            raise
    return run


def _all_of_it(run: ImportRun, by) -> None:
    facts = {"source": source_of(run)}
    if "misread" in run.revert_report:
        facts["reason"] = run.revert_report["misread"]
    with Progress(run.job) as told, turn_of_partner(run, told), acting("revert_import", by, **facts):
        while _is_under_way(run):
            _step(run, by)
            told(_percent(run), _("Taken back up to line %(line)s") % {"line": f"{run.reached:,}"})
        _finish(run)


def source_of(run: ImportRun) -> str:
    """How history names what an import did; the same words stand there when it is saved."""
    return f"import {run.pk}"


@transaction.atomic
def begin_revert(run: ImportRun, *, by, ends: str = State.REVERTED, misread: str | None = None) -> None:
    """Note that the import is being taken back; once begun it goes on from where it stopped, by the same choice.

    Raises NotReady, and NoReasonGiven for a file said to be misread without a word on how.
    """
    if misread is not None and not misread.strip():
        raise NoReasonGiven(_("Say how the file was misread, so that everybody can see later why a no was undone."))
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if current.state != State.REVERTING:
        if not current.marks or not (current.state in (State.COMMITTED, State.FAILED) or ends == State.CANCELLED):
            raise NotReady(_("There is nothing to take back: this file was not saved, or before that was possible."))
        current.state = State.REVERTING
        current.reached = 0
        current.reverted_by = by
        current.revert_report = {"phase": "people", "ends": ends, "done": {}, "left": {}}
        if misread is not None:
            current.revert_report["misread"] = misread.strip()
    current.refusal = ""
    current.asked_at = timezone.now()
    current.save(update_fields=["state", "reached", "reverted_by", "revert_report", "refusal", "asked_at"])
    _copy(current, run)


def _step(run: ImportRun, by) -> None:
    """One chunk; when it meets another writer it is tried again."""
    for attempt in range(1, TRIES + 1):
        try:
            return _chunk(run, by)
        except OperationalError as error:
            if attempt == TRIES or getattr(error.__cause__, "sqlstate", "") not in MEETINGS:
                raise
            log.info("Taking back import %s met another writer and tries the chunk again", run.pk)


@transaction.atomic
def _chunk(run: ImportRun, by) -> None:
    """The next rows of the phase the run is in, and how far that is; at the end of a phase the next one is noted."""
    made_for_sets()
    have_the_book_alone()
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    report = current.revert_report
    if _is_under_way(current):
        rows, work = PHASES[report["phase"]]
        line = gather(current, rows, after=current.reached, chunk=CHUNK)
        if line is None:
            names = [*PHASES, END]
            report["phase"] = names[names.index(report["phase"]) + 1]
            current.reached = 0
        else:
            report["done"] = dict(Counter(report["done"]) + work(current, by))
            report["left"] = dict(Counter(report["left"]) + note_left(current))
            current.reached = line
        current.save(update_fields=["reached", "revert_report"])
    _copy(current, run)


def _is_under_way(run: ImportRun) -> bool:
    return run.state == State.REVERTING and run.revert_report["phase"] != END


def _people(run: ImportRun, by) -> Counter[str]:
    """Known people get back what they had; new ones go, or stay without the yes of the file."""
    attendance = take_back_occasion(run)
    done = restore(run, source_of(run))
    done["removed"] = _remove(run, BORN_PEOPLE, kind="person")
    if "misread" in run.revert_report:
        done += give_back(run, source_of(run), reason=run.revert_report["misread"], by=by)
    done["consent"] = _consent(run, by, shut=True)
    done["attendance"] = attendance
    return done


def _organisations(run: ImportRun, by) -> Counter[str]:
    """Organisations that came as rows or as somebody's employer, once no person holds on to them."""
    done = Counter({"organisations": _remove(run, BORN_ORGANISATIONS, kind="organisation")})
    done["consent"] = _consent(run, by, shut=False)
    return done


def _remove(run: ImportRun, born: str, *, kind: str) -> int:
    """Whom this file brought, and whom files taken back before it had left to it; how many went."""
    count = 0
    for source, whom in [*brought_by_others(kind), (run, born)]:
        gather_born(source, whom)
        count += remove(source, source_of(source))
    return count


def _tags(run: ImportRun, by) -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute(WORDS)
        done = Counter({"words": cursor.fetchone()[0]})
        cursor.execute(WORDS_LEFT_TO_OTHERS)
    return done


def _consent(run: ImportRun, by, *, shut: bool) -> int:
    words = take_back_consent(run, by=by, shut=shut)
    if words:
        transaction.on_commit(partial(_tell, by_person(words)))
    return len(words)


def _tell(left: dict[int, list[int]]) -> None:
    for person, topics in left.items():
        consent_withdrawn.send_robust(ConsentEvent, stakeholder_id=person, topic_ids=topics)


END = "end"
PHASES = {"people": (PEOPLE, _people), "organisations": (ORGANISATIONS, _organisations), "tags": (TAGS, _tags)}
"""Each phase goes through the rows of the file once; people first, then what they stood in."""


@transaction.atomic
def _finish(run: ImportRun) -> None:
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if current.state == State.REVERTING and current.revert_report["phase"] == END:
        current.state = current.revert_report["ends"]
        current.reverted_at = timezone.now()
        current.save(update_fields=["state", "reverted_at"])
        pghistory.create_event(current, label=TAKEN_BACK)
        drop_staging(current)
        let_duplicates_be_looked_for()
    _copy(current, run)


def _percent(run: ImportRun) -> int:
    """People are nearly all of the work."""
    if run.revert_report["phase"] != "people":
        return 95
    return min(95, 95 * run.reached // max(1, sum(run.counts.values())))


def _note_failure(run: ImportRun) -> None:
    """Why it stopped; nobody is rung for it again until a person asks."""
    run.refusal = _("Taking it back stopped part of the way; what is done is kept. Try again.")
    run.asked_at = None
    run.save(update_fields=["refusal", "asked_at"])


def _copy(current: ImportRun, run: ImportRun) -> None:
    """Let the caller's run say what the database says."""
    for name in ("state", "reached", "reverted_by", "reverted_at", "revert_report", "refusal", "asked_at"):
        setattr(run, name, getattr(current, name))
