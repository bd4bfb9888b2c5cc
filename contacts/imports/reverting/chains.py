"""Values that were written over by a later row or a later file: what stood there at first must not get lost.

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

OVERWRITTEN = """
SELECT u.person, k.key AS name, k.value -> 0 AS was, k.value -> 1 AS now
FROM undo u CROSS JOIN LATERAL jsonb_each(u.image -> '{what}') AS k JOIN contacts_stakeholder b ON b.id = u.person
WHERE u.outcome <> 'created' AND NOT u.merged AND k.value -> 1 <> coalesce({now}, 'null')
"""
NOW = {
    "fields": "to_jsonb(CASE k.key " + " ".join(f"WHEN '{name}' THEN b.{name}" for name in FIELDS) + " END)",
    "custom": "b.custom -> k.key",
}
HANDED_ON = """
UPDATE contacts_importrow r SET before = r.before || jsonb_build_object('{what}', (r.before -> '{what}') || o.pairs)
FROM (
    SELECT l.run_id, l.line,
        jsonb_object_agg(o.name, jsonb_build_array(o.was, l.before -> '{what}' -> o.name -> 1)) AS pairs
    FROM ({overwritten}) AS o
    JOIN contacts_importrow l ON l.stakeholder_id = o.person AND l.before -> '{what}' -> o.name -> 0 = o.now
    JOIN contacts_importrun a ON a.id = l.run_id AND a.state NOT IN ('reverted', 'cancelled')
    WHERE l.run_id <> %(run)s GROUP BY l.run_id, l.line
) AS o WHERE r.run_id = o.run_id AND r.line = o.line
"""
MAINS_HANDED_ON = """
UPDATE contacts_importrow r SET before = r.before || jsonb_build_object('mains', (
    SELECT jsonb_agg(CASE WHEN m.pair -> 0 = o.now THEN jsonb_build_array(o.was, m.pair -> 1) ELSE m.pair END)
    FROM jsonb_array_elements(r.before -> 'mains') AS m(pair)))
FROM (
    SELECT u.person, k.pair -> 0 AS was, k.pair -> 1 AS now
    FROM undo u CROSS JOIN LATERAL jsonb_array_elements(u.image -> 'mains') AS k(pair)
    JOIN contacts_contactpoint p ON p.id = (k.pair ->> 1)::bigint AND NOT p.is_primary
    WHERE NOT u.merged
) AS o
WHERE r.stakeholder_id = o.person AND r.run_id <> %(run)s AND r.before ? 'mains' AND EXISTS (
    SELECT FROM contacts_importrun a WHERE a.id = r.run_id AND a.state NOT IN ('reverted', 'cancelled'))
"""


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
    with connection.cursor() as cursor:
        for what, now in NOW.items():
            cursor.execute(
                HANDED_ON.format(what=what, overwritten=OVERWRITTEN.format(what=what, now=now)), {"run": run.pk}
            )
        cursor.execute(MAINS_HANDED_ON, {"run": run.pk})


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
