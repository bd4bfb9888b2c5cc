"""The SQL of the scan, each with the reason it is there."""

CHANGED = """
WITH point AS (
    SELECT stakeholder_id,
        string_agg(normalized, ' ' ORDER BY normalized) FILTER (WHERE kind = 'email') AS emails,
        string_agg(normalized, ' ' ORDER BY normalized) FILTER (WHERE kind = 'phone') AS phones,
        string_agg(value, E'\\x1e' ORDER BY value) FILTER (WHERE kind = 'postal') AS streets
    FROM contacts_contactpoint GROUP BY stakeholder_id
), belonging AS (
    SELECT person_id, string_agg(DISTINCT organisation_id::text, ' ') AS organisations
    FROM contacts_affiliation GROUP BY person_id
), source AS (
    SELECT s.id, s.kind, s.first_name, s.last_name, s.name, s.zip, s.language,
        coalesce(p.emails, '') AS emails, coalesce(p.phones, '') AS phones, coalesce(p.streets, '') AS streets,
        coalesce(b.organisations, '') AS organisations
    FROM contacts_stakeholder s
    LEFT JOIN point p ON p.stakeholder_id = s.id LEFT JOIN belonging b ON b.person_id = s.id
), printed AS (SELECT source.*, md5(%s || source::text)::uuid AS digest FROM source)
SELECT printed.* FROM printed LEFT JOIN contacts_sketch k ON k.stakeholder_id = printed.id
WHERE k.digest IS DISTINCT FROM printed.digest
"""
"""Everybody whose names, addresses or organisations differ from what their sketch was made of; no writer has to say
that something changed, so no writer can forget to."""

SKETCHES = """
CREATE TEMP TABLE new_sketch (stakeholder_id bigint, digest uuid, facts text, keys bigint[])
"""
TAKE_SKETCHES = """
INSERT INTO contacts_sketch (stakeholder_id, digest, facts, keys, due)
SELECT stakeholder_id, digest, facts, keys, true FROM new_sketch
ON CONFLICT (stakeholder_id) DO UPDATE
SET digest = excluded.digest, facts = excluded.facts, keys = excluded.keys, due = true
"""
FORGET_GONE = """
DELETE FROM contacts_sketch k
WHERE NOT EXISTS (SELECT FROM contacts_stakeholder s WHERE s.id = k.stakeholder_id)
"""
ALL_DUE = "UPDATE contacts_sketch SET due = true WHERE NOT due"

BLOCKS = """
CREATE TEMP TABLE scan_block AS
SELECT key, array_agg(id) AS ids, array_agg(due) AS dues, count(*)::int AS size
FROM (SELECT stakeholder_id AS id, due, unnest(keys) AS key FROM contacts_sketch) AS every
{only} GROUP BY key HAVING count(*) > 1 AND bool_or(due)
"""
ONLY_DUE = "WHERE key IN (SELECT unnest(keys) FROM contacts_sketch WHERE due)"
"""Where few are due, the keys of the others need not be gathered."""
BLOCKS_BY_NAME = "CREATE INDEX ON scan_block (key) WHERE (key & 15) = %s"

CROWDED = """
SELECT key & 15, count(*) FROM scan_block WHERE size > (%(most)s::int[])[(key & 15) + 1] GROUP BY 1
"""
PAIRS = """
CREATE TEMP TABLE scan_pair AS
SELECT CASE WHEN b.due THEN b.id ELSE a.id END AS anchor, CASE WHEN b.due THEN a.id ELSE b.id END AS other,
    coalesce(min(size) FILTER (WHERE (key & 15) = ANY(%(contact)s)), 2) AS sharing
FROM scan_block, unnest(ids, dues) AS a (id, due), unnest(ids, dues) AS b (id, due)
WHERE size <= (%(most)s::int[])[(key & 15) + 1] AND a.id < b.id AND (a.due OR b.due)
GROUP BY 1, 2
"""
"""Each pair once, under the one of the two that is due; under the later one where both are."""
PAIRS_IN_ORDER = "SELECT anchor, other, sharing FROM scan_pair ORDER BY anchor"

FACTS = """
SELECT k.stakeholder_id, k.facts, coalesce(b.size, 0) FROM contacts_sketch k
LEFT JOIN scan_block b ON b.key = k.keys[1] AND (b.key & 15) = %s
WHERE k.stakeholder_id = ANY(%s)
"""

FOUND = "CREATE TEMP TABLE scan_found (one bigint, other bigint, score int, reasons jsonb)"
KEEP = """
INSERT INTO contacts_duplicatecandidate AS known (one_id, other_id, score, reasons, state, found_at)
SELECT f.one, f.other, f.score, f.reasons, 'open', now() FROM scan_found f
WHERE EXISTS (SELECT FROM contacts_stakeholder s WHERE s.id = f.one)
  AND EXISTS (SELECT FROM contacts_stakeholder s WHERE s.id = f.other)
ORDER BY f.one, f.other
ON CONFLICT (one_id, other_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons
WHERE (known.score, known.reasons) IS DISTINCT FROM (excluded.score, excluded.reasons)
RETURNING xmax = 0
"""
"""A pair that was dismissed stays so; only its score and reasons follow."""
VANISH = """
WITH mine AS (
    SELECT stakeholder_id AS id FROM contacts_sketch
    WHERE due AND stakeholder_id > %(after)s AND stakeholder_id <= %(upto)s
), theirs AS (
    SELECT c.id, c.one_id, c.other_id FROM mine JOIN contacts_duplicatecandidate c ON c.other_id = mine.id
    WHERE c.state = 'open'
    UNION
    SELECT c.id, c.one_id, c.other_id FROM mine JOIN contacts_duplicatecandidate c ON c.one_id = mine.id
    LEFT JOIN contacts_sketch o ON o.stakeholder_id = c.other_id
    WHERE c.state = 'open' AND o.due IS NOT TRUE
)
DELETE FROM contacts_duplicatecandidate c USING theirs
WHERE c.id = theirs.id
  AND NOT EXISTS (SELECT FROM scan_found f WHERE f.one = theirs.one_id AND f.other = theirs.other_id)
"""
"""Open pairs of those settled now that were not found again."""
SETTLED = """
UPDATE contacts_sketch SET due = false
WHERE due AND stakeholder_id > %(after)s AND stakeholder_id <= %(upto)s
"""

FIRSTS = "SELECT split_part(split_part(facts, E'\\x1f', 2), ' ', 1), count(*) FROM contacts_sketch GROUP BY 1"
LASTS = """
SELECT unnest(string_to_array(split_part(facts, E'\\x1f', 3), ' ')), count(*)
FROM contacts_sketch WHERE facts LIKE 'person%' GROUP BY 1
"""
ZIPS = "SELECT split_part(facts, E'\\x1f', 5), count(*) FROM contacts_sketch GROUP BY 1"
CROWDED_PHONES = """
SELECT coalesce(sum(people * people), 0) FROM (
    SELECT count(*)::float AS people FROM contacts_contactpoint WHERE kind = 'phone'
    GROUP BY normalized HAVING count(*) > 4
) AS crowd
"""
COUNTS = (
    "SELECT count(*) FILTER (WHERE facts LIKE 'person%'), count(*) FILTER (WHERE due), count(*) FROM contacts_sketch"
)
DROP = "DROP TABLE IF EXISTS new_sketch, scan_block, scan_pair, scan_found"
