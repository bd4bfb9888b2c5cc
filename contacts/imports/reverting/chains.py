"""What a later row or a later file wrote over: what stood there at first must not get lost.

    one file, a row settled late:  "" → 28202 (line 9), 28202 → 28205 (line 4)   is undone as   "" → 28205
    two files, the first goes:     "" → 28202 (file 1), 28202 → 28205 (file 2)   leaves file 2 with   "" → 28205

A value that somebody else wrote in between breaks the chain, and what came before it is kept.
"""

import json
from collections import defaultdict
from typing import Any

from django.db import connection

from contacts.imports.models import ImportRun
from contacts.imports.writing.before import FIELDS

Image = dict[str, Any]
PAIRED = ["fields", "custom", "mains"]
"""Parts of an image that say what was there before."""

SEVERAL = """
SELECT r.stakeholder_id, r.line, r.before FROM contacts_importrow r
WHERE r.run_id = %(run)s AND r.before ?| %(paired)s AND r.stakeholder_id IN (
    SELECT u.person FROM undo u JOIN contacts_importrow o ON o.stakeholder_id = u.person AND o.line <> u.line
    WHERE u.outcome <> 'created' AND o.run_id = %(run)s AND u.image ?| %(paired)s AND o.before ?| %(paired)s)
ORDER BY r.line
"""
"""The rows of people of whom this file changed something by more than one row."""

VALUES = """
SELECT jsonb_build_object({fields}), b.custom, (
    SELECT coalesce(jsonb_agg(p.id), '[]') FROM contacts_contactpoint p WHERE p.stakeholder_id = b.id AND p.is_primary)
FROM contacts_stakeholder b WHERE b.id = %s
""".format(fields=", ".join(f"'{name}', b.{name}" for name in FIELDS))  # noqa: S608 — only names of columns

VALUE_NOW = {
    "fields": "to_jsonb(CASE k.key " + " ".join(f"WHEN '{name}' THEN b.{name}" for name in FIELDS) + " END)",
    "custom": "b.custom -> k.key",
}
OVERWRITTEN = """
CREATE TEMP TABLE overwritten ON COMMIT DROP AS
{values}
SELECT 'mains' AS what, u.person, '' AS name, k.pair -> 0 AS was, k.pair -> 1 AS now
FROM undo u CROSS JOIN LATERAL jsonb_array_elements(u.image -> 'mains') AS k(pair)
JOIN contacts_contactpoint p ON p.id = (k.pair ->> 1)::bigint AND NOT p.is_primary
WHERE u.outcome <> 'created' AND NOT u.merged;
ANALYZE overwritten;
""".format(
    values="".join(
        f"""
SELECT '{what}' AS what, u.person, k.key AS name, k.value -> 0 AS was, k.value -> 1 AS now
FROM undo u CROSS JOIN LATERAL jsonb_each(u.image -> '{what}') AS k JOIN contacts_stakeholder b ON b.id = u.person
WHERE u.outcome <> 'created' AND NOT u.merged AND k.value -> 1 <> coalesce({now}, 'null')
UNION ALL"""  # noqa: S608 — only names of columns are put together
        for what, now in VALUE_NOW.items()
    )
)
"""What of `undo` is not there any more: few, or nothing. A table, so that rows are looked up for those only."""

LATER = """
FROM overwritten o JOIN contacts_importrow l ON l.stakeholder_id = o.person
JOIN contacts_importrun a ON a.id = l.run_id AND a.state NOT IN ('reverted', 'cancelled')
WHERE l.run_id <> %(run)s AND coalesce(a.committed_at, 'infinity') > %(saved)s AND o.what = '{what}'
"""
"""Rows about the same people in files that were saved later and still count."""
HANDED_ON = """
UPDATE contacts_importrow r SET before = r.before || jsonb_build_object('{what}', (r.before -> '{what}') || o.pairs)
FROM (
    SELECT run_id, line, jsonb_object_agg(name, pair) AS pairs FROM (
        SELECT DISTINCT ON (o.person, o.name) l.run_id, l.line, o.name,
            jsonb_build_array(o.was, l.before -> '{what}' -> o.name -> 1) AS pair
        {later} AND l.before -> '{what}' -> o.name -> 0 = o.now
        ORDER BY o.person, o.name, a.committed_at, l.line
    ) AS first GROUP BY run_id, line
) AS o WHERE r.run_id = o.run_id AND r.line = o.line
"""
MAINS_HANDED_ON = """
UPDATE contacts_importrow r SET before = r.before || jsonb_build_object('mains', (
    SELECT jsonb_agg(CASE WHEN m.pair -> 0 = o.now THEN jsonb_build_array(o.was, m.pair -> 1) ELSE m.pair END)
    FROM jsonb_array_elements(r.before -> 'mains') AS m(pair)))
FROM (SELECT l.run_id, l.line, o.was, o.now {later} AND l.before ? 'mains') AS o
WHERE r.run_id = o.run_id AND r.line = o.line AND EXISTS (
    SELECT FROM jsonb_array_elements(r.before -> 'mains') AS m(pair) WHERE m.pair -> 0 = o.now)
"""
ATTENDANCE_HANDED_ON = """
UPDATE contacts_importrow r SET before = r.before || jsonb_build_object('occasion', (
    SELECT jsonb_agg(coalesce((
        SELECT jsonb_build_array(i.item -> 0, o.item -> 1, i.item -> 2) FROM jsonb_array_elements(h.items) AS o(item)
        WHERE o.item -> 0 = i.item -> 0 AND o.item -> 2 = i.item -> 1 LIMIT 1), i.item))
    FROM jsonb_array_elements(r.before -> 'occasion') AS i(item)))
FROM (
    SELECT l.run_id, l.line, u.image -> 'occasion' AS items
    FROM undo u JOIN contacts_importrow l ON l.stakeholder_id = u.person AND l.run_id <> %(run)s
    JOIN contacts_importrun a ON a.id = l.run_id AND a.state NOT IN ('reverted', 'cancelled')
        AND coalesce(a.committed_at, 'infinity') > %(saved)s
    WHERE u.image ? 'occasion' AND l.before ? 'occasion'
) AS h WHERE r.run_id = h.run_id AND r.line = h.line
"""
HANDING_ON = (
    *(HANDED_ON.format(what=what, later=LATER.format(what=what)) for what in VALUE_NOW),
    MAINS_HANDED_ON.format(later=LATER.format(what="mains")),
)


def fold(run: ImportRun) -> None:
    """Let one row of each person say what all rows of the file did to a value; needs `undo`.

    Only rows that somebody settled after the file was saved write a second time about the same person.
    """
    if not run.decisions.exists():
        return
    people: dict[int, dict[int, Image]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(SEVERAL, {"run": run.pk, "paired": PAIRED})
        for person, line, image in cursor.fetchall():
            people[person][line] = json.loads(image)
        for person, images in people.items():
            cursor.execute(VALUES, [person])
            fields, custom, mains = map(json.loads, cursor.fetchone())
            for what, values in (("fields", fields), ("custom", custom)):
                _fold_values(images, what, values)
            _fold_mains(images, mains)
            for line, image in images.items():
                cursor.execute("UPDATE undo SET image = %s WHERE line = %s", [json.dumps(image), line])
                cursor.execute(
                    "UPDATE contacts_importrow SET before = %s WHERE run_id = %s AND line = %s",
                    [json.dumps(image), run.pk, line],
                )


def hand_on(run: ImportRun) -> None:
    """Where a later file wrote over a value of this one, let it say what was there before this one; needs `undo`."""
    facts: dict[str, Any] = {"run": run.pk, "saved": run.committed_at or run.created_at}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.overwritten")
        cursor.execute(OVERWRITTEN)
        cursor.execute("SELECT EXISTS (SELECT FROM overwritten)")
        if cursor.fetchone()[0]:
            for query in HANDING_ON:
                cursor.execute(query, facts)
        if run.occasion:
            cursor.execute(ATTENDANCE_HANDED_ON, facts)


def _fold_values(images: dict[int, Image], what: str, values: dict[str, Any]) -> None:
    for name in {name for image in images.values() for name in image.get(what, {})}:
        pairs = {line: image[what][name] for line, image in images.items() if name in image.get(what, {})}
        lines, was = _walk_back(pairs, values.get(name))
        for line in lines[1:]:
            del images[line][what][name]
        if lines:
            images[lines[0]][what][name] = [was, values.get(name)]


def _fold_mains(images: dict[int, Image], mains: list[int]) -> None:
    for main in mains:
        pairs = {line: pair for line, image in images.items() for pair in image.get("mains", [])}
        lines, was = _walk_back(pairs, main)
        for line in lines:
            images[line]["mains"].remove(pairs[line])
        if lines:
            images[lines[0]]["mains"].append([was, main])


def _walk_back(pairs: dict[int, list], value: Any) -> tuple[list[int], Any]:
    """From `value` back to what was there before any of `pairs`; the lines on the way, the first of the file first."""
    left, lines = dict(pairs), []
    while line := next((line for line, (_was, now) in left.items() if now == value), None):
        value = left.pop(line)[0]
        lines.append(line)
    return sorted(lines), value
