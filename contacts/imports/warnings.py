"""What a person should know before a file is saved, in sentences with figures."""

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.imports.models import ImportRun

NAMED_LINES = 10

REPEATED = "SELECT line FROM outcome WHERE leader <> line AND outcome <> 'ambiguous' ORDER BY line LIMIT %s"
HOW_MANY_REPEATED = "SELECT count(*) FROM outcome WHERE leader <> line AND outcome <> 'ambiguous'"
AMBIGUOUS = "SELECT line FROM outcome WHERE outcome = 'ambiguous' ORDER BY line LIMIT %s"
SHARED = """
SELECT count(*) FROM (
    SELECT e.email FROM stage_email e JOIN fate f USING (line) WHERE NOT f.vague
    GROUP BY e.email HAVING count(DISTINCT f.leader) > 1) AS shared
"""
SHUT = "SELECT count(*) FROM shut JOIN who USING (leader) WHERE who.state IN ('', 'subscribed')"
SAID_NO = """
SELECT count(*) FILTER (WHERE state IN ('unsubscribed', 'no_contact', 'complained')),
    count(*) FILTER (WHERE state = 'bounced') FROM who
"""


def warnings_about(run: ImportRun) -> list[str]:
    """Sentences about a planned run; reads the temporary tables of planning.py."""
    found = []
    with connection.cursor() as cursor:
        found += _repeats(cursor)
        found += _ambiguous(cursor, run)
        found += _shared(cursor)
        found += _consent(cursor, run)
    return found


def _one(cursor, query: str) -> int:
    cursor.execute(query)
    return cursor.fetchone()[0]


def _lines(cursor, query: str, count: int) -> str:
    cursor.execute(query, [NAMED_LINES])
    named = ", ".join(str(line) for (line,) in cursor.fetchall())
    return f"{named} …" if count > NAMED_LINES else named


def _repeats(cursor) -> list[str]:
    count = _one(cursor, HOW_MANY_REPEATED)
    if not count:
        return []
    text = ngettext(
        "%(count)d row says again what an earlier or fuller one says and counts as unchanged: line %(lines)s.",
        "%(count)d rows say again what an earlier or fuller one says and count as unchanged: lines %(lines)s.",
        count,
    )
    return [text % {"count": count, "lines": _lines(cursor, REPEATED, count)}]


def _ambiguous(cursor, run: ImportRun) -> list[str]:
    count = run.counts["ambiguous"]
    if not count:
        return []
    text = ngettext(
        "%(count)d row could be several people; nothing is changed for it: line %(lines)s.",
        "%(count)d rows could be several people; nothing is changed for them: lines %(lines)s.",
        count,
    )
    return [text % {"count": count, "lines": _lines(cursor, AMBIGUOUS, count)}]


def _shared(cursor) -> list[str]:
    count = _one(cursor, SHARED)
    if not count:
        return []
    text = ngettext(
        "%(count)d address is used by people with different names; they are kept apart.",
        "%(count)d addresses are used by people with different names; they are kept apart.",
        count,
    )
    return [text % {"count": count}]


def _consent(cursor, run: ImportRun) -> list[str]:
    found = []
    cursor.execute(SAID_NO)
    left, bounced = cursor.fetchone()
    if left:
        text = ngettext(
            "%(count)d person is marked as not to be mailed; that is honoured.",
            "%(count)d people are marked as not to be mailed; that is honoured.",
            left,
        )
        found.append(text % {"count": left})
    if bounced:
        text = ngettext(
            "%(count)d person is marked as having an address that does not work; it is not mailed.",
            "%(count)d people are marked as having an address that does not work; it is not mailed.",
            bounced,
        )
        found.append(text % {"count": bounced})
    if run.topics.exists():
        shut = _one(cursor, SHUT)
        if shut:
            text = ngettext(
                "%(count)d person has an address that must not be mailed; it stays so.",
                "%(count)d people have an address that must not be mailed; it stays so.",
                shut,
            )
            found.append(text % {"count": shut})
    else:
        found.append(_("No topic was chosen: nobody of this file will get newsletters by it."))
    return found
