"""The rows of a chunk that have something to take back, and the people whose rows must be left alone."""

import json

from django.db import connection

from contacts.imports.models import ImportRun

FORGET = """
DROP TABLE IF EXISTS pg_temp.undo, pg_temp.born, pg_temp.remains, pg_temp.going, pg_temp.lost_point
"""
"""A chunk starts afresh, also inside the transaction of another."""

UNDO = """
CREATE TEMP TABLE undo ON COMMIT DROP AS
SELECT r.line, r.outcome, r.stakeholder_id AS person, b.kind, {image} AS image,
    r.outcome <> 'created' AND EXISTS (
        SELECT FROM contacts_stakeholdermerge m
        WHERE m.survivor_id = r.stakeholder_id AND m.undone_at IS NULL AND m.at > %(since)s) AS merged
FROM contacts_importrow r LEFT JOIN contacts_stakeholder b ON b.id = r.stakeholder_id
WHERE r.run_id = %(run)s AND r.line > %(after)s AND ({wanted})
ORDER BY r.line LIMIT %(chunk)s;
CREATE INDEX ON undo (line);
ANALYZE undo;
"""

PEOPLE = {
    "image": "coalesce(r.before, '{}'::jsonb)",
    "wanted": "r.before IS NOT NULL OR r.outcome = 'created'",
}
ORGANISATIONS = {
    "image": "coalesce(r.before, '{}'::jsonb) - 'consent' - 'suppressions'",
    "wanted": "r.before ?| ARRAY['organisations', 'brought by'] OR r.outcome = 'created' AND b.kind = 'organisation'",
}
TAGS = {"image": "r.before", "wanted": "r.before ? 'words'"}
"""The rows each phase goes through, and what of them it needs; organisations wait until no person is left in them."""

LOCK = """
SELECT id FROM contacts_stakeholder WHERE id IN (SELECT person FROM undo) ORDER BY id FOR UPDATE
"""
"""In the order of ids, as everybody takes them. Whoever is about to point to one of them waits, or we do."""

REMAINS = """
CREATE TEMP TABLE remains (line int NOT NULL, id bigint, reason text NOT NULL) ON COMMIT DROP
"""
"""What is left as it is: the row of the file, who or what it is, and why (report.py has the words)."""

MERGED = """
INSERT INTO remains (line, id, reason)
SELECT line, person, 'contacts.StakeholderMerge.survivor' FROM undo WHERE merged AND image - 'consent' <> '{}'::jsonb
"""

BORN_PEOPLE = "SELECT line, person AS id FROM undo WHERE outcome = 'created' AND kind = 'person'"

BORN_ORGANISATIONS = """
SELECT line, person AS id FROM undo WHERE outcome = 'created' AND kind = 'organisation'
UNION
SELECT u.line, made.id::bigint FROM undo u, jsonb_array_elements_text(u.image -> 'organisations') AS made(id)
"""

BROUGHT_BY = """
SELECT u.line, s.id FROM undo u CROSS JOIN LATERAL jsonb_each_text(u.image -> 'brought by') AS k(id, run)
JOIN contacts_stakeholder s ON s.id = k.id::bigint WHERE s.kind = '{kind}' AND k.run::bigint = {run}
"""
"""Whom a file that was taken back before had brought, and who stayed because this one names them."""

BORN = """
DROP TABLE IF EXISTS pg_temp.born;
CREATE TEMP TABLE born ON COMMIT DROP AS
SELECT DISTINCT ON (b.id) b.line, b.id, coalesce((
    SELECT m.marks FROM jsonb_array_elements(%(marks)s::jsonb) WITH ORDINALITY AS m(marks, at)
    WHERE (m.marks ->> 'contacts_stakeholder')::bigint >= b.id ORDER BY m.at LIMIT 1),
    %(marks)s::jsonb -> -1, '{{}}'::jsonb) AS marks
FROM ({born}) AS b JOIN contacts_stakeholder s ON s.id = b.id ORDER BY b.id, b.line;
CREATE UNIQUE INDEX ON born (id);
ANALYZE born;
"""
"""Those who came into the book by these rows, with the last numbers of what was written with them.

Somebody without such numbers counts as having everything from elsewhere, and stays.
"""


def gather(run: ImportRun, rows: dict[str, str], *, after: int, chunk: int) -> int | None:
    """Fill `undo` with the next of `rows` after line `after` and lock their people; the last line, None at the end."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(UNDO.format(**rows), {"run": run.pk, "after": after, "chunk": chunk, "since": run.created_at})
        cursor.execute(LOCK)
        cursor.execute(REMAINS)
        cursor.execute(MERGED)
        cursor.execute("SELECT max(line) FROM undo")
        return cursor.fetchone()[0]


def gather_born(run: ImportRun, born: str) -> None:
    """Fill `born` from `undo` by one of the queries BORN_PEOPLE and BORN_ORGANISATIONS."""
    with connection.cursor() as cursor:
        cursor.execute(BORN.format(born=born), {"marks": json.dumps(run.marks)})


def brought_by_others(kind: str) -> list[tuple[ImportRun, str]]:
    """Files taken back before that had brought somebody of `undo`, each with the query of whom, for `gather_born`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT value::bigint FROM undo, jsonb_each_text(image -> 'brought by')")
        numbers = [number for (number,) in cursor.fetchall()]
    return [(run, BROUGHT_BY.format(kind=kind, run=run.pk)) for run in ImportRun.objects.filter(pk__in=numbers)]
