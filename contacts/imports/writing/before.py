"""Before-images: what each row of a file changed and added, so that it can be taken back (contacts/imports/reverting/).

While the book is written, every statement notes what it really did, by RETURNING: a row that ON CONFLICT passed
over is nobody's. `BEFORE` then makes one value of it for each row of the file, as `ImportRow.before` keeps it:

    {"fields": {"zip": ["", "28202"]}, "custom": {slug: [was, now]},
     "points": [ids], "statuses": [[point, was, now]], "mains": [[point that was the main one, point that is]],
     "types": [ids], "tags": [ids], "affiliations": [[id, role]], "externals": [ids], "consent": [event ids],
     "suppressions": [ids], "organisations": [ids of stakeholders], "words": [[tag, name]],
     "occasion": [[registration, was or null, now]], "no again": [topics], "brought by": {stakeholder: run}}

`organisations` and `words` are what the row brought into being beyond its person; `no again` are topics of which
another file had said already that they left them: nothing was written, but it was said. `brought by` comes later, from
a file that had brought somebody and was taken back while this one still named them. Somebody new needs none of the
rest: all they have is from the file, up to the numbers of `MARKS`, which are kept once for a chunk.
"""

from django.db import connection

from contacts.imports.models import ImportRun

NOTED = """
CREATE TEMP TABLE noted (line int NOT NULL, what text NOT NULL, item jsonb NOT NULL) ON COMMIT DROP
"""

NOTING = """
WITH made AS ({insert} RETURNING id, {whose}{also})
INSERT INTO noted (line, what, item)
SELECT h.leader, '{what}', {item} FROM made m JOIN home h ON h.id = m.{whose}
"""

WHOSE = {"affiliations": "person_id"}
ITEMS = {"affiliations": (", role", "jsonb_build_array(m.id, m.role)")}

FIELDS = ("name", "first_name", "last_name", "zip", "language", "notes")

NOTING_FIELDS = """
WITH made AS (
    {{update}} RETURNING f.leader, f.custom AS own, old.custom AS own_was, new.custom AS own_now, {returned}
), own AS (
    INSERT INTO noted (line, what, item)
    SELECT m.leader, 'custom', (
        SELECT jsonb_object_agg(o.slug, jsonb_build_array(m.own_was -> o.slug, m.own_now -> o.slug))
        FROM jsonb_object_keys(m.own) AS o(slug) WHERE m.own_was -> o.slug IS DISTINCT FROM m.own_now -> o.slug)
    FROM made m WHERE m.own_was <> m.own_now
)
INSERT INTO noted (line, what, item)
SELECT m.leader, 'fields', (
    SELECT jsonb_object_agg(v.field, jsonb_build_array(v.was, v.now))
    FROM (VALUES {pairs}) AS v(field, was, now) WHERE v.was <> v.now)
FROM made m WHERE ({was}) IS DISTINCT FROM ({now})
""".format(  # noqa: S608 — only names of columns are put together
    returned=", ".join(f"old.{name} AS was_{name}, new.{name} AS now_{name}" for name in FIELDS),
    pairs=", ".join(f"('{name}', m.was_{name}, m.now_{name})" for name in FIELDS),
    was=", ".join(f"m.was_{name}" for name in FIELDS),
    now=", ".join(f"m.now_{name}" for name in FIELDS),
)

NOTING_MAINS = """
INSERT INTO noted (line, what, item) SELECT leader, 'mains', jsonb_build_array(was, now) FROM main_pair
"""

NOTING_STATUSES = """
WITH made AS ({update} RETURNING n.line, c.id, old.status AS was, new.status AS now)
INSERT INTO noted (line, what, item) SELECT line, 'statuses', jsonb_build_array(id, was, now) FROM made
"""

NOTING_SUPPRESSIONS = """
WITH made AS ({insert} RETURNING id, fingerprint)
INSERT INTO noted (line, what, item)
SELECT n.line, 'suppressions', to_jsonb(m.id) FROM made m JOIN new_suppression n USING (fingerprint)
"""

NOTING_NO_AGAIN = """
INSERT INTO noted (line, what, item) SELECT leader, 'no again', to_jsonb(topic) FROM no_again
"""

SHUT_AGAIN = """
INSERT INTO contacts_suppressionevent (pgh_created_at, pgh_label, pgh_obj_id, pgh_context_id,
    id, channel, address, fingerprint, reason, source, note, at)
SELECT now(), 'said_again', x.id, _pgh_attach_context(),
    x.id, x.channel, x.address, x.fingerprint, x.reason, x.source, x.note, x.at
FROM contacts_suppression x WHERE x.channel = 'email' AND x.fingerprint IN (
    SELECT print FROM stage_email WHERE state IN ('bounced', 'complained', 'no_contact'))
  AND NOT EXISTS (SELECT FROM new_suppression n WHERE n.fingerprint = x.fingerprint)
"""
"""An address that was shut before, and of which this file says it, too."""

NOTING_WORDS = """
WITH made AS ({insert} RETURNING id, name)
INSERT INTO noted (line, what, item)
SELECT min(n.leader), 'words', jsonb_build_array(m.id, m.name)
FROM made m JOIN new_tag n ON n.word = lower(m.name) GROUP BY m.id, m.name
"""

BEFORE = """
CREATE TEMP TABLE before ON COMMIT DROP AS
SELECT line, jsonb_object_agg(what, CASE WHEN what IN ('fields', 'custom') THEN items -> 0 ELSE items END) AS image
FROM (SELECT line, what, jsonb_agg(item ORDER BY item) AS items FROM noted GROUP BY line, what) AS gathered
GROUP BY line;
CREATE UNIQUE INDEX ON before (line);
ANALYZE before;
"""

MARKED = (
    "contacts_stakeholder",
    "contacts_contactpoint",
    "contacts_typing",
    "contacts_tagging",
    "contacts_affiliation",
    "contacts_externalid",
    "contacts_consentevent",
)
"""Tables in which an import writes something about people, with numbers that only grow."""

MARKS = "SELECT " + ", ".join(f"(SELECT last_value FROM {table}_id_seq)" for table in MARKED)  # noqa: S608


def noting(what: str, insert: str) -> str:
    """The INSERT, followed by a note of what it really made for people who were in the book."""
    also, item = ITEMS.get(what, ("", "to_jsonb(m.id)"))
    return NOTING.format(insert=insert, what=what, whose=WHOSE.get(what, "stakeholder_id"), also=also, item=item)


LAST_BORN = "SELECT max(id) FROM home WHERE born"


def marks(line: int, *, followed: bool = False) -> dict[str, int]:
    """The last numbers given out in MARKED when the rows up to `line` were written: what came later has higher ones.

    While a chunk is `followed` by one that is being written beside it, only its own people are its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(MARKS)
        found = {"line": line, **dict(zip(MARKED, cursor.fetchone(), strict=True))}
        if followed:
            cursor.execute(LAST_BORN)
            found["contacts_stakeholder"] = cursor.fetchone()[0] or 0
    return found


def keep_marks(run: ImportRun, line: int, *, followed: bool = False) -> None:
    """Add the marks of a chunk that ended at `line` to the run; call it in the transaction that wrote the chunk."""
    run.marks = [*run.marks, marks(line, followed=followed)]
