"""What became of each row, kept with the run."""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from heapq import merge

from django.db import connection
from django.utils.translation import gettext as _

from contacts.imports.lines import SECOND_PERSON, row_of
from contacts.imports.models import ImportRun
from contacts.imports.reading import Table
from contacts.imports.staging import KEPT

LONGEST_KEPT_CELL = 10_000
FIRST_CHANGES = 200
"""Changes kept old → new for the review of a check."""

TROUBLED = "SELECT line FROM outcome WHERE outcome IN ('rejected', 'ambiguous') ORDER BY line"

REPORTED = """
INSERT INTO contacts_importrow (run_id, line, outcome, "column", message, cells, data, stakeholder_id, before)
SELECT %(run)s, o.line, o.outcome, left(s.problem_column, 120),
    CASE WHEN o.outcome = 'rejected' THEN s.problem
        WHEN o.outcome = 'ambiguous' THEN %(several)s
        WHEN o.leader <> o.line THEN replace(%(repeats)s, '%%', mod(o.leader, %(second)s)::text)
        ELSE '' END,
    coalesce(c.cells, '[]'::jsonb), coalesce(changes.data, '{{}}'::jsonb), {stakeholder}, {before}
FROM outcome o JOIN stage s USING (line)
LEFT JOIN cell c USING (line)
LEFT JOIN ({changes}) AS changes ON changes.leader = o.line
{home}
WHERE {wanted}
ORDER BY o.line
"""

CHANGES_OF = """
SELECT g.leader, jsonb_build_object('who', b.name, 'id', b.id, 'changes', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(what, was, becomes)), '[]') FROM (
        SELECT v.what, v.was, v.becomes FROM fill f
        CROSS JOIN LATERAL (VALUES ('name', b.name, f.name), ('first_name', b.first_name, f.first_name),
            ('last_name', b.last_name, f.last_name), ('zip', b.zip, f.zip), ('language', b.language, f.language),
            ('notes', b.notes, f.notes)
        ) AS v(what, was, becomes) WHERE f.leader = g.leader AND v.becomes IS NOT NULL
        UNION ALL SELECT 'custom:' || o.key, b.custom ->> o.key, o.value FROM fill f, jsonb_each_text(f.custom) o
            WHERE f.leader = g.leader
        UNION ALL SELECT n.kind, '', n.value FROM new_point n WHERE n.leader = g.leader
        UNION ALL SELECT 'main ' || n.kind, c.value, n.normalized FROM new_main n JOIN contacts_contactpoint c
            ON c.stakeholder_id = n.person AND c.kind = n.kind AND c.is_primary WHERE n.leader = g.leader
        UNION ALL SELECT 'external', '', n.system || ':' || n.value FROM new_external n WHERE n.leader = g.leader
        UNION ALL SELECT 'type', '', t.name_en FROM new_type n JOIN contacts_stakeholdertype t ON t.id = n.type
            WHERE n.leader = g.leader
        UNION ALL SELECT 'tag', '', n.tag FROM new_tag n WHERE n.leader = g.leader
        UNION ALL SELECT 'organisation', '', n.organisation FROM new_affiliation n WHERE n.leader = g.leader
        UNION ALL SELECT n.action, '', t.name_en FROM new_word n JOIN contacts_topic t ON t.id = n.topic
            WHERE n.leader = g.leader
        UNION ALL SELECT 'suppressed', '', n.address FROM new_suppression n WHERE n.line = g.leader
    ) AS every(what, was, becomes)
)) AS data
FROM ({gainers}) g JOIN who w USING (leader)
JOIN contacts_stakeholder b ON b.id = w.person
"""
"""People that would change (some rows of `gain`), with what they have now and what they would have."""

CHANGES = CHANGES_OF.format(gainers="SELECT * FROM gain ORDER BY leader LIMIT {limit}")

NO_CHANGES = "SELECT NULL::int AS leader, NULL::jsonb AS data WHERE false"


def keep_cells(table: Table, troubled: str = TROUBLED) -> None:
    """Read the file once more for the cells of rejected and ambiguous rows, if there are any.

    `troubled` is SQL for their lines in order; cells that are kept already stay.
    """
    with connection.cursor() as cursor:
        cursor.execute(KEPT.made("CREATE TABLE IF NOT EXISTS cell (line int PRIMARY KEY, cells jsonb)"))
        cursor.execute(troubled)
        lines = array("I")
        while rows := cursor.fetchmany(10_000):
            lines.extend(row[0] for row in rows)
        if lines:
            with cursor.copy("COPY cell FROM STDIN") as copy:
                for line, cells in _cells_of(table, lines):
                    copy.write_row((line, json.dumps(cells)))
        cursor.execute("ANALYZE cell")


def _cells_of(table: Table, lines: array) -> Iterator[tuple[int, list[str]]]:
    """Both run in the order of the file, and the second person of a row goes with the first: one walk suffices."""
    split = bisect_left(lines, SECOND_PERSON)
    wanted = merge(lines[:split], lines[split:], key=row_of)
    line = next(wanted, None)
    for row in table.rows():
        while line is not None and row_of(line) == row.line:
            yield line, [_storable(cell) for cell in row.cells]
            line = next(wanted, None)
        if line is None:
            return


def _storable(cell: str) -> str:
    text = cell[:LONGEST_KEPT_CELL].replace("\0", "\ufffd")
    return text.encode("utf-8", "replace").decode()


def write_review(run: ImportRun) -> None:
    """Keep the rows of a checked file that a person should look at, instead of those of an earlier check."""
    shown = "o.outcome IN ('rejected', 'ambiguous') OR o.leader <> o.line OR changes.leader IS NOT NULL"
    query = REPORTED.format(
        stakeholder="NULL::bigint",
        before="NULL::jsonb",
        home="",
        wanted=shown,
        changes=CHANGES.format(limit=FIRST_CHANGES),
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_importrow WHERE run_id = %s", [run.pk])
        cursor.execute(query, _words(run))


def write_rows(run: ImportRun) -> None:
    """Keep what became of the rows that were just saved."""
    query = REPORTED.format(
        stakeholder="CASE WHEN o.outcome <> 'ambiguous' THEN h.id END",
        before="b.image",
        home="LEFT JOIN home h ON h.leader = o.leader LEFT JOIN before b ON b.line = o.line",
        wanted="true",
        changes=NO_CHANGES,
    )
    with connection.cursor() as cursor:
        cursor.execute(query, _words(run))


def _words(run: ImportRun) -> dict[str, int | str]:
    return {
        "run": run.pk,
        "several": _("Several people could be meant; nothing was changed."),
        "second": SECOND_PERSON,
        "repeats": _("Says again what line %(line)s says.") % {"line": "%"},
    }
