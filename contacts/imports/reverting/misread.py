"""A file that was misread: giving back the yes it took, and lifting the blocks that it alone brought.

A no stays by default (consent.py). Somebody may say that a column was taken for “unsubscribed” that is none; then
what this run itself wrote goes back, and nothing that anybody or anything else says:

    undo → since (when this run spoke of whom) → held (who said anything since, or of whom another file, a bounce or
      a complaint says no) → lifted (blocks of this run alone, of nobody held) → back (a no of this run that is still
      the last word, after a yes) → blocks go, a yes is appended with its old words; no word is ever removed

docs/decisions/0022-taking-an-import-back.md says why.
"""

from collections import Counter
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contacts.imports.models import ImportRun
from contacts.imports.reverting.restoring import AS_IMPORTED, POINT_CHANGED

FORGET = "DROP TABLE IF EXISTS pg_temp.shut_here, pg_temp.no_here, pg_temp.held, pg_temp.lifted, pg_temp.back"

SHUT_HERE = """
CREATE TEMP TABLE shut_here ON COMMIT DROP AS
SELECT DISTINCT ON (s.id) u.line, s.id, s.fingerprint, s.at
FROM undo u CROSS JOIN LATERAL jsonb_array_elements_text(u.image -> 'suppressions') AS i(id)
JOIN contacts_suppression s ON s.id = i.id::bigint
ORDER BY s.id, u.line;
ANALYZE shut_here;
"""

NO_HERE = """
CREATE TEMP TABLE no_here ON COMMIT DROP AS
SELECT u.line, e.id, e.stakeholder_id AS person, e.topic_id, e.channel, e.at, p.id AS yes, p.evidence, p.wording,
    p.language
FROM undo u CROSS JOIN LATERAL jsonb_array_elements_text(u.image -> 'consent') AS i(id)
JOIN contacts_consentevent e ON e.id = i.id::bigint AND e.action = 'withdrawn'
JOIN contacts_consent c ON c.event_id = e.id
CROSS JOIN LATERAL (
    SELECT * FROM contacts_consentevent w WHERE w.stakeholder_id = e.stakeholder_id AND w.topic_id = e.topic_id
        AND w.channel = e.channel AND (w.at, w.id) < (e.at, e.id) ORDER BY w.at DESC, w.id DESC LIMIT 1) AS p
WHERE NOT u.merged AND p.action = 'given' AND NOT EXISTS (
    SELECT FROM contacts_consentevent f JOIN contacts_importrun r ON r.id = (f.evidence ->> 'run')::bigint
    WHERE f.id IN (p.id, (p.evidence ->> 'first said')::bigint)
        AND r.state IN ('reverting', 'reverted', 'cancelled'));
ANALYZE no_here;
"""
"""A no of this run that is still the last word and took a yes; a yes of a file that was taken back is none."""

BY_OTHERS = """
SELECT FROM contacts_suppressionevent h LEFT JOIN pghistory_context x ON x.id = h.pgh_context_id
WHERE h.pgh_obj_id = {block} AND h.pgh_label <> 'delete' AND h.pgh_created_at >= {since}
    AND x.metadata ->> 'source' IS DISTINCT FROM %(source)s
    AND NOT EXISTS (SELECT FROM contacts_importrun o WHERE x.metadata ->> 'source' = 'import ' || o.id
        AND o.revert_report ? 'misread')
"""
"""Anybody and anything else that says of an address that it must not be mailed; files known as misread say nothing."""

HELD = """
CREATE TEMP TABLE held ON COMMIT DROP AS
WITH concerned AS (
    SELECT person, min(at) AS since FROM (
        SELECT person, at FROM no_here
        UNION ALL
        SELECT p.stakeholder_id, s.at FROM shut_here s
        JOIN contacts_contactpoint p ON p.fingerprint = s.fingerprint AND p.kind = 'email'
    ) AS every GROUP BY person
)
SELECT c.person FROM concerned c
WHERE EXISTS (
    SELECT FROM contacts_consentevent e
    WHERE e.stakeholder_id = c.person AND e.at >= c.since AND e.evidence ->> 'run' IS DISTINCT FROM %(run)s::text
        AND NOT (e.action = 'given' AND e.evidence ? 'run') AND NOT e.evidence ?| ARRAY['takes back', 'gives back'])
OR EXISTS (
    SELECT FROM contacts_importrow r JOIN contacts_importrun o ON o.id = r.run_id
    WHERE r.stakeholder_id = c.person AND r.run_id <> %(run)s AND r.before ? 'no again'
        AND NOT o.revert_report ? 'misread')
OR EXISTS (
    SELECT FROM contacts_contactpoint p JOIN contacts_suppression s ON s.fingerprint = p.fingerprint
    WHERE p.stakeholder_id = c.person AND p.kind = 'email' AND EXISTS ({others}));
ANALYZE held;
""".format(others=BY_OTHERS.format(block="s.id", since="%(received)s"))  # noqa: S608 — only constants are put together

LIFTED = """
CREATE TEMP TABLE lifted ON COMMIT DROP AS
SELECT s.* FROM shut_here s
WHERE NOT EXISTS ({others}) AND NOT EXISTS (
    SELECT FROM contacts_contactpoint p JOIN held h ON h.person = p.stakeholder_id
    WHERE p.fingerprint = s.fingerprint AND p.kind = 'email')
""".format(others=BY_OTHERS.format(block="s.id", since="'-infinity'"))

BACK = """
CREATE TEMP TABLE back ON COMMIT DROP AS SELECT n.* FROM no_here n WHERE n.person NOT IN (SELECT person FROM held)
"""

STATUSES_BACK = """
UPDATE contacts_contactpoint p SET status = i.was
FROM (SELECT (t.triple ->> 0)::bigint AS id, t.triple ->> 1 AS was, t.triple ->> 2 AS now
    FROM undo u, jsonb_array_elements(u.image -> 'statuses') AS t(triple)) AS i
WHERE p.id = i.id AND p.status = i.now AND p.fingerprint IN (SELECT fingerprint FROM lifted)
"""

STATUSES_OF_THE_BORN = f"""
UPDATE contacts_contactpoint SET status = 'valid' WHERE id IN (
    SELECT p.id FROM born b JOIN contacts_contactpoint p ON p.stakeholder_id = b.id AND p.status <> 'valid'
    JOIN lifted l ON l.fingerprint = p.fingerprint
    {AS_IMPORTED.format(events="contacts_contactpointevent", thing="p")}
    WHERE NOT ({POINT_CHANGED}))
"""  # noqa: S608 — only constants are put together
"""Somebody the file brought, who stays: their address was marked by it from the start."""

BLOCKS_GO = "DELETE FROM contacts_suppression WHERE id IN (SELECT id FROM lifted)"

GIVEN_BACK = """
INSERT INTO contacts_consentevent
    (stakeholder_id, topic_id, channel, action, source, wording, language, at, evidence, by_id)
SELECT person, topic_id, channel, 'given', %(words)s, wording, language,
    greatest(clock_timestamp(), at + interval '1 microsecond'),
    jsonb_build_object('gives back', id, 'first said', coalesce(evidence -> 'first said', to_jsonb(yes)),
        'import', %(run)s::int, 'reason', %(reason)s::text), %(by)s::bigint
FROM back ORDER BY person, topic_id
"""
"""The yes as it was said at first; who gave it back, from which file and why stands beside it."""

WHOLE_FILE = """
CREATE TEMP TABLE undo ON COMMIT DROP AS
SELECT r.line, r.stakeholder_id AS person, r.before AS image, r.outcome <> 'created' AND EXISTS (
    SELECT FROM contacts_stakeholdermerge m
    WHERE m.survivor_id = r.stakeholder_id AND m.undone_at IS NULL AND m.at > %(since)s) AS merged
FROM contacts_importrow r WHERE r.run_id = %(run)s AND r.before ?| ARRAY['consent', 'suppressions'];
ANALYZE undo;
"""


@dataclass(frozen=True)
class Misread:
    """What could be given back of a file if it was misread."""

    agreements: int
    """A yes that this file took and nobody said no to since."""
    blocks: int
    """Addresses that only this file says must not be mailed."""

    def __bool__(self) -> bool:
        return bool(self.agreements or self.blocks)


def looked_over(run: ImportRun, source: str) -> Misread:
    """Count what could be given back if the whole file was misread; nothing is changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.undo")
        cursor.execute(WHOLE_FILE, {"run": run.pk, "since": run.created_at})
        cursor.execute("SELECT EXISTS (SELECT FROM undo)")
        if not cursor.fetchone()[0]:
            return Misread(0, 0)
        _work_out(cursor, run, source)
        cursor.execute("SELECT (SELECT count(*) FROM back), (SELECT count(*) FROM lifted)")
        found = Misread(*cursor.fetchone())
        cursor.execute(FORGET + ", pg_temp.undo")
    return found


def give_back(run: ImportRun, source: str, *, reason: str, by) -> Counter[str]:
    """For the rows of `undo`: give back the yes this run took and lift its blocks, as far as nobody else says no."""
    facts = {
        "run": run.pk,
        "by": by.pk if by else None,
        "reason": reason,
        "words": _("import %(number)d was misread") % {"number": run.pk},
    }
    with connection.cursor() as cursor:
        _work_out(cursor, run, source)
        cursor.execute(STATUSES_BACK)
        cursor.execute(STATUSES_OF_THE_BORN, {"source": source})
        cursor.execute(BLOCKS_GO)
        done = Counter({"lifted": cursor.rowcount})
        cursor.execute(GIVEN_BACK, facts)
        done["given back"] = cursor.rowcount
    return done


def _work_out(cursor, run: ImportRun, source: str) -> None:
    """From `undo` to the tables `lifted` and `back`."""
    facts = {"run": run.pk, "source": source, "received": run.created_at}
    for query in (FORGET, SHUT_HERE, NO_HERE, HELD, LIFTED, BACK):
        cursor.execute(query, facts)
