"""The SQL of matching, each with the reason it is there. `stage…` are the tables of staging.py.

`{apart}` is the place for a condition on somebody in the book (`b`) whom the rows are not compared with.
"""

MET = """
CREATE TABLE met AS
SELECT e.email, b.stakeholder_id AS person
FROM (SELECT DISTINCT email FROM stage_email) e
JOIN contacts_contactpoint b ON b.normalized = e.email AND b.kind = 'email'{apart};
CREATE INDEX ON met (email);
ANALYZE met;
"""
"""Whom the book knows under the addresses of the file."""

NOBODY_MET = """
CREATE TABLE met (email text, person bigint);
CREATE TABLE knot (email text);
"""
"""Where addresses tell nothing, nobody is met by one and none is shared."""

TIES = """
CREATE TABLE tie (line int NOT NULL, person bigint, leader int, vague bool NOT NULL)
"""

ALONE = """
CREATE TABLE lone_row AS SELECT email, min(line) AS line FROM stage_email GROUP BY email HAVING count(*) = 1;
ANALYZE lone_row;
CREATE TABLE lone_person AS SELECT email, min(person) AS person FROM met GROUP BY email HAVING count(*) = 1;
ANALYZE lone_person;
"""
"""Addresses of one row, and of one person. Tables of their own, because how many these are cannot be guessed: taken
for few, every one would be compared with every other."""

EASY = """
INSERT INTO tie (line, person, vague)
SELECT e.line, b.id, false
FROM lone_row e JOIN lone_person m USING (email)
JOIN stage s ON s.line = e.line
JOIN contacts_stakeholder b ON b.id = m.person
WHERE b.kind = s.kind AND b.name = s.name AND b.first_name = s.first_name AND b.last_name = s.last_name
  AND NOT EXISTS (SELECT FROM numbered n WHERE n.line = e.line)
"""
"""One row, one person, the very same name: nearly every row of a file that comes every week."""

KNOTS = """
CREATE TABLE knot AS
SELECT email FROM (
    SELECT e.email, count(*) AS rows, min(e.line) AS line,
        EXISTS (SELECT FROM met WHERE met.email = e.email) AS known
    FROM stage_email e GROUP BY e.email
) AS every
WHERE rows > 1
   OR known AND NOT EXISTS (
        SELECT FROM tie JOIN met ON met.person = tie.person AND met.email = every.email WHERE tie.line = every.line);
ANALYZE knot;
"""
"""Addresses on which several rows or people meet, or a name that is written differently."""

KNOT_MEMBERS = """
SELECT k.email AS key, NULL::int AS line, b.id AS person, NULL::int AS leader, b.kind,
    b.first_name, b.last_name, b.name, NULL::text AS first_key, NULL::text AS last_key, b.zip, false AS phone
FROM knot k JOIN met USING (email) JOIN contacts_stakeholder b ON b.id = met.person
UNION ALL
SELECT k.email, NULL, m.survivor_id, NULL, m.kept #>> '{row,kind}', m.kept #>> '{row,first_name}',
    m.kept #>> '{row,last_name}', m.kept #>> '{row,name}', NULL, NULL, '', false
FROM knot k JOIN met USING (email)
JOIN contacts_stakeholdermerge m ON m.survivor_id = met.person AND m.undone_at IS NULL AND m.kept ? 'row'
UNION ALL
SELECT k.email, s.line, n.person, n.leader, s.kind, '', '', '', s.first_key, s.last_key, s.zip, false
FROM knot k JOIN stage_email e USING (email) JOIN stage s USING (line) LEFT JOIN numbered n USING (line)
ORDER BY 1, 3 NULLS LAST, 4 NULLS LAST, 2
"""
"""Somebody stands here under each name they have: a merge keeps the name of who became part of them."""

FATES = """
CREATE TABLE fate (
    line int NOT NULL, leader int NOT NULL, person bigint, vague bool NOT NULL
)
"""

FATE_FROM_TIES = """
TRUNCATE fate;
INSERT INTO fate (line, leader, person, vague)
SELECT s.line, coalesce(t.leader, s.line), t.person, coalesce(t.vague, false)
FROM stage s LEFT JOIN (
    SELECT line, min(leader) AS leader, min(person) AS person,
        bool_or(vague) OR min(person) <> max(person) OR min(leader) <> max(leader) AS vague
    FROM tie GROUP BY line
) AS t USING (line)
WHERE s.problem = '' ORDER BY s.line;
CREATE UNIQUE INDEX IF NOT EXISTS fate_line ON fate (line);
ANALYZE fate;
"""

FOLLOW = """
UPDATE fate f SET leader = l.leader FROM fate l
WHERE f.leader = l.line AND l.leader <> l.line AND f.leader <> l.leader
"""
"""A row that repeats a repetition follows the first one; run until nothing changes."""

AGREE = """
WITH said AS (
    SELECT leader, min(person) AS person, min(person) <> max(person) AS torn
    FROM fate WHERE leader IN (SELECT leader FROM fate WHERE leader <> line) GROUP BY leader
)
UPDATE fate f SET person = said.person, vague = f.vague OR coalesce(said.torn, false)
FROM said WHERE f.leader = said.leader
  AND (f.person IS DISTINCT FROM said.person OR said.torn)
"""
"""Rows that are one person are so for all of them; if they lead to two people, a person must decide."""

SAME_PERSON = """
UPDATE fate f SET leader = one.leader
FROM (SELECT person, min(leader) AS leader FROM fate WHERE person IS NOT NULL AND NOT vague
      GROUP BY person HAVING count(DISTINCT leader) > 1) AS one
WHERE f.person = one.person AND NOT f.vague AND f.leader <> one.leader
"""
"""Two rows that met the same person of the book by different addresses repeat each other."""

VAGUE_LEADERS = """
UPDATE fate f SET vague = true FROM fate l WHERE f.leader = l.line AND l.vague AND NOT f.vague
"""

SEEKERS = """
CREATE TABLE seeker AS
SELECT s.line, s.kind, s.first_key, s.last_key, s.zip, s.numbers <> '' AS phone FROM stage s
WHERE s.problem = '' AND (s.emails = '' OR s.kind = 'organisation')
  AND NOT EXISTS (SELECT FROM tie WHERE tie.line = s.line);
CREATE UNIQUE INDEX ON seeker (line);
ANALYZE seeker;
"""
"""Rows that no e-mail address settled and that may be known by a number, a name and a zip, or as an organisation."""

FORGET_SETTLED = "DELETE FROM seeker WHERE EXISTS (SELECT FROM tie WHERE tie.line = seeker.line)"

PHONE_MEMBERS = """
WITH key AS (SELECT DISTINCT p.number FROM stage_phone p JOIN seeker USING (line) WHERE seeker.kind = 'person')
SELECT k.number AS key, NULL::int AS line, b.id AS person, NULL::int AS leader, b.kind,
    b.first_name, b.last_name, b.name, NULL::text AS first_key, NULL::text AS last_key, b.zip, true AS phone
FROM key k JOIN contacts_contactpoint c ON c.normalized = k.number AND c.kind = 'phone'
JOIN contacts_stakeholder b ON b.id = c.stakeholder_id{apart}
UNION ALL
SELECT k.number, s.line, CASE WHEN seeker.line IS NULL THEN f.person END,
    CASE WHEN seeker.line IS NULL THEN f.leader END, s.kind, '', '', '', s.first_key, s.last_key, s.zip, true
FROM key k JOIN stage_phone p USING (number) JOIN stage s USING (line) JOIN fate f USING (line)
LEFT JOIN seeker USING (line) WHERE NOT f.vague
ORDER BY 1, 3 NULLS LAST, 4 NULLS LAST, 2
"""

PLACE_MEMBERS = """
WITH key AS (SELECT DISTINCT last_key, zip FROM seeker WHERE kind = 'person' AND zip <> '' AND last_key <> '')
SELECT k.last_key || ' ' || k.zip AS key, NULL::int AS line, b.id AS person, NULL::int AS leader, b.kind,
    b.first_name, b.last_name, b.name, NULL::text AS first_key, NULL::text AS last_key, b.zip,
    EXISTS (SELECT FROM contacts_contactpoint c WHERE c.stakeholder_id = b.id AND c.kind = 'phone') AS phone
FROM key k JOIN contacts_stakeholder b ON b.zip = k.zip AND b.kind = 'person'
    AND regexp_replace(lower(unaccent(b.last_name)), '[^[:alnum:]]', '', 'g') = k.last_key{apart}
UNION ALL
SELECT k.last_key || ' ' || k.zip, s.line, CASE WHEN seeker.line IS NULL THEN f.person END,
    CASE WHEN seeker.line IS NULL THEN f.leader END, s.kind, '', '', '', s.first_key, s.last_key, s.zip,
    s.numbers <> ''
FROM key k JOIN stage s ON s.last_key = k.last_key AND s.zip = k.zip AND s.kind = 'person'
JOIN fate f USING (line) LEFT JOIN seeker USING (line) WHERE NOT f.vague
ORDER BY 1, 3 NULLS LAST, 4 NULLS LAST, 2
"""

ORGANISATION_MEMBERS = """
WITH key AS (SELECT DISTINCT last_key FROM seeker WHERE kind = 'organisation')
SELECT k.last_key AS key, NULL::int AS line, b.id AS person, NULL::int AS leader, b.kind,
    '' AS first_name, '' AS last_name, b.name, NULL::text AS first_key, NULL::text AS last_key, b.zip, false AS phone
FROM key k JOIN contacts_stakeholder b ON b.kind = 'organisation'
    AND regexp_replace(lower(unaccent(b.name)), '[^[:alnum:]]', '', 'g') = k.last_key{apart}
UNION ALL
SELECT k.last_key, s.line, CASE WHEN seeker.line IS NULL THEN f.person END,
    CASE WHEN seeker.line IS NULL THEN f.leader END, s.kind, '', '', '', s.first_key, s.last_key, s.zip, false
FROM key k JOIN stage s ON s.last_key = k.last_key AND s.kind = 'organisation'
JOIN fate f USING (line) LEFT JOIN seeker USING (line) WHERE NOT f.vague
ORDER BY 1, 3 NULLS LAST, 4 NULLS LAST, 2
"""
