"""Saying who a row is that could mean several people: kept with the run, obeyed by saving it, or done at once.

The lock of the book comes first and then those of rows (contacts/locks.py): a row that is done at once is written as
a chunk is, and whoever is named cannot be merged or erased meanwhile.
"""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contacts.identity.current import whoever_is_now
from contacts.imports.errors import NotReady, Settled
from contacts.imports.keeping.periods import why_gone
from contacts.imports.lines import place_of
from contacts.imports.matching.queries import SAME_PERSON
from contacts.imports.models import ImportDecision, ImportRow, ImportRun
from contacts.locks import have_the_book_alone
from contacts.models.stakeholders import Stakeholder

Choice = ImportDecision.Choice
OPEN_IN = (ImportRun.State.CHECKED, ImportRun.State.FAILED)

OBEY = """
UPDATE fate f SET vague = false, person = d.stakeholder_id, leader = f.line
FROM contacts_importdecision d
WHERE d.run_id = %s AND d.line = f.line AND f.vague AND d.choice IN ('person', 'new')
"""
"""A row about which somebody decided is that person, or nobody yet; one that is left out stays as it is."""


@transaction.atomic
def settle_row(
    run: ImportRun, line: int, *, choice: str, stakeholder: Stakeholder | None = None, by, anew: bool = True
) -> ImportDecision:
    """Keep that the row at `line` is `stakeholder`, somebody new, or to be left out. Raises NotReady.

    Before the file is saved, saving obeys it; afterwards it is done at once. Whoever was merged since is who they
    are now. What was said before is said anew, unless not `anew`: then it stays, and Settled tells what it is.
    """
    have_the_book_alone()
    current = _ready(run)
    if not run.rows.filter(line=line, outcome=ImportRow.Outcome.AMBIGUOUS).exists():
        raise NotReady(_("Line %(line)s does not wait for anybody to say who it is.") % {"line": place_of(line)})
    if choice not in Choice.values or (choice == Choice.PERSON) != (stakeholder is not None):
        raise NotReady(_("Say who the row is: one of the people shown, somebody new, or nobody."))
    if stakeholder is not None:
        stakeholder = person_now(stakeholder.pk)
    said = run.decisions.filter(line=line).first()
    if said and not anew and (said.choice, said.stakeholder) != (choice, stakeholder):
        raise Settled(_("Line %(line)s was settled meanwhile: it %(what)s.") % {"line": said.place, "what": said.told})
    decision, _made = ImportDecision.objects.update_or_create(
        run=run, line=line, defaults={"choice": choice, "stakeholder": stakeholder, "by": by}
    )
    if current.state == ImportRun.State.COMMITTED and choice != Choice.SKIP:
        from contacts.imports.committing.late import save_late

        save_late(current, line, stakeholder.pk if stakeholder else None, by=by)
        run.marks, run.counts = current.marks, current.counts
    return decision


@transaction.atomic
def unsettle_row(run: ImportRun, line: int, *, by) -> None:
    """Forget what was said about the row at `line`; it waits again. Raises NotReady, also once it is done."""
    have_the_book_alone()
    current = _ready(run)
    waits = run.rows.filter(line=line, outcome=ImportRow.Outcome.AMBIGUOUS)
    if current.state == ImportRun.State.COMMITTED and not waits.exists():
        raise NotReady(_("The row is in the book already. Take the whole file back to undo it."))
    ImportDecision.objects.filter(run=run, line=line).delete()


def person_now(pk: int) -> Stakeholder:
    """Whom the number of a page or a program means today. Raises NotReady when they are no longer in the book."""
    somebody = whoever_is_now(pk)
    if somebody is None:
        raise NotReady(_("They are no longer in the book. Look again who the row could be."))
    return somebody


def _ready(run: ImportRun) -> ImportRun:
    """Decide only while nobody works on the file: what a worker has read it would not hear of any more."""
    current = ImportRun.objects.select_for_update(of=["self"]).select_related("partner").get(pk=run.pk)
    if current.state != ImportRun.State.COMMITTED and (current.marks or current.state not in OPEN_IN):
        raise NotReady(_("This file is being worked on or was taken back; nothing can be said about its rows now."))
    if current.is_wordless:
        raise NotReady(why_gone(current))
    return current


def obey_decisions(run: ImportRun) -> None:
    """Let matched rows be who somebody said they are; within the staging of a matched file."""
    with connection.cursor() as cursor:
        cursor.execute(OBEY, [run.pk])
        if cursor.rowcount:
            cursor.execute(SAME_PERSON)
            while cursor.rowcount:
                cursor.execute(SAME_PERSON)
