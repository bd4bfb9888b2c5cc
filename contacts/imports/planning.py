"""Planning: what each person of the file would gain, and so the outcome of each row. Writes nothing to the book."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from contacts.imports import differences
from contacts.imports.differences import Matches
from contacts.imports.lines import SECOND_PERSON
from contacts.imports.mapping.values import STRICTEST
from contacts.imports.staging import KEPT, Tables

STATE_ORDER = "ARRAY[" + ", ".join(f"'{state}'" for state in (*STRICTEST, "")) + "]"

PEOPLE = """
CREATE TABLE who AS
SELECT f.leader, f.person, s.kind, s.name, s.first_name, s.last_name, s.language, s.zip, s.notes, s.state,
    s.topics, s.custom, s.blanked, s.emails <> '' AS has_email, 1 AS rows
FROM fate f JOIN stage s ON s.line = f.line WHERE f.leader = f.line AND NOT f.vague ORDER BY f.leader;
CREATE UNIQUE INDEX ON who (leader);
"""
"""One entry for each person of the file, from the first row that names them."""

REPEATS = """
UPDATE who SET rows = more.rows, has_email = who.has_email OR more.has_email,
    name = CASE WHEN who.first_name = '' AND who.last_name = '' AND who.kind = 'person' AND more.name IS NOT NULL
        THEN more.name ELSE who.name END,
    first_name = coalesce(nullif(who.first_name, ''), more.first_name, ''),
    last_name = coalesce(nullif(who.last_name, ''), more.last_name, ''),
    language = coalesce(nullif(who.language, ''), more.language, ''),
    zip = coalesce(nullif(who.zip, ''), more.zip, ''),
    notes = coalesce(nullif(who.notes, ''), more.notes, ''),
    topics = concat_ws(chr(31), nullif(who.topics, ''), more.topics),
    state = ({order})[least(more.state, array_position({order}, who.state))]
FROM (
    SELECT f.leader, count(*) + 1 AS rows, bool_or(s.emails <> '') AS has_email,
        (array_agg(s.name ORDER BY s.line) FILTER (WHERE s.first_name <> '' OR s.last_name <> ''))[1] AS name,
        (array_agg(s.first_name ORDER BY s.line) FILTER (WHERE s.first_name <> ''))[1] AS first_name,
        (array_agg(s.last_name ORDER BY s.line) FILTER (WHERE s.last_name <> ''))[1] AS last_name,
        (array_agg(s.language ORDER BY s.line) FILTER (WHERE s.language <> ''))[1] AS language,
        (array_agg(s.zip ORDER BY s.line) FILTER (WHERE s.zip <> ''))[1] AS zip,
        (array_agg(s.notes ORDER BY s.line) FILTER (WHERE s.notes <> ''))[1] AS notes,
        string_agg(s.topics, chr(31)) FILTER (WHERE s.topics <> '') AS topics,
        min(array_position({order}, s.state)) AS state
    FROM fate f JOIN stage s USING (line) WHERE f.leader <> f.line AND NOT f.vague GROUP BY f.leader
) AS more WHERE more.leader = who.leader
"""
"""Rows that repeat a person fill what the first left blank; the strictest word about mail binds."""

POINTS = """
CREATE TABLE new_point AS
SELECT DISTINCT ON (leader, kind COLLATE "C", normalized COLLATE "C")
    leader, person, kind, value, normalized, fingerprint, state, line, at
FROM (
    SELECT f.leader, f.person, 'email' AS kind, e.email AS value, e.email AS normalized, e.print AS fingerprint,
        e.state, e.line, e.at
    FROM stage_email e JOIN fate f USING (line) WHERE NOT f.vague AND {condition}
    UNION ALL
    SELECT f.leader, f.person, 'phone', p.phone, p.number, '', '', p.line, p.at
    FROM stage_phone p JOIN fate f USING (line) WHERE NOT f.vague AND {condition}
    {postal}
) AS every
WHERE NOT EXISTS (
    SELECT FROM contacts_contactpoint c
    WHERE c.stakeholder_id = every.person AND c.kind = every.kind AND c.normalized = every.normalized)
ORDER BY leader, kind COLLATE "C", normalized COLLATE "C", line, at
"""

TYPES = """
CREATE TABLE new_type AS
SELECT DISTINCT f.leader, f.person, t.type::int AS type
FROM fate f JOIN stage s USING (line), unnest(string_to_array(s.types, chr(31))) AS t(type)
WHERE NOT f.vague AND s.types <> '' AND {condition} AND NOT EXISTS (
    SELECT FROM contacts_typing x WHERE x.stakeholder_id = f.person AND x.type_id = t.type::int)
"""

TAGS = """
CREATE TABLE new_tag AS
SELECT DISTINCT ON (f.leader, lower(f.tag) COLLATE "C") f.leader, f.person, f.tag, lower(f.tag) AS word
FROM (
    SELECT f.leader, f.person, t.tag, f.line
    FROM fate f JOIN stage s USING (line), unnest(string_to_array(s.tags, chr(31))) AS t(tag)
    WHERE NOT f.vague AND s.tags <> ''
    {run_tags}
) AS f
WHERE {condition} AND NOT EXISTS (
    SELECT FROM contacts_tagging x JOIN contacts_tag y ON y.id = x.tag_id
    WHERE x.stakeholder_id = f.person AND lower(y.name) = lower(f.tag))
ORDER BY f.leader, lower(f.tag) COLLATE "C", f.line
"""

AFFILIATIONS = """
CREATE TABLE new_affiliation AS
SELECT DISTINCT ON (f.leader, lower(s.organisation)) f.leader, f.person, s.organisation,
    lower(s.organisation) AS word, s.role
FROM fate f JOIN stage s USING (line) JOIN who ON who.leader = f.leader AND who.kind = 'person'
WHERE NOT f.vague AND s.organisation <> '' AND {condition} AND NOT EXISTS (
    SELECT FROM contacts_stakeholder o WHERE o.id = f.person AND o.kind = 'organisation')
AND NOT EXISTS (
    SELECT FROM contacts_affiliation x JOIN contacts_stakeholder o ON o.id = x.organisation_id
    WHERE x.person_id = f.person AND lower(o.name) = lower(s.organisation))
ORDER BY f.leader, lower(s.organisation), s.line
"""

WORDS = """
FROM who
JOIN unnest(%(all)s::int[]) AS t(topic)
    ON t.topic = ANY(%(topics)s::int[]) OR who.topics <> '' OR who.state NOT IN ('', 'subscribed')
CROSS JOIN LATERAL (SELECT CASE
    WHEN '-' || t.topic = ANY(string_to_array(who.topics, chr(31))) THEN 'withdrawn'
    WHEN who.state IN ('unsubscribed', 'no_contact', 'complained') AND (
        t.topic = ANY(%(topics)s::int[]) OR who.state <> 'unsubscribed' OR cardinality(%(topics)s::int[]) = 0)
        THEN 'withdrawn'
    WHEN who.state IN ('', 'subscribed') AND who.has_email AND t.topic = ANY(%(topics)s::int[]) AND (
        who.topics = '' OR who.topics LIKE '-%%' OR t.topic::text = ANY(string_to_array(who.topics, chr(31))))
        THEN 'given' END AS action) AS v
"""
"""What the file says about consent, for each person and topic."""

SAID = f"""
CREATE TABLE new_word AS
SELECT who.leader, who.person, t.topic, v.action, who.language
{WORDS}
WHERE v.action IS NOT NULL AND {{condition}}
  AND (v.action = 'withdrawn' OR who.person IS NULL OR NOT %(skipped)s) AND NOT EXISTS (
    SELECT FROM contacts_consent c WHERE c.stakeholder_id = who.person AND c.topic_id = t.topic
      AND c.channel = 'email' AND (v.action = 'given' OR c.state = 'withdrawn')
      AND NOT (c.state = 'withdrawn' AND EXISTS (
          SELECT FROM contacts_consentevent e WHERE e.id = c.event_id AND e.evidence ? 'takes back')))
  AND (v.action = 'withdrawn' OR NOT EXISTS (SELECT FROM shut WHERE shut.leader = who.leader))
"""  # noqa: S608 — only constants are put together
"""What would be written about consent. A topic the row names as left is left. A yes only for topics of the run (and
of the row, where the file has a column of topics), only where nothing was ever said, and never for somebody with a
suppressed address; a no wherever it is not written yet, also where known people are otherwise left as they are. A
yes that was taken back with its import counts as never said."""

NO_AGAIN = f"""
CREATE TABLE no_again AS
SELECT who.leader, t.topic
{WORDS}
JOIN contacts_consent c ON c.stakeholder_id = who.person AND c.topic_id = t.topic AND c.channel = 'email'
JOIN contacts_consentevent e ON e.id = c.event_id
WHERE (who.state NOT IN ('', 'subscribed') OR who.topics LIKE '%%-%%') AND v.action = 'withdrawn'
  AND c.state = 'withdrawn' AND e.evidence ? 'run'
"""
"""A no that another file has said already. It is not written twice, but it holds when that file is taken back as
misread (contacts/imports/reverting/misread.py)."""

SHUT = """
SELECT DISTINCT f.leader FROM stage_email e JOIN fate f USING (line)
JOIN contacts_suppression x ON x.fingerprint = e.print AND x.channel = 'email'
UNION
SELECT DISTINCT f.leader FROM fate f JOIN contacts_contactpoint c ON c.stakeholder_id = f.person AND c.kind = 'email'
JOIN contacts_suppression x ON x.fingerprint = c.fingerprint AND x.channel = 'email'
UNION
SELECT who.leader FROM who WHERE who.state NOT IN ('', 'subscribed')
"""
"""People with an address that must not be mailed, whoever brings it."""

SUPPRESSIONS = """
CREATE TABLE new_suppression AS
SELECT e.print AS fingerprint, min(e.email) AS address, min(e.line) AS line,
    CASE min(CASE e.state WHEN 'complained' THEN 1 WHEN 'no_contact' THEN 2 ELSE 3 END)
        WHEN 1 THEN 'complaint' WHEN 2 THEN 'manual' ELSE 'hard_bounce' END AS reason
FROM stage_email e
WHERE e.state IN ('bounced', 'complained', 'no_contact') AND NOT EXISTS (
    SELECT FROM contacts_suppression x WHERE x.fingerprint = e.print AND x.channel = 'email')
GROUP BY e.print;
ANALYZE new_suppression;
"""
"""Addresses the file says must not be mailed, also of rows that match several people: the address is known."""

GAINERS = """
CREATE TABLE gain AS
SELECT leader, array_agg(DISTINCT what) AS whats FROM (
    SELECT leader, 'details' AS what FROM fill
    UNION ALL SELECT leader, kind FROM new_point WHERE person IS NOT NULL
    UNION ALL SELECT leader, 'types' FROM new_type WHERE person IS NOT NULL
    UNION ALL SELECT leader, 'tags' FROM new_tag WHERE person IS NOT NULL
    UNION ALL SELECT leader, 'external' FROM new_external WHERE person IS NOT NULL
    UNION ALL SELECT leader, 'main ' || kind FROM new_main
    UNION ALL SELECT leader, 'organisation' FROM new_affiliation WHERE person IS NOT NULL
    UNION ALL SELECT leader, action FROM new_word WHERE person IS NOT NULL
    UNION ALL SELECT f.leader, 'suppressed' FROM new_suppression n JOIN fate f USING (line) WHERE f.person IS NOT NULL
) AS every GROUP BY leader;
CREATE UNIQUE INDEX ON gain (leader);
ANALYZE gain;
"""

OUTCOMES = """
CREATE TABLE outcome AS
SELECT s.line,
    CASE WHEN f.line IS NULL THEN 'rejected' WHEN f.vague THEN 'ambiguous' WHEN f.leader <> f.line THEN 'unchanged'
        WHEN f.person IS NULL THEN 'created' WHEN g.leader IS NULL THEN 'unchanged' ELSE 'updated' END AS outcome,
    f.leader, f.person
FROM stage s LEFT JOIN fate f USING (line) LEFT JOIN gain g ON g.leader = f.line
"""

COUNTS = f"SELECT outcome, count(*) FROM outcome WHERE line < {SECOND_PERSON} GROUP BY outcome"  # noqa: S608
"""By rows of the file: a second person of a row counts with the row."""


@dataclass(frozen=True)
class Terms:
    """What a run was told: the topics people agreed to, all topics there are (a plain no means all), what is done
    with people in the book, and tags for everybody."""

    topics: list[int] = field(default_factory=list)
    every_topic: list[int] = field(default_factory=list)
    matches: str = Matches.FILL
    tags: list[str] = field(default_factory=list)

    def as_facts(self) -> dict[str, Any]:
        """The terms as the queries take them."""
        return {
            "topics": self.topics,
            "all": self.every_topic,
            "tags": self.tags,
            "taken": self.matches == Matches.UPDATE,
            "skipped": self.matches == Matches.SKIP,
        }


def plan(terms: Terms, *, everyone: bool, tables: Tables = KEPT) -> dict[str, int]:
    """Work out gains and outcomes; returns rows per outcome.

    With `everyone` the gains of people who are new are worked out too, as a commit needs them;
    a check needs only those of people in the book. Needs a matched file.
    """
    facts = terms.as_facts()
    with connection.cursor() as cursor:
        _people(cursor, tables)
        cursor.execute(tables.made(differences.FILLS[Matches(terms.matches)]), facts)
        for query in _gains(terms, everyone=everyone):
            cursor.execute(tables.made(query), facts)
        cursor.execute(tables.made(differences.MAINS), facts)
        cursor.execute(tables.made(f"CREATE TABLE shut AS {SHUT}"))
        cursor.execute("ANALYZE shut")
        cursor.execute(tables.made(SAID.format(condition="true" if everyone else "who.person IS NOT NULL")), facts)
        if everyone:
            cursor.execute(tables.made(NO_AGAIN), facts)
        for query in (SUPPRESSIONS, GAINERS, OUTCOMES):
            cursor.execute(tables.made(query))
        cursor.execute(COUNTS)
        found = dict(cursor.fetchall())
    return {name: found.get(name, 0) for name in ("created", "updated", "unchanged", "rejected", "ambiguous")}


def _people(cursor, tables: Tables) -> None:
    """Each person of the file, with what all their rows say."""
    cursor.execute(tables.made(PEOPLE))
    cursor.execute("SELECT EXISTS (SELECT FROM fate WHERE leader <> line AND NOT vague)")
    if cursor.fetchone()[0]:
        cursor.execute(REPEATS.format(order=STATE_ORDER))
        cursor.execute(differences.OWN_FIELDS_OF_REPEATS)
    cursor.execute("ANALYZE who (leader, person, kind, state)")


def _gains(terms: Terms, *, everyone: bool) -> Iterator[str]:
    """Queries for what people would get beside their fields, for those whom the run may touch."""
    wanted = ["true" if everyone else "f.person IS NOT NULL"]
    if terms.matches == Matches.SKIP:
        wanted.append("f.person IS NULL")
    condition = " AND ".join(wanted)
    places = {"postal": differences.POSTAL.format(condition=condition), "run_tags": ""}
    if terms.tags:
        places["run_tags"] = differences.RUN_TAGS
    for query in (POINTS, TYPES, TAGS, AFFILIATIONS, differences.EXTERNALS):
        yield query.format(condition=condition, **places)
