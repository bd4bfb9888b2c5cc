"""The figures behind the warnings, read from the tables of a planned file (planning.py)."""

from dataclasses import dataclass, fields

from django.db import connection

from contacts.imports.lines import SECOND_PERSON

PEOPLE = """
SELECT count(*) AS people, count(who.person) AS known, count(*) FILTER (WHERE has_email) AS mailable,
    count(*) FILTER (WHERE has_email AND NOT CASE
        WHEN who.state IN ('', 'subscribed') THEN shut.leader IS NULL AND NOT coalesce(c.gone, false)
        WHEN who.state = 'none' THEN coalesce(c.given, false) ELSE false END) AS silent,
    count(*) FILTER (WHERE who.state IN ('unsubscribed', 'no_contact', 'complained')) AS said_no,
    count(*) FILTER (WHERE who.state = 'bounced') AS bounced,
    count(*) FILTER (WHERE who.state IN ('', 'subscribed') AND shut.leader IS NOT NULL) AS shut,
    count(*) FILTER (WHERE who.person IS NULL AND NOT has_email AND NOT EXISTS (
        SELECT FROM stage_phone p JOIN fate f USING (line) WHERE f.leader = who.leader)) AS unreachable
FROM who LEFT JOIN shut USING (leader)
LEFT JOIN (
    SELECT stakeholder_id, bool_or(state = 'given') AS given, bool_and(state = 'withdrawn') AS gone
    FROM contacts_consent WHERE channel = 'email' AND topic_id = ANY(%(topics)s) GROUP BY stakeholder_id
) AS c ON c.stakeholder_id = who.person
"""

LINES = f"(array_agg(DISTINCT mod(line, {SECOND_PERSON}) ORDER BY mod(line, {SECOND_PERSON})))[:11]"
"""The first rows of the file; one that names two people is named once."""

REPEATS = f"""
SELECT count(*) AS repeated, {LINES} AS repeated_lines
FROM outcome WHERE leader <> line AND outcome <> 'ambiguous'
"""  # noqa: S608 — only constants are put together

UNCLEAR = f"""
SELECT count(*) AS unclear, {LINES} AS unclear_lines FROM outcome WHERE outcome = 'ambiguous'
"""  # noqa: S608 — only constants are put together

SHARED = """
SELECT count(*) AS shared FROM (
    SELECT e.email FROM knot JOIN stage_email e USING (email) JOIN fate f USING (line) WHERE NOT f.vague
    GROUP BY e.email HAVING count(DISTINCT f.leader) > 1) AS inboxes
"""

EMAILS = """
SELECT count(DISTINCT n.person) AS other_email FROM new_point n
WHERE n.kind = 'email' AND n.person IS NOT NULL AND EXISTS (
    SELECT FROM contacts_contactpoint c WHERE c.stakeholder_id = n.person AND c.kind = 'email')
"""

NAMES = """
SELECT count(*) AS other_name FROM fill f JOIN contacts_stakeholder b ON b.id = f.person
WHERE f.first_name <> b.first_name AND b.first_name <> '' OR f.last_name <> b.last_name AND b.last_name <> ''
"""

LEAVING = """
SELECT count(DISTINCT n.person) AS leaving FROM new_word n
WHERE n.action = 'withdrawn' AND n.person IS NOT NULL AND EXISTS (
    SELECT FROM contacts_consent c WHERE c.stakeholder_id = n.person AND c.topic_id = n.topic
      AND c.channel = 'email' AND c.state = 'given')
"""

BOOK = "SELECT count(*) AS book FROM contacts_stakeholder"

MEETS = "SELECT to_regclass('knot') IS NOT NULL"
"""Where people are known by their numbers only, nobody meets on an address."""

QUERIES = (PEOPLE, REPEATS, UNCLEAR, EMAILS, NAMES, LEAVING, BOOK)


@dataclass
class Figures:
    """What a planned file would do, counted; lines are the first ones, one more than are named."""

    people: int = 0
    known: int = 0
    mailable: int = 0
    silent: int = 0
    said_no: int = 0
    bounced: int = 0
    shut: int = 0
    unreachable: int = 0
    repeated: int = 0
    repeated_lines: list[int] | None = None
    unclear: int = 0
    unclear_lines: list[int] | None = None
    shared: int = 0
    other_email: int = 0
    other_name: int = 0
    leaving: int = 0
    book: int = 0


def figures_of(topics: list[int]) -> Figures:
    """Count everything at once; needs the tables of a plan. `topics` are those people are said to agree to."""
    found: dict[str, object] = {}
    with connection.cursor() as cursor:
        cursor.execute(MEETS)
        for query in (*QUERIES, SHARED) if cursor.fetchone()[0] else QUERIES:
            cursor.execute(query, {"topics": topics})
            names = [column.name for column in cursor.description]
            found |= dict(zip(names, cursor.fetchone(), strict=True))
    known = {field.name for field in fields(Figures)}
    return Figures(**{name: value for name, value in found.items() if name in known})  # type: ignore[arg-type]
