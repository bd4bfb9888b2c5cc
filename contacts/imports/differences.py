"""What a file says about somebody in the book other than the book does, by the policy of its run.

| policy | a blank in the book | another value | an empty cell |
|---|---|---|---|
| fill | is filled | the book's stays | says nothing |
| update | is filled | the file's is taken | empties the field, if the run says so |
| skip | stays | the book's stays | says nothing |

A column that the file does not have is never touched. An initial says nothing against a full name.
"""

from contacts.imports.models import ImportRun

Matches = ImportRun.Matches

PLAIN = ("zip", "notes")
"""Fields whose value is taken as it is."""

FILL = """
CREATE TABLE fill AS
SELECT * FROM (
    SELECT who.leader, who.person,
        CASE WHEN b.first_name || b.last_name = '' AND b.name LIKE '%%@%%' AND who.first_name || who.last_name <> ''
            THEN who.name END AS name,
        CASE WHEN b.first_name = '' AND who.first_name <> '' THEN who.first_name END AS first_name,
        CASE WHEN b.last_name = '' AND who.last_name <> '' THEN who.last_name END AS last_name,
        CASE WHEN b.zip = '' AND who.zip <> '' THEN who.zip END AS zip,
        NULL::text AS language,
        CASE WHEN b.notes = '' AND who.notes <> '' THEN who.notes END AS notes,
        CASE WHEN who.custom <> '' THEN
            nullif(who.custom::jsonb - ARRAY(SELECT jsonb_object_keys(b.custom)), '{{}}') END AS custom
    FROM who JOIN contacts_stakeholder b ON b.id = who.person
    WHERE b.kind = who.kind AND {wanted}
) AS blank WHERE num_nonnulls(name, first_name, last_name, zip, notes, custom) > 0
"""
"""Blanks of the book that the file can fill; what is written there already stays."""

BLANKED = "'{field}' = ANY(string_to_array(who.blanked, chr(31)))"
INITIAL = (
    "(length(regexp_replace({new}, '[^[:alpha:]]', '', 'g')) = 1 AND lower(left({old}, 1)) = lower(left({new}, 1)))"
)

PART = """CASE WHEN who.{field} <> '' AND NOT {initial} THEN who.{field}
            WHEN who.{field} = '' AND {blanked} THEN '' ELSE b.{field} END AS {field}"""

TAKEN = """
CREATE TABLE fill AS
SELECT * FROM (
    SELECT who.leader, who.person,
        nullif(CASE WHEN who.kind = 'organisation' THEN CASE WHEN strpos(who.name, '@') = 0 THEN who.name END
            WHEN who.first_name || who.last_name = '' THEN NULL
            WHEN (n.first_name, n.last_name) = (who.first_name, who.last_name)
                AND ((b.first_name, b.last_name) <> (n.first_name, n.last_name)
                    OR who.name <> btrim(who.first_name || ' ' || who.last_name)) THEN who.name
            WHEN (b.first_name, b.last_name) <> (n.first_name, n.last_name)
                THEN nullif(btrim(n.first_name || ' ' || n.last_name), '') END, b.name) AS name,
        nullif(n.first_name, b.first_name) AS first_name,
        nullif(n.last_name, b.last_name) AS last_name,
        nullif(n.zip, b.zip) AS zip,
        nullif(nullif(who.language, ''), b.language) AS language,
        nullif(n.notes, b.notes) AS notes,
        CASE WHEN who.custom <> '' OR who.blanked LIKE '%%custom:%%' THEN (
            SELECT jsonb_object_agg(o.slug, o.value) FROM (
                SELECT v.key AS slug, v.value FROM jsonb_each(coalesce(nullif(who.custom, ''), '{{}}')::jsonb) AS v
                UNION ALL
                SELECT substr(x.field, 8), 'null' FROM unnest(string_to_array(who.blanked, chr(31))) AS x(field)
                WHERE x.field LIKE 'custom:%%' AND b.custom ? substr(x.field, 8)
                  AND NOT coalesce(nullif(who.custom, ''), '{{}}')::jsonb ? substr(x.field, 8)
            ) AS o WHERE b.custom -> o.slug IS DISTINCT FROM o.value) END AS custom
    FROM who JOIN contacts_stakeholder b ON b.id = who.person
    CROSS JOIN LATERAL (SELECT {parts}) AS n
    WHERE b.kind = who.kind
) AS other WHERE num_nonnulls(name, first_name, last_name, zip, language, notes, custom) > 0
"""
"""Where the file says something else, or leaves empty what may be emptied."""


def _part(field: str, initial: str = "false") -> str:
    return PART.format(field=field, initial=initial, blanked=BLANKED.format(field=field))


def _name_part(field: str) -> str:
    return _part(field, INITIAL.format(new=f"who.{field}", old=f"b.{field}"))


FILLS = {
    Matches.FILL: FILL.format(wanted="true"),
    Matches.UPDATE: TAKEN.format(
        parts=",\n        ".join([*map(_name_part, ("first_name", "last_name")), *map(_part, PLAIN)])
    ),
    Matches.SKIP: FILL.format(wanted="false"),
}
"""By policy. In `fill` stands what is to be written: NULL where nothing is, null in `custom` for what is emptied."""

OWN_FIELDS_OF_REPEATS = """
UPDATE who SET custom = (more.custom || coalesce(nullif(who.custom, ''), '{}')::jsonb)::text
FROM (
    SELECT f.leader, jsonb_object_agg(v.key, v.value ORDER BY s.line DESC) AS custom
    FROM fate f JOIN stage s USING (line) CROSS JOIN LATERAL jsonb_each(s.custom::jsonb) AS v
    WHERE f.leader <> f.line AND NOT f.vague AND s.custom <> '' GROUP BY f.leader
) AS more WHERE more.leader = who.leader
"""

POSTAL = """
    UNION ALL
    SELECT f.leader, f.person, 'postal', a.value, lower(regexp_replace(a.value, '\\s+', ' ', 'g')), '', '', s.line, 1
    FROM stage s JOIN fate f USING (line)
    CROSS JOIN LATERAL (SELECT left(concat_ws(', ', s.street, nullif(s.city, ''),
        nullif(concat_ws(' ', nullif(s.region, ''), nullif(s.zip, '')), '')), 320) AS value) AS a
    WHERE s.street <> '' AND NOT f.vague AND {condition} AND (f.person IS NULL OR %(taken)s OR NOT EXISTS (
        SELECT FROM contacts_contactpoint c WHERE c.stakeholder_id = f.person AND c.kind = 'postal'))
"""
"""A postal address for who has none; another one only if what the file says is taken."""

RUN_TAGS = """
    UNION ALL
    SELECT f.leader, f.person, t.tag, f.line FROM fate f, unnest(%(tags)s::text[]) AS t(tag)
    WHERE NOT f.vague AND f.leader = f.line
"""
"""Tags for everybody in the file."""

EXTERNALS = """
CREATE TABLE new_external AS
SELECT DISTINCT ON (n.system, n.value) n.leader, n.person, n.system, n.value
FROM (
    SELECT f.leader, f.person, split_part(x.number, ':', 1) AS system,
        substr(x.number, strpos(x.number, ':') + 1) AS value
    FROM fate f JOIN stage s USING (line), unnest(string_to_array(s.external, chr(31))) AS x(number)
    WHERE NOT f.vague AND s.external <> '' AND {condition}
) AS n WHERE n.system <> 'alliance' AND NOT EXISTS (
    SELECT FROM contacts_externalid e WHERE e.system = n.system AND e.value = n.value)
ORDER BY n.system, n.value, n.leader
"""
"""Our own numbers, as an export of this house carries them, are nobody's numbers elsewhere."""

MAINS = """
CREATE TABLE new_main AS
SELECT f.leader, f.person, 'email' AS kind, e.email AS normalized
FROM fate f JOIN stage s USING (line) JOIN stage_email e ON e.line = f.line AND e.at = 1
WHERE %(taken)s AND f.leader = f.line AND NOT f.vague AND f.person IS NOT NULL AND s.external <> ''
  AND e.state IN ('', 'subscribed', 'none')
  AND EXISTS (SELECT FROM contacts_externalid x WHERE x.stakeholder_id = f.person
      AND x.system || ':' || x.value = ANY(string_to_array(s.external, chr(31))))
  AND NOT EXISTS (SELECT FROM contacts_suppression x WHERE x.fingerprint = e.print AND x.channel = 'email')
  AND EXISTS (SELECT FROM contacts_contactpoint c WHERE c.stakeholder_id = f.person AND c.kind = 'email'
      AND c.is_primary AND c.normalized <> e.email)
UNION ALL
SELECT DISTINCT ON (n.leader) n.leader, n.person, n.kind, n.normalized FROM new_point n
WHERE %(taken)s AND n.kind = 'postal' AND n.person IS NOT NULL AND EXISTS (
    SELECT FROM contacts_contactpoint c WHERE c.stakeholder_id = n.person AND c.kind = 'postal' AND c.is_primary)
"""
"""Which address becomes the main one: the e-mail of somebody known by their number, and where they live now."""
