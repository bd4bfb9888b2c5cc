"""Who must not be mailed any more is called out by the database when that is committed.

    somebody leaves, is suppressed or erased  →  trigger  →  NOTIFY contacts_stops, "p12 p13" or "f<fingerprint>"

Whoever is about to mail somebody listens and need not ask before every message. Every door and every bulk
statement is heard, because the tables themselves call out. More than a few at once are called "*": everybody
asks anew.
"""

import pgtrigger

CHANNEL = "contacts_stops"
EVERYBODY = "*"
PERSON, ADDRESS = "p", "f"
"""What a word begins with: the number of a stakeholder, the fingerprint of an address."""
MOST = 200
"""As many as fit into one call (8,000 bytes)."""

CALL = """
PERFORM pg_notify('{channel}', payload) FROM (
    SELECT CASE WHEN count(*) > {most} THEN '{everybody}' ELSE string_agg('{letter}' || {column}, ' ') END AS payload
    FROM heard WHERE {condition}
) AS news WHERE payload IS NOT NULL;
RETURN NULL;
"""


def calls_out(operation, letter: str, column: str, condition: str = "true") -> pgtrigger.Trigger:
    """The trigger of a table whose new rows (or, for a delete, old ones) say that somebody must not be mailed."""
    gone = operation is pgtrigger.Delete
    return pgtrigger.Trigger(
        name="calls_out_who_stops",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(old="heard") if gone else pgtrigger.Referencing(new="heard"),
        func=CALL.format(
            channel=CHANNEL, most=MOST, everybody=EVERYBODY, letter=letter, column=column, condition=condition
        ),
    )
