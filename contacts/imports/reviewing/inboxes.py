"""Addresses that people with different names share: they are kept as two people, and shown."""

from dataclasses import dataclass

from django.db import connection, transaction

from contacts.imports.lines import place_of
from contacts.imports.models import ImportRun
from contacts.imports.staging import staging_of
from contacts.imports.warnings.figures import MEETS

SHARED = """
WITH owner AS (
    SELECT e.email, f.leader, f.person, s.name, f.line
    FROM knot JOIN stage_email e USING (email) JOIN fate f USING (line)
    JOIN stage s ON s.line = f.leader WHERE NOT f.vague
    UNION ALL
    SELECT m.email, NULL, m.person, b.name, NULL
    FROM knot JOIN met m USING (email) JOIN contacts_stakeholder b ON b.id = m.person
), crowded AS (
    SELECT email FROM owner GROUP BY email
    HAVING count(DISTINCT coalesce('book ' || person, 'file ' || leader)) > 1
    ORDER BY email LIMIT %s
)
SELECT email, min(name) AS name, min(line) AS line, person FROM owner JOIN crowded USING (email)
GROUP BY email, person, coalesce('book ' || person, 'file ' || leader) ORDER BY email, line NULLS LAST
"""
"""Each owner once: a person of the book, or somebody who is new with this file. Where two meet there is a knot."""

SHOWN = 25


@dataclass(frozen=True)
class Owner:
    """Somebody behind a shared address: the first line that names them, their number in the book."""

    name: str
    line: int | None
    person: int | None

    @property
    def place(self) -> str:
        """Where the line stands in the file, in words; empty for somebody whom the file does not name."""
        return place_of(self.line) if self.line else ""


def shared_inboxes(run: ImportRun) -> dict[str, list[Owner]]:
    """The first shared addresses of a checked file, each with everybody behind it. Needs its staging."""
    found: dict[str, list[Owner]] = {}
    with transaction.atomic(), staging_of(run), connection.cursor() as cursor:
        cursor.execute(MEETS)
        if not cursor.fetchone()[0]:
            return found
        cursor.execute(SHARED, [SHOWN])
        for email, name, line, person in cursor.fetchall():
            found.setdefault(email, []).append(Owner(name, line, person))
    return found
