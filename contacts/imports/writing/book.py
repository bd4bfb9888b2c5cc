"""Stakeholders, their addresses, words and consent, each table by one ordered INSERT … SELECT."""

from collections.abc import Callable
from datetime import datetime, time
from functools import partial

import pgtrigger
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.models import ImportRun
from contacts.imports.occasions import land_occasion
from contacts.imports.writing import before
from contacts.search import words_sql

HOMES = """
CREATE TEMP TABLE home ON COMMIT DROP AS
SELECT leader, coalesce(person, nextval('contacts_stakeholder_id_seq')) AS id, person IS NULL AS born
FROM (SELECT leader, person FROM who ORDER BY leader) AS ordered;
CREATE UNIQUE INDEX ON home (leader);
ANALYZE home;
ANALYZE new_point (leader, person);
"""
"""The id of every person of the file, given out in the order of the file so that indexes grow at their end."""

LOCK_CHANGED = """
SELECT id FROM contacts_stakeholder
WHERE id IN (SELECT person FROM fill) ORDER BY id FOR NO KEY UPDATE
"""
"""In the order of ids, as everybody takes them: two writers wait for each other once and never in a circle."""

STAKEHOLDERS = f"""
INSERT INTO contacts_stakeholder
    (id, kind, name, first_name, last_name, language, zip, source, notes, custom, search, created_at, updated_at)
SELECT h.id, w.kind, w.name, w.first_name, w.last_name, coalesce(nullif(w.language, ''), %(language)s), w.zip,
    %(source)s, w.notes, coalesce(nullif(w.custom, '')::jsonb, '{{}}'), {words_sql("w.name", "p.words")}, now(), now()
FROM home h JOIN who w USING (leader)
LEFT JOIN (
    SELECT leader, string_agg(normalized, ' ' ORDER BY kind COLLATE "C", normalized COLLATE "C") AS words
    FROM new_point WHERE person IS NULL GROUP BY leader
) AS p USING (leader)
WHERE h.born ORDER BY h.id
"""  # noqa: S608 — only constants are put together

FILLED = """
UPDATE contacts_stakeholder b SET
    name = coalesce(f.name, b.name),
    {blanks},
    language = coalesce(f.language, b.language),
    custom = CASE WHEN f.custom IS NULL THEN b.custom
        WHEN %(taken)s THEN jsonb_strip_nulls(b.custom || f.custom) ELSE f.custom || b.custom END,
    updated_at = now()
FROM fill f WHERE b.id = f.person
""".format(
    blanks=",\n    ".join(
        f"{name} = CASE WHEN %(taken)s OR b.{name} = '' THEN coalesce(f.{name}, b.{name}) ELSE b.{name} END"
        for name in ("first_name", "last_name", "zip", "notes")
    )
)
"""What somebody wrote between planning and now stays, unless what the file says is taken."""

UNLESS_THERE_IS_ONE = """AND NOT EXISTS (
        SELECT FROM contacts_contactpoint c WHERE c.stakeholder_id = n.person AND c.kind = n.kind AND c.is_primary)"""

OF_THE_BORN = {"whose": "h.born", "conflict": "", "unless": ""}
OF_THE_KNOWN = {"whose": "NOT h.born", "conflict": "ON CONFLICT DO NOTHING", "unless": UNLESS_THERE_IS_ONE}
"""Only to people in the book can somebody else be writing the same; looking out for that costs a third of an INSERT."""

KNOWN_TO_HOLD = (
    "contacts.ContactPoint:search_on_insert",
    "contacts.ContactPoint:stakeholder_id_is_there",
    "contacts.Typing:stakeholder_id_is_there",
    "contacts.Tagging:stakeholder_id_is_there",
    "contacts.Affiliation:person_id_is_there",
    "contacts.ConsentEvent:stakeholder_id_is_there",
    "contacts.ConsentEvent:derive_consent",
)
"""Checks that have nothing to find for people whom this transaction made: they are there, with their search text."""

POINTS = """
INSERT INTO contacts_contactpoint
    (stakeholder_id, kind, value, normalized, fingerprint, label, status, is_primary, created_at)
SELECT h.id, n.kind, n.value, n.normalized, n.fingerprint, '',
    CASE WHEN n.state = 'bounced' THEN 'bad' WHEN n.state = 'complained' THEN 'complained' ELSE 'valid' END,
    row_number() OVER (PARTITION BY n.leader, n.kind COLLATE "C" ORDER BY n.line, n.at) = 1 {unless},
    now()
FROM new_point n JOIN home h USING (leader) WHERE {whose} ORDER BY h.id {conflict}
"""

MAIN_PAIRS = """
CREATE TEMP TABLE main_pair ON COMMIT DROP AS
SELECT m.leader, was.id AS was, now.id AS now
FROM new_main m
JOIN contacts_contactpoint was ON was.stakeholder_id = m.person AND was.kind = m.kind AND was.is_primary
JOIN contacts_contactpoint now ON now.stakeholder_id = m.person AND now.kind = m.kind
    AND now.normalized = m.normalized AND NOT now.is_primary
"""
MAINS = (
    "DROP TABLE IF EXISTS pg_temp.main_pair",
    MAIN_PAIRS,
    "UPDATE contacts_contactpoint SET is_primary = false WHERE id IN (SELECT was FROM main_pair)",
    "UPDATE contacts_contactpoint SET is_primary = true WHERE id IN (SELECT now FROM main_pair)",
    before.NOTING_MAINS,
)
"""One main address of a kind: first the old one makes room."""

EXTERNALS = """
INSERT INTO contacts_externalid (stakeholder_id, system, value)
SELECT h.id, n.system, n.value FROM new_external n JOIN home h USING (leader)
WHERE {whose} ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
"""

TYPES = """
INSERT INTO contacts_typing (stakeholder_id, type_id)
SELECT h.id, n.type FROM new_type n JOIN home h USING (leader) WHERE {whose} ORDER BY 1, 2 {conflict}
"""

MISSING_TAGS = """
INSERT INTO contacts_tag (name)
SELECT min(tag) FROM new_tag n WHERE NOT EXISTS (SELECT FROM contacts_tag t WHERE lower(t.name) = n.word)
GROUP BY word ORDER BY word ON CONFLICT DO NOTHING
"""

TAGS = """
INSERT INTO contacts_tagging (stakeholder_id, tag_id)
SELECT h.id, t.id FROM new_tag n JOIN home h USING (leader) JOIN contacts_tag t ON lower(t.name) = n.word
WHERE {whose} ORDER BY 1, 2 {conflict}
"""

ORGANISATIONS = """
CREATE TEMP TABLE house ON COMMIT DROP AS
SELECT a.word, min(a.organisation) AS name, min(a.leader) AS leader, min(o.id) AS id
FROM (SELECT word, min(organisation) AS organisation, min(leader) AS leader FROM new_affiliation GROUP BY word) a
LEFT JOIN contacts_stakeholder o ON o.kind = 'organisation' AND lower(o.name) = a.word
GROUP BY a.word;
ANALYZE house;
"""

MISSING_ORGANISATIONS = f"""
WITH made AS (
    INSERT INTO contacts_stakeholder
        (kind, name, first_name, last_name, language, zip, source, notes, search, created_at, updated_at)
    SELECT 'organisation', name, '', '', %(language)s, '', %(source)s, '', {words_sql("name", "NULL")}, now(), now()
    FROM house WHERE id IS NULL ORDER BY word RETURNING id, name
), told AS (
    INSERT INTO noted (line, what, item)
    SELECT house.leader, 'organisations', to_jsonb(made.id)
    FROM made JOIN house ON house.name = made.name AND house.id IS NULL
)
UPDATE house SET id = made.id FROM made WHERE house.name = made.name AND house.id IS NULL
"""  # noqa: S608 — only constants are put together

AFFILIATIONS = """
INSERT INTO contacts_affiliation (person_id, organisation_id, role)
SELECT h.id, o.id, n.role FROM new_affiliation n JOIN home h USING (leader) JOIN house o USING (word)
WHERE h.id <> o.id AND {whose} ORDER BY 1, 2 {conflict}
"""

LINKS = {"tags": TAGS, "affiliations": AFFILIATIONS, "externals": EXTERNALS}

CONSENT = """
INSERT INTO contacts_consentevent
    (stakeholder_id, topic_id, channel, action, source, wording, language, at, evidence, by_id)
SELECT h.id, n.topic, 'email', n.action, %s, CASE WHEN n.action = 'given' THEN %s ELSE '' END,
    coalesce(nullif(n.language, ''), %s),
    CASE WHEN n.action = 'given' THEN %s ELSE clock_timestamp() END,
    jsonb_build_object('run', %s::int, 'line', n.leader), %s::bigint
FROM new_word n JOIN home h USING (leader) WHERE {whose} ORDER BY 1, 2 {conflict}
"""
"""A yes is dated when they agreed, or the file was received: whoever leaves after that has left."""

ALSO_OF_THE_BORN = {
    "consent": """
WITH said AS ({insert} RETURNING id, stakeholder_id, topic_id, channel, action, at)
INSERT INTO contacts_consent (stakeholder_id, topic_id, channel, state, since, event_id)
SELECT stakeholder_id, topic_id, channel, action, at, id FROM said ORDER BY stakeholder_id, topic_id
"""
}
"""Where somebody new stands follows from the one word they have: the trigger need not look for an earlier one."""

CONSENT_FACTS = ("source", "wording", "language", "received", "run", "by")

SUPPRESSIONS = """
INSERT INTO contacts_suppression (channel, address, fingerprint, reason, source, note, at)
SELECT 'email', address, fingerprint, reason, %(source)s, '', clock_timestamp()
FROM new_suppression ORDER BY fingerprint
ON CONFLICT DO NOTHING
"""

BAD_ADDRESSES = """
UPDATE contacts_contactpoint c SET status = CASE n.reason WHEN 'complaint' THEN 'complained' ELSE 'bad' END
FROM new_suppression n
WHERE c.fingerprint = n.fingerprint AND c.kind = 'email' AND c.status = 'valid' AND n.reason <> 'manual'
"""

Told = Callable[[int, str], None]


class Alone:
    """Nobody writes beside us. What two chunks that are written abreast tell each other: committing/abreast.py."""

    book_is_lent = False
    is_followed = False

    def before_matching(self) -> None:
        """Called before people are looked for in the book."""

    def number(self, numbering: Callable[[], object]) -> None:
        """Give out the ids of people."""
        numbering()

    def before_what_is_shared(self) -> None:
        """Called before anything is written that more than one chunk writes to, such as words and organisations."""


ALONE = Alone()


def write_book(run: ImportRun, *, by, told: Told, beside: Alone = ALONE) -> None:
    """Write everything that was planned for `run`; `told(percent, message)` hears how far it is."""
    facts = {
        "run": run.pk,
        "source": source_of(run)[:120],
        "language": "en",
        "wording": run.consent_wording or _("Stated by %(partner)s when sending the list.") % {"partner": run.partner},
        "received": said_at(run),
        "by": by.pk if by else None,
    }
    with connection.cursor() as cursor:
        told(55, _("Writing people"))
        cursor.execute(before.NOTED)
        beside.number(partial(cursor.execute, HOMES))
        cursor.execute(LOCK_CHANGED)
        cursor.execute(STAKEHOLDERS, facts)
        cursor.execute(before.NOTING_FIELDS.format(update=FILLED), {"taken": run.matches == run.Matches.UPDATE})
        told(70, _("Writing addresses and numbers"))
        _write(cursor, "points", POINTS)
        for query in MAINS:
            cursor.execute(query)
        _write(cursor, "types", TYPES)
        told(80, _("Writing consent"))
        _write(cursor, "consent", CONSENT, [facts[name] for name in CONSENT_FACTS])
        beside.before_what_is_shared()
        told(90, _("Writing tags and organisations"))
        for query in (before.NOTING_WORDS.format(insert=MISSING_TAGS), ORGANISATIONS, MISSING_ORGANISATIONS):
            cursor.execute(query, facts)
        for what, query in LINKS.items():
            _write(cursor, what, query)
        cursor.execute(before.NOTING_SUPPRESSIONS.format(insert=SUPPRESSIONS), facts)
        cursor.execute(before.NOTING_NO_AGAIN)
        cursor.execute(before.SHUT_AGAIN)
        cursor.execute(before.NOTING_STATUSES.format(update=BAD_ADDRESSES))
        land_occasion(run)
        cursor.execute(before.BEFORE)


def _write(cursor, what: str, query: str, facts: list | None = None) -> None:
    """What belongs to people made a moment ago, then what belongs to the others; of these is noted what was added."""
    with pgtrigger.ignore(*KNOWN_TO_HOLD):
        cursor.execute(ALSO_OF_THE_BORN.get(what, "{insert}").format(insert=query.format(**OF_THE_BORN)), facts)
    cursor.execute(before.noting(what, query.format(**OF_THE_KNOWN)), facts)


def said_at(run: ImportRun) -> datetime:
    """When the people of a file agreed: at the start of the day it says, or when the file was received."""
    if run.consented_on is None:
        return run.created_at
    day = datetime.combine(run.consented_on, time(), timezone.get_default_timezone())
    return min(day, run.created_at)


def source_of(run: ImportRun) -> str:
    """Where people of this file came from, as it stands on their page."""
    return _("import %(number)d from %(partner)s") % {"number": run.pk, "partner": run.partner}
