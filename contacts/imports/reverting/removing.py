"""People and organisations the import made: they go when nothing but the import says anything about them.

Every relation to a person in every app is asked (crm/privacy.py), so that a new one is heard without being named
here. Only the parts that an import itself writes are told apart: those that came with the person, and later ones.
"""

import pgtrigger
from django.apps import apps
from django.db import connection

from contacts.imports.models import ImportRun
from contacts.imports.reverting.restoring import AS_IMPORTED, POINT_CHANGED
from contacts.models import Stakeholder
from crm.privacy import RELATIONS, Merge

TAKEN_BACK = "('reverting', 'reverted', 'cancelled')"
LATER = "t.id > coalesce((b.marks ->> '{table}')::bigint, 0)"

PARTS = {
    "contacts.ContactPoint.stakeholder": LATER,
    "contacts.Typing.stakeholder": LATER,
    "contacts.Tagging.stakeholder": LATER,
    "contacts.Affiliation.person": f"({LATER} OR t.started_on IS NOT NULL OR t.ended_on IS NOT NULL)",
    "contacts.ExternalId.stakeholder": LATER,
    "contacts.ConsentEvent.stakeholder": f"""{LATER} AND NOT t.evidence ? 'takes back' AND NOT EXISTS (
        SELECT FROM contacts_importrun r WHERE r.id = (t.evidence ->> 'run')::bigint AND r.state IN {TAKEN_BACK})""",
}
"""What an import writes about a person, and when a row of it is somebody else's word; these go with the person."""

OF_IMPORTS = {
    "contacts.ImportRow.stakeholder": f"""t.run_id <> %(run)s AND NOT EXISTS (
        SELECT FROM contacts_importrun r WHERE r.id = t.run_id AND r.state IN {TAKEN_BACK})""",
    "contacts.ImportDecision.stakeholder": "t.run_id <> %(run)s",
}
"""Another file that names them keeps them; this one, and one that was taken back, does not."""

CLAIMED = """
INSERT INTO remains (line, id, reason)
SELECT b.line, b.id, '{reason}' FROM born b WHERE EXISTS (SELECT FROM {table} t WHERE t.{column} = b.id AND {when})
"""

_SHOWN = [
    field.column
    for field in Stakeholder._meta.concrete_fields
    if field.name not in ("id", "search", "created_at", "updated_at")
]

EDITED = """
INSERT INTO remains (line, id, reason)
SELECT b.line, b.id, 'edited' FROM born b JOIN contacts_stakeholder s ON s.id = b.id {as_imported}
WHERE e.pgh_id IS NULL OR ({now}) IS DISTINCT FROM ({then}) OR NOT EXISTS (
    SELECT FROM contacts_stakeholderevent i JOIN pghistory_context c ON c.id = i.pgh_context_id
    WHERE i.pgh_obj_id = b.id AND i.pgh_label = 'insert' AND c.metadata ->> 'source' = %(source)s)
""".format(
    as_imported=AS_IMPORTED.format(events="contacts_stakeholderevent", thing="s"),
    now=", ".join(f"s.{column}" for column in _SHOWN),
    then=", ".join(f"e.{column}" for column in _SHOWN),
)

POINTS_EDITED = f"""
INSERT INTO remains (line, id, reason)
SELECT DISTINCT b.line, b.id, 'contacts.ContactPoint.stakeholder'
FROM born b JOIN contacts_contactpoint p ON p.stakeholder_id = b.id
{AS_IMPORTED.format(events="contacts_contactpointevent", thing="p")}
WHERE {POINT_CHANGED}
UNION
SELECT b.line, b.id, 'contacts.ContactPoint.stakeholder'
FROM born b JOIN contacts_contactpointevent e ON e.stakeholder_id = b.id AND e.pgh_label = 'insert'
WHERE NOT EXISTS (SELECT FROM contacts_contactpoint p WHERE p.id = e.pgh_obj_id)
    AND e.pgh_obj_id <= coalesce((b.marks ->> 'contacts_contactpoint')::bigint, 0)
"""  # noqa: S608 — only constants are put together

LEFT_TO_OTHERS = f"""
UPDATE contacts_importrow r SET before = coalesce(r.before, '{{}}')
    || jsonb_build_object('brought by', coalesce(r.before -> 'brought by', '{{}}') || h.theirs)
FROM (
    SELECT l.run_id, l.line, jsonb_object_agg(b.id, %(run)s::int) AS theirs
    FROM born b CROSS JOIN LATERAL (
        SELECT o.run_id, o.line FROM contacts_importrow o JOIN contacts_importrun a ON a.id = o.run_id
        WHERE o.stakeholder_id = ANY(ARRAY(
                SELECT b.id UNION ALL SELECT m.person_id FROM contacts_affiliation m WHERE m.organisation_id = b.id))
            AND o.run_id <> %(run)s AND a.state NOT IN {TAKEN_BACK}
        LIMIT 1) AS l
    WHERE EXISTS (SELECT FROM remains x WHERE x.id = b.id
        AND x.reason IN ('contacts.ImportRow.stakeholder', 'contacts.Affiliation.organisation'))
    GROUP BY l.run_id, l.line
) AS h WHERE r.run_id = h.run_id AND r.line = h.line
"""  # noqa: S608 — only constants are put together
"""Who stays because another file names them, or names somebody of theirs, is left to it, with who had brought them."""

GOING = """
DROP TABLE IF EXISTS pg_temp.going;
CREATE TEMP TABLE going ON COMMIT DROP AS
SELECT b.line, b.id FROM born b WHERE NOT EXISTS (SELECT FROM remains r WHERE r.id = b.id);
CREATE UNIQUE INDEX ON going (id);
ANALYZE going;
"""

ROWS_LET_GO = """
UPDATE contacts_importrow r SET stakeholder_id = NULL FROM going g WHERE r.stakeholder_id = g.id
"""

NEEDLESS = ("contacts.ConsentEvent:append_only", "contacts.ContactPoint:search_on_delete")
"""People who leave the book altogether leave with their words, and need no search text on the way out."""


def remove(run: ImportRun, source: str) -> int:
    """Take those of `born` out of the book whom nothing else needs; who stays is noted in `remains`. Gives how many."""
    facts: dict[str, int | str] = {"run": run.pk, "source": source}
    with connection.cursor() as cursor:
        for query in (EDITED, POINTS_EDITED, *_claims(), LEFT_TO_OTHERS):
            cursor.execute(query, facts)
        cursor.execute(GOING)
        cursor.execute("SELECT count(*) FROM going")
        count = cursor.fetchone()[0]
        if count:
            cursor.execute(ROWS_LET_GO)
            with pgtrigger.ignore(*NEEDLESS):
                for table, column in _parts():
                    cursor.execute(f"DELETE FROM {table} t USING going g WHERE t.{column} = g.id")  # noqa: S608
            cursor.execute("DELETE FROM contacts_stakeholder s USING going g WHERE s.id = g.id")
    return count


def _claims() -> list[str]:
    """A question for every relation by which something may hold on to a person."""
    found = []
    for key, place in RELATIONS.items():
        if place.merge in (Merge.DERIVED, Merge.STAYS):
            continue
        table, column = place_of(key)
        when = PARTS.get(key) or OF_IMPORTS.get(key) or "true"
        found.append(CLAIMED.format(reason=key, table=table, column=column, when=when.format(table=table)))
    return found


def _parts() -> list[tuple[str, str]]:
    """Where rows go together with their person: what the import wrote, what follows from it, and its own decisions."""
    keys = [key for key, place in RELATIONS.items() if key in PARTS or place.merge == Merge.DERIVED]
    return [place_of(key) for key in [*keys, "contacts.ImportDecision.stakeholder"]]


def place_of(key: str) -> tuple[str, str]:
    """The table and column of a relation, such as `engagement.Registration.stakeholder`."""
    app, name, field = key.split(".")
    model = apps.get_model(app, name)
    return model._meta.db_table, model._meta.get_field(field).column
