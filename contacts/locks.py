"""Who writes to the book at once.

A chunk of an import has the book alone; whoever finds or makes one person shares it with others who do. So a
join form and an import never make two people of one. Take the lock before any row: it falls with the transaction.
"""

from django.db import connection

BOOK_LOCK = 7302
"""Class of the advisory lock of the book."""


def share_the_book() -> None:
    """Wait until no chunk of an import is being written; none is begun until this transaction ends."""
    _take("SELECT pg_advisory_xact_lock_shared(%s, 0)")


def have_the_book_alone() -> None:
    """Wait until nobody else finds, makes or imports people; nobody does until this transaction ends."""
    _take("SELECT pg_advisory_xact_lock(%s, 0)")


def _take(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, [BOOK_LOCK])
