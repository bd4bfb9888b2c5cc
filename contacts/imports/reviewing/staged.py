"""Rows of a checked file, from the tables the check left in the staging of its run."""

import json

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contacts.imports.lines import SECOND_PERSON
from contacts.imports.models import ImportRun
from contacts.imports.reviewing.lines import PER_PAGE, Change, Line, called
from contacts.imports.staging import staging_of
from contacts.imports.writing.rows import CHANGES_OF

HAS_PLAN = "SELECT to_regclass(%s) IS NOT NULL"
IS_WHOLE = "SELECT EXISTS (SELECT FROM import_{number}.outcome)"

LINES = f"""
SELECT o.line, o.leader, o.person, s.name, s.emails, s.phones, s.organisation, s.zip,
    s.problem_column, s.problem, b.name
FROM outcome o JOIN stage s USING (line) LEFT JOIN contacts_stakeholder b ON b.id = o.person
WHERE o.outcome = %(outcome)s
  AND (mod(o.line, {SECOND_PERSON}), o.line) > (mod(%(after)s, {SECOND_PERSON}), %(after)s)
  AND (%(words)s = '' OR concat_ws(' ', s.name, s.emails, s.phones, s.organisation, s.zip, s.problem) ILIKE %(like)s)
ORDER BY mod(o.line, {SECOND_PERSON}), o.line LIMIT %(limit)s
"""  # noqa: S608 — only a constant is put in

SECONDS = f"SELECT outcome, count(*) FROM outcome WHERE line >= {SECOND_PERSON} GROUP BY outcome"  # noqa: S608

THEIR_CHANGES = CHANGES_OF.format(gainers="SELECT * FROM gain WHERE leader = ANY(%s)")

COUNTED = "SELECT what, count(*) FROM gain, unnest(whats) AS what WHERE what <> 'details' GROUP BY what"
DETAILS = "SELECT * FROM fill LIMIT 0"


def is_staged(run: ImportRun) -> bool:
    """Whether what a check planned for this file is still there."""
    if run.state not in (ImportRun.State.CHECKED, ImportRun.State.FAILED):
        return False
    with connection.cursor() as cursor:
        cursor.execute(HAS_PLAN, [f"import_{run.pk}.outcome"])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(IS_WHOLE.format(number=int(run.pk)))
        return cursor.fetchone()[0]


def lines_of(run: ImportRun, outcome: str, *, after: int, words: str) -> list[Line]:
    """A page of the rows with this outcome, those that change somebody with old → new."""
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    asked: dict[str, str | int] = {
        "outcome": outcome,
        "after": after,
        "words": words,
        "like": pattern,
        "limit": PER_PAGE + 1,
    }
    with transaction.atomic(), staging_of(run), connection.cursor() as cursor:
        cursor.execute(LINES, asked)
        found = cursor.fetchall()
        leaders = [leader for _line, leader, *_rest in found] if outcome == "updated" else []
        cursor.execute(THEIR_CHANGES, [leaders])
        changes = {leader: json.loads(data)["changes"] for leader, data in cursor.fetchall()}
    return [_line(row, outcome, changes) for row in found]


def second_persons(run: ImportRun) -> dict[str, int]:
    """How many second persons of rows have each outcome."""
    with transaction.atomic(), staging_of(run), connection.cursor() as cursor:
        cursor.execute(SECONDS)
        return dict(cursor.fetchall())


def _line(row: tuple, outcome: str, changes: dict[int, list]) -> Line:
    number, leader, person, name, emails, phones, organisation, zip_code, column, problem, known = row
    facts = [*_several(emails), *_several(phones), organisation or "", zip_code or ""]
    message = problem or ""
    if leader is not None and leader != number and outcome == "unchanged":
        message = _("Says again what line %(line)s says.") % {"line": leader % SECOND_PERSON}
    return Line(
        number,
        outcome,
        who=known or name or "",
        person=person,
        facts=[fact for fact in facts if fact],
        changes=[Change(called(what), was or "", now or "") for what, was, now in changes.get(leader, [])],
        column=column or "",
        message=message,
    )


def _several(joined: str | None) -> list[str]:
    return (joined or "").split("\x1f") if joined else []


def changes_by_field() -> dict[str, int]:
    """How many people in the book would change, by what changes; within the staging of a planned file."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        found = dict(cursor.fetchall())
        cursor.execute(DETAILS)
        names = [column.name for column in cursor.description if column.name not in ("leader", "person")]
        if names:
            cursor.execute("SELECT " + ", ".join(f'count("{name}")' for name in names) + " FROM fill")  # noqa: S608
            found |= {name: count for name, count in zip(names, cursor.fetchone(), strict=True) if count}
    return dict(sorted(found.items(), key=lambda item: -item[1]))
