"""What the database knows of the sizes of the book's tables, while a large file makes them grow.

Its own clean-up looks once a minute; the second chunk of a file in an empty book comes a second after the first,
and would be planned as if there was nobody in it.
"""

from django.db import connection

from contacts.imports.writing.before import MARKED

TABLES = [*MARKED, "contacts_consent", "contacts_importrow"]

OUTGROWN = """
SELECT relname FROM pg_class
WHERE oid = ANY(%s::regclass[]) AND pg_relation_size(oid) > 2 * relpages * current_setting('block_size')::bigint
ORDER BY relname
"""


def look_at_what_grew() -> None:
    """Have those tables looked at anew that have doubled since; call it outside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(OUTGROWN, [TABLES])
        if grown := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"ANALYZE {', '.join(grown)}")
