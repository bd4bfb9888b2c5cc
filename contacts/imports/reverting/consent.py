"""The words about mail that the import brought (docs/decisions/0022-taking-an-import-back.md).

Consent events are kept forever. A yes on the partner's word is taken back by a no of its own, which says so; the
next file may bring a yes again, as for somebody who never said anything. A no stays, and so does a shut address:
whether the file was wrong about that, nobody can know, unless somebody says that it was misread (misread.py).
"""

from collections import Counter

from django.db import connection
from django.utils.translation import gettext as _

from contacts.imports.models import ImportRun

SAID = """
CREATE TEMP TABLE said ON COMMIT DROP AS
SELECT DISTINCT ON (e.id) s.line, e.id, e.stakeholder_id, e.topic_id, e.channel, e.action, e.language, e.at,
    c.state, c.event_id, c.event_id = e.id OR w.evidence ? 'gives back' AND w.evidence -> 'first said' = to_jsonb(e.id)
        AS holds
FROM (
    SELECT u.line, i.id::bigint FROM undo u, jsonb_array_elements_text(u.image -> 'consent') AS i(id)
    UNION ALL
    SELECT b.line, e.id FROM born b JOIN contacts_consentevent e ON e.stakeholder_id = b.id
    WHERE (e.evidence ->> 'run') = %(run)s::text
) AS s
JOIN contacts_consentevent e ON e.id = s.id
JOIN contacts_consent c USING (stakeholder_id, topic_id, channel)
JOIN contacts_consentevent w ON w.id = c.event_id
"""
"""The words of this import; one `holds` while it is the last, also when another file took it and gave it back."""

SAID_SINCE = """
INSERT INTO remains (line, id, reason)
SELECT line, stakeholder_id, 'said yes' FROM said WHERE action = 'given' AND state = 'given' AND NOT holds
"""
STILL_NO = """
INSERT INTO remains (line, id, reason)
SELECT line, stakeholder_id, 'no' FROM said WHERE action = 'withdrawn' AND event_id = id
"""
STILL_SHUT = """
INSERT INTO remains (line, id, reason)
SELECT u.line, i.id::bigint, 'suppressed' FROM undo u, jsonb_array_elements_text(u.image -> 'suppressions') AS i(id)
WHERE EXISTS (SELECT FROM contacts_suppression s WHERE s.id = i.id::bigint)
"""

TAKEN_BACK = """
INSERT INTO contacts_consentevent
    (stakeholder_id, topic_id, channel, action, source, wording, language, at, evidence, by_id)
SELECT stakeholder_id, topic_id, channel, 'withdrawn', %(words)s, '', language,
    greatest(clock_timestamp(), at + interval '1 microsecond'),
    jsonb_build_object('takes back', id, 'import', %(run)s::int), %(by)s::bigint
FROM said WHERE action = 'given' AND state = 'given' AND holds ORDER BY stakeholder_id, topic_id
RETURNING stakeholder_id, topic_id
"""


def take_back_consent(run: ImportRun, *, by, shut: bool) -> list[tuple[int, int]]:
    """Take back the yes of this import where it is still the last word; gives the people and topics.

    With `shut` the addresses that stay shut are noted, too; once for a row.
    """
    facts = {
        "run": run.pk,
        "by": by.pk if by else None,
        "words": _("import %(number)d taken back") % {"number": run.pk},
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.said")
        cursor.execute(SAID, facts)
        for query in (SAID_SINCE, STILL_NO, *([STILL_SHUT] if shut else [])):
            cursor.execute(query)
        cursor.execute(TAKEN_BACK, facts)
        return cursor.fetchall()


def by_person(words: list[tuple[int, int]]) -> dict[int, list[int]]:
    """The topics each person no longer agrees to."""
    found: dict[int, list[int]] = {}
    for person, topic in words:
        found.setdefault(person, []).append(topic)
    return found


def counted(words: list[tuple[int, int]]) -> Counter[str]:
    """How many words were taken back."""
    return Counter({"consent": len(words)})
