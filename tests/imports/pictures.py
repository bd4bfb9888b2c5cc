"""What came of a file, to be compared with what came of another one that says the same of other people.

Everything of a file carries its mark, such as `Zab`, in names and addresses; the picture has none of them.
"""

from django.db import connection

from contacts.imports.models import ImportRun

PICTURE = """
SELECT b.kind, b.name, b.first_name, b.last_name, b.zip, b.search,
    ARRAY(SELECT c.kind || c.value || c.status || c.is_primary FROM contacts_contactpoint c
        WHERE c.stakeholder_id = b.id ORDER BY 1),
    ARRAY(SELECT y.slug FROM contacts_typing t JOIN contacts_stakeholdertype y ON y.id = t.type_id
        WHERE t.stakeholder_id = b.id ORDER BY 1),
    ARRAY(SELECT y.name FROM contacts_tagging t JOIN contacts_tag y ON y.id = t.tag_id
        WHERE t.stakeholder_id = b.id ORDER BY 1),
    ARRAY(SELECT o.name || a.role FROM contacts_affiliation a JOIN contacts_stakeholder o ON o.id = a.organisation_id
        WHERE a.person_id = b.id ORDER BY 1),
    ARRAY(SELECT e.topic_id || e.action || (SELECT state FROM contacts_consent n WHERE n.event_id = e.id)
        FROM contacts_consentevent e WHERE e.stakeholder_id = b.id ORDER BY 1),
    (SELECT count(*) FROM contacts_stakeholderevent h WHERE h.pgh_obj_id = b.id),
    (SELECT count(*) FROM contacts_contactpointevent h WHERE h.stakeholder_id = b.id),
    ARRAY(SELECT r.line || r.outcome FROM contacts_importrow r
        WHERE r.stakeholder_id = b.id AND r.run_id = %s ORDER BY 1)
FROM contacts_stakeholder b WHERE b.name LIKE %s OR b.source = %s ORDER BY b.name, 7
"""


def picture(run: ImportRun, mark: str) -> tuple:
    """Everything that came of a run, with nothing in it that tells one mark from another."""
    with connection.cursor() as cursor:
        cursor.execute(PICTURE, [run.pk, f"%{mark}%", f"import {run.pk} from {mark}"])
        people = repr(cursor.fetchall())
    rows = repr(list(run.rows.order_by("line").values_list("line", "outcome", "column", "message", "cells")))
    for one, other in ((mark, "Zzz"), (mark.lower(), "zzz")):
        people, rows = people.replace(one, other), rows.replace(one, other)
    return people, rows, run.counts
