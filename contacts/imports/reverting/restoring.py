"""People who were in the book before: what the import wrote and nobody changed since goes back."""

from collections import Counter

from django.db import connection

from contacts.imports.models import ImportRun
from contacts.imports.reverting.chains import fold, hand_on
from contacts.imports.writing.before import FIELDS
from contacts.models import ContactPoint

IMAGES = "undo u WHERE u.outcome <> 'created' AND NOT u.merged AND u.image ? '{what}'"

FIELDS_BACK = """
WITH made AS (
    UPDATE contacts_stakeholder b SET {sets}, updated_at = now()
    FROM (SELECT line, person, image -> 'fields' AS f FROM {images}) AS u
    WHERE b.id = u.person AND ({still})
    RETURNING u.line, {changed}
)
SELECT {counts} FROM made
""".format(  # noqa: S608 — only names of columns are put together
    sets=", ".join(
        f"{name} = CASE WHEN b.{name} = u.f->'{name}'->>1 THEN u.f->'{name}'->>0 ELSE b.{name} END" for name in FIELDS
    ),
    still=" OR ".join(f"b.{name} = u.f->'{name}'->>1" for name in FIELDS),
    changed=", ".join(f"old.{name} <> new.{name} AS {name}" for name in FIELDS),
    counts=", ".join(f"count(*) FILTER (WHERE {name})" for name in FIELDS),
    images=IMAGES.format(what="fields"),
)

FIELDS_KEPT = """
INSERT INTO remains (line, id, reason)
SELECT u.line, u.person, 'field:' || k.field
FROM (SELECT * FROM {images}) AS u JOIN contacts_stakeholder b ON b.id = u.person
CROSS JOIN LATERAL (VALUES {pairs}) AS k(field, now)
WHERE u.image -> 'fields' -> k.field ->> 1 <> k.now
""".format(  # noqa: S608 — only names of columns are put together
    images=IMAGES.format(what="fields"), pairs=", ".join(f"('{name}', b.{name})" for name in FIELDS)
)
"""Must be asked before anything is put back."""

OWN_FIELDS = """
(SELECT u.line, u.person, w.slug, w.pair -> 0 AS was, w.pair -> 1 AS now
 FROM undo u, jsonb_each(u.image -> 'custom') AS w(slug, pair) WHERE u.outcome <> 'created' AND NOT u.merged) AS w
JOIN contacts_stakeholder b ON b.id = w.person
"""

OWN_FIELDS_KEPT = f"""
INSERT INTO remains (line, id, reason)
SELECT w.line, w.person, 'custom:' || w.slug FROM {OWN_FIELDS} WHERE coalesce(b.custom -> w.slug, 'null') <> w.now
"""  # noqa: S608 — only constants are put together

OWN_FIELDS_BACK = f"""
UPDATE contacts_stakeholder b SET custom = (b.custom - back.slugs) || back.filled, updated_at = now()
FROM (
    SELECT w.person, array_agg(w.slug) AS slugs,
        coalesce(jsonb_object_agg(w.slug, w.was) FILTER (WHERE w.was <> 'null'), '{{}}'::jsonb) AS filled
    FROM {OWN_FIELDS} WHERE coalesce(b.custom -> w.slug, 'null') = w.now GROUP BY w.person
) AS back WHERE b.id = back.person
"""  # noqa: S608 — only constants are put together

_POINT = [
    field.column for field in ContactPoint._meta.concrete_fields if field.name not in ("id", "created_at", "is_primary")
]
AS_IMPORTED = """
LEFT JOIN LATERAL (
    SELECT e.* FROM {events} e JOIN pghistory_context c ON c.id = e.pgh_context_id
    WHERE e.pgh_obj_id = {thing}.id AND c.metadata ->> 'source' = %(source)s ORDER BY e.pgh_id DESC LIMIT 1
) AS e ON true
"""
"""The state in which the import left a thing, by the history that triggers keep."""

CHOSEN = """
EXISTS (SELECT FROM contacts_contactpointevent h LEFT JOIN pghistory_context hc ON hc.id = h.pgh_context_id
    WHERE h.pgh_obj_id = p.id AND h.pgh_id > e.pgh_id AND h.is_primary
        AND coalesce(hc.metadata ->> 'source', '') NOT LIKE 'import %%')
"""
POINT_CHANGED = (
    "e.pgh_id IS NULL OR p.is_primary AND NOT e.is_primary AND {chosen} OR ({now}) IS DISTINCT FROM ({then})".format(
        chosen=CHOSEN,
        now=", ".join(f"p.{column}" for column in _POINT),
        then=", ".join(f"e.{column}" for column in _POINT),
    )
)
"""Chosen as the main one by somebody is changed; that another one was chosen, or went, says nothing about this one."""

LOST_POINTS = f"""
CREATE TEMP TABLE lost_point ON COMMIT DROP AS
SELECT u.line, p.id, p.stakeholder_id AS person, p.kind, p.is_primary, {POINT_CHANGED} AS changed
FROM undo u CROSS JOIN LATERAL jsonb_array_elements_text(u.image -> 'points') AS i(id)
JOIN contacts_contactpoint p ON p.id = i.id::bigint
{AS_IMPORTED.format(events="contacts_contactpointevent", thing="p")}
WHERE u.outcome <> 'created' AND NOT u.merged;
ANALYZE lost_point;
"""  # noqa: S608 — only constants are put together

POINTS_KEPT = "INSERT INTO remains (line, id, reason) SELECT line, id, 'point' FROM lost_point WHERE changed"

OLD_MAINS = """
SELECT was.id AS was, now.id AS now
FROM undo u CROSS JOIN LATERAL jsonb_array_elements(u.image -> 'mains') AS m(pair)
JOIN contacts_contactpoint was ON was.id = (m.pair ->> 0)::bigint
JOIN contacts_contactpoint now ON now.id = (m.pair ->> 1)::bigint AND now.stakeholder_id = was.stakeholder_id
WHERE NOT u.merged AND now.is_primary AND NOT was.is_primary
"""

MAINS_BACK = (
    f"CREATE TEMP TABLE old_main ON COMMIT DROP AS {OLD_MAINS}",
    "UPDATE contacts_contactpoint SET is_primary = false WHERE id IN (SELECT now FROM old_main)",
    "UPDATE contacts_contactpoint SET is_primary = true WHERE id IN (SELECT was FROM old_main)",
    "DROP TABLE old_main",
)

POINTS_BACK = """
WITH gone AS (
    DELETE FROM contacts_contactpoint p USING lost_point l WHERE p.id = l.id AND NOT l.changed
    RETURNING p.id, p.stakeholder_id, p.kind, l.is_primary
), heir AS (
    SELECT min(p.id) AS id FROM gone g JOIN contacts_contactpoint p USING (stakeholder_id, kind)
    WHERE g.is_primary AND p.id > g.id AND p.id NOT IN (SELECT id FROM gone)
    GROUP BY p.stakeholder_id, p.kind
), heard AS (
    SELECT count(*) AS count FROM gone
)
SELECT heard.count, (SELECT array_agg(id) FROM heir) FROM heard
"""
"""Gone is the address; when it was the main one, the oldest that was added since would have become it."""

HEIRS = """
UPDATE contacts_contactpoint p SET is_primary = true WHERE p.id = ANY(%s) AND NOT EXISTS (
    SELECT FROM contacts_contactpoint m WHERE m.stakeholder_id = p.stakeholder_id AND m.kind = p.kind AND m.is_primary)
"""

STATUSES_BACK = """
UPDATE contacts_contactpoint p SET status = i.was
FROM (
    SELECT (t.triple ->> 0)::bigint AS id, t.triple ->> 1 AS was, t.triple ->> 2 AS now
    FROM undo u, jsonb_array_elements(u.image -> 'statuses') AS t(triple)
) AS i
WHERE p.id = i.id AND p.status = i.now
    AND NOT EXISTS (SELECT FROM contacts_suppression s WHERE s.fingerprint = p.fingerprint AND s.channel = 'email')
    AND NOT EXISTS (
        SELECT FROM contacts_contactpointevent e WHERE e.pgh_obj_id = p.id AND e.status <> i.now AND e.pgh_id > (
            SELECT max(x.pgh_id) FROM contacts_contactpointevent x JOIN pghistory_context c ON c.id = x.pgh_context_id
            WHERE x.pgh_obj_id = p.id AND x.status = i.now AND c.metadata ->> 'source' = %(source)s))
"""
"""The mark of an address goes with its block: while that stands it stays, and what anybody else marked since does."""

LINKS = {"types": "contacts_typing", "tags": "contacts_tagging", "externals": "contacts_externalid"}

LINK_BACK = """
DELETE FROM {table} t USING (
    SELECT u.person, i.id::bigint AS id FROM undo u, jsonb_array_elements_text(u.image -> '{what}') AS i(id)
    WHERE u.outcome <> 'created' AND NOT u.merged
) AS gone WHERE t.id = gone.id AND t.stakeholder_id = gone.person
"""

AFFILIATIONS = """
(SELECT u.line, u.person, (i.pair ->> 0)::bigint AS id, i.pair ->> 1 AS role
 FROM undo u, jsonb_array_elements(u.image -> 'affiliations') AS i(pair) WHERE u.outcome <> 'created' AND NOT u.merged)
"""
AS_WRITTEN = "t.person_id = gone.person AND t.role = gone.role AND t.started_on IS NULL AND t.ended_on IS NULL"

AFFILIATIONS_KEPT = f"""
INSERT INTO remains (line, id, reason)
SELECT gone.line, gone.person, 'affiliation' FROM {AFFILIATIONS} AS gone JOIN contacts_affiliation t USING (id)
WHERE NOT ({AS_WRITTEN})
"""  # noqa: S608 — only constants are put together

AFFILIATIONS_BACK = f"""
DELETE FROM contacts_affiliation t USING {AFFILIATIONS} AS gone WHERE t.id = gone.id AND {AS_WRITTEN}
"""  # noqa: S608 — only constants are put together


def restore(run: ImportRun, source: str) -> Counter[str]:
    """Put back what the rows of `undo` changed about people who were in the book; counts of what was done."""
    done: Counter[str] = Counter()
    fold(run)
    hand_on(run)
    with connection.cursor() as cursor:
        cursor.execute(FIELDS_KEPT)
        cursor.execute(FIELDS_BACK)
        done.update({f"field:{name}": count for name, count in zip(FIELDS, cursor.fetchone(), strict=True)})
        cursor.execute(OWN_FIELDS_KEPT)
        cursor.execute(OWN_FIELDS_BACK)
        done["custom"] += cursor.rowcount
        done["points"] += _points(cursor, source)
        cursor.execute(STATUSES_BACK, {"source": source})
        done["statuses"] += cursor.rowcount
        for what, table in LINKS.items():
            cursor.execute(LINK_BACK.format(table=table, what=what))
            done[what] += cursor.rowcount
        cursor.execute(AFFILIATIONS_KEPT)
        cursor.execute(AFFILIATIONS_BACK)
        done["affiliations"] += cursor.rowcount
    return done


def _points(cursor, source: str) -> int:
    """Take away addresses and numbers that are still as the import left them."""
    cursor.execute(LOST_POINTS, {"source": source})
    cursor.execute(POINTS_KEPT)
    for query in MAINS_BACK:
        cursor.execute(query)
    cursor.execute(POINTS_BACK)
    count, heirs = cursor.fetchone()
    if heirs:
        cursor.execute(HEIRS, [heirs])
    return count
