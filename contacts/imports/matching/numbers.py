"""Knowing people by their numbers in other systems: who has the number is the one, and rows with one number are one."""

from django.db import connection
from django.utils.translation import gettext as _

from contacts.imports.staging import Tables

NUMBERS = """
CREATE TABLE stage_number AS
SELECT s.line, n.system, n.value,
    CASE WHEN n.system = 'alliance' AND n.value ~ '^\\d{1,18}$' THEN n.value::bigint END AS ours
FROM stage s, unnest(string_to_array(s.external, chr(31))) AS x(number),
    LATERAL (SELECT split_part(x.number, ':', 1), substr(x.number, strpos(x.number, ':') + 1)) AS n(system, value)
WHERE s.external <> '' AND s.problem = '';
ANALYZE stage_number;
"""

ONCE_CALLED = """
CREATE TABLE once_called AS
SELECT DISTINCT c.number, c.stakeholder_id, regexp_replace(btrim(c.name), '\\s+', ' ', 'g') AS name
FROM contacts_stakeholdermerge m JOIN contacts_stakeholder b ON b.id = m.survivor_id, LATERAL (
    SELECT m.merged_id, m.survivor_id, unnest(ARRAY[m.kept #>> '{row,name}', b.name])
    UNION ALL
    SELECT (m.kept ->> 'survivor')::bigint, m.survivor_id, step #>> '{was,name}'
    FROM jsonb_array_elements(m.kept -> 'journal') AS step
    WHERE step ->> 'place' = 'contacts.Stakeholder' AND step -> 'was' ? 'name'
) AS c(number, stakeholder_id, name)
WHERE EXISTS (SELECT FROM stage_number WHERE ours IS NOT NULL) AND m.undone_at IS NULL AND m.kept ? 'row'
    AND c.number IN (SELECT ours FROM stage_number);
ANALYZE once_called;
"""
"""Our own numbers of those who were merged, under the names they had then: a file that was exported before a merge
still says who they are."""

NUMBERED = """
CREATE TABLE numbered AS
SELECT n.line, min(n.person) AS person, min(n.leader) AS leader, min(n.person) <> max(n.person) AS vague
FROM (
    SELECT n.line, e.stakeholder_id AS person, NULL::int AS leader
    FROM stage_number n JOIN contacts_externalid e USING (system, value) WHERE true{apart}
    UNION ALL
    SELECT n.line, e.stakeholder_id, NULL
    FROM stage_number n JOIN stage s USING (line)
    JOIN (SELECT id AS stakeholder_id, regexp_replace(btrim(name), '\\s+', ' ', 'g') AS name
        FROM contacts_stakeholder) AS e
        ON e.stakeholder_id = n.ours AND e.name = s.name
    WHERE true{apart}
    UNION ALL
    SELECT n.line, e.stakeholder_id, NULL
    FROM stage_number n JOIN stage s USING (line) JOIN once_called AS e ON e.number = n.ours AND e.name = s.name
    WHERE true{apart}
    UNION ALL
    SELECT n.line, NULL, min(n.line) OVER (PARTITION BY n.system, n.value) AS leader FROM stage_number n
    WHERE n.system <> 'alliance'
) AS n GROUP BY n.line
HAVING min(n.person) IS NOT NULL OR min(n.leader) <> n.line;
CREATE UNIQUE INDEX ON numbered (line);
ANALYZE numbered;
"""
"""Rows whose number the book knows, and rows that have a number of an earlier row; two people's numbers in one
row need a person to decide. Our own numbers (alliance:17) can be guessed: they count for somebody of the very name
only, be it the one they had before a merge, and under another name they are nobody's."""

TIED = """
INSERT INTO tie (line, person, leader, vague)
SELECT line, person, CASE WHEN person IS NULL THEN leader END, coalesce(vague, false) FROM numbered
"""

WITHOUT = """
UPDATE stage SET problem_column = '', problem = %s WHERE external = '' AND problem = ''
"""


def tie_by_number(cursor, tables: Tables, apart: str) -> None:
    """Tie the rows that a number settles; leaves them in `numbered`, too, where the other rules pass them over."""
    cursor.execute(tables.made(NUMBERS))
    cursor.execute(tables.made(ONCE_CALLED))
    cursor.execute(tables.made(NUMBERED.format(apart=apart)))
    cursor.execute(TIED)


def refuse_without_number() -> None:
    """By the number alone nobody can be known who has none: such staged rows are rejected and say so."""
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT, [_("There is no number of the partner's system, and people are known by it alone.")])
