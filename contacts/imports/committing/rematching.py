"""Matching again, in the chunk that writes them, those rows for which the book has changed since they were matched.

Somebody joined by the form, another partner's file was saved, two people were merged, one was erased. Whoever this
run itself brought in or wrote to is left out: who is who within one file was settled when it was matched.
"""

from django.db import connection

from contacts.imports.locks import few_among_many
from contacts.imports.matching import match
from contacts.imports.models import ImportRun
from contacts.imports.staging import ADDRESSES, PASSING
from contacts.imports.writing import Alone

OTHERS = "NOT EXISTS (SELECT FROM contacts_importrow r WHERE r.stakeholder_id = {person} AND r.run_id = {run})"

STIRRED = """
CREATE TEMP TABLE stirred AS
SELECT p.leader FROM part p JOIN stage_email e USING (line)
JOIN contacts_contactpoint c ON c.kind = 'email' AND c.normalized = e.email
WHERE NOT p.vague AND {others}
  AND NOT EXISTS (SELECT FROM met WHERE met.email = e.email AND met.person = c.stakeholder_id)
UNION
SELECT p.leader FROM part p
WHERE p.person IS NOT NULL AND NOT EXISTS (SELECT FROM contacts_stakeholder b WHERE b.id = p.person)
UNION
SELECT p.leader FROM part p JOIN stage s USING (line)
WHERE p.person IS NULL AND NOT p.vague AND NOT p.bad AND (s.emails = '' OR s.kind = 'organisation')
UNION
SELECT p.leader FROM part p JOIN stage s USING (line)
CROSS JOIN unnest(string_to_array(s.external, chr(31))) AS x(number)
JOIN contacts_externalid c ON c.system = split_part(x.number, ':', 1)
    AND c.value = substr(x.number, strpos(x.number, ':') + 1)
WHERE s.external <> '' AND NOT p.vague AND NOT p.bad AND p.person IS DISTINCT FROM c.stakeholder_id AND {others}
EXCEPT
SELECT d.line FROM contacts_importdecision d WHERE d.run_id = {run};
ANALYZE stirred;
"""
"""Somebody stands in the book under an address who did not when the file was matched; whom a row meant is gone; a
row that is known by a phone, a name and a place, or as an organisation, was nobody's; a number of another system
is somebody's who was not the one."""

DECIDED = """
UPDATE part SET person = d.stakeholder_id FROM contacts_importdecision d
WHERE d.run_id = %s AND d.line = part.line AND NOT part.vague AND part.person IS DISTINCT FROM d.stakeholder_id
"""
"""Who a person said a row is may have been merged since; the decision went along."""

SUBSET = """
ALTER TABLE stage RENAME TO chunk_stage;
ALTER TABLE stage_email RENAME TO chunk_email;
ALTER TABLE stage_phone RENAME TO chunk_phone;
CREATE TEMP TABLE stage AS
SELECT s.* FROM part p JOIN chunk_stage s USING (line) WHERE p.leader IN (SELECT leader FROM stirred);
CREATE UNIQUE INDEX ON stage (line);
ANALYZE stage;
"""

FOLD = """
UPDATE part SET person = news.person, vague = part.vague OR news.vague
FROM (
    SELECT p.leader, min(f.person) AS person, bool_or(f.vague) OR count(DISTINCT f.person) > 1 AS vague
    FROM part p JOIN fate f USING (line) GROUP BY p.leader
) AS news WHERE news.leader = part.leader AND NOT part.bad;
UPDATE part SET leader = one.leader
FROM (
    SELECT person, min(leader) AS leader FROM part WHERE person IS NOT NULL AND NOT vague
    GROUP BY person HAVING count(DISTINCT leader) > 1
) AS one WHERE part.person = one.person AND NOT part.vague;
DROP TABLE IF EXISTS stirred, pg_temp.stage, pg_temp.stage_email, pg_temp.stage_phone, pg_temp.met, pg_temp.tie,
    pg_temp.knot, pg_temp.fate, pg_temp.seeker, pg_temp.stage_number, pg_temp.once_called,
    pg_temp.numbered, pg_temp.lone_row, pg_temp.lone_person;
ALTER TABLE chunk_stage RENAME TO stage;
ALTER TABLE chunk_email RENAME TO stage_email;
ALTER TABLE chunk_phone RENAME TO stage_phone;
"""
"""All rows of one person agree on whom they found, and two that found the same one are one."""


def match_again(run: ImportRun, beside: Alone) -> None:
    """Correct `part`, the rows of a chunk, where the book has changed since they were matched.

    Needs the staged rows of the chunk in temporary tables, and leaves them as they were.
    """
    with connection.cursor() as cursor:
        cursor.execute(DECIDED, [run.pk])
        with few_among_many():
            cursor.execute(STIRRED.format(others=OTHERS.format(person="c.stakeholder_id", run=run.pk), run=run.pk))
        cursor.execute("SELECT EXISTS (SELECT FROM stirred)")
        if not cursor.fetchone()[0]:
            return
        beside.before_matching()
        cursor.execute(SUBSET)
        cursor.execute(PASSING.made(ADDRESSES))
        match(PASSING, rule=run.rule, apart=OTHERS.format(person="{person}", run=run.pk))
        cursor.execute(FOLD)
