"""Who writes to the book at once.

A chunk of an import has the book alone; whoever finds or makes one person shares it with others who do. So a
join form and an import never make two people of one. Take the lock before any row, an event or a table at which
people sit included: imports and merges do, and whoever took a row first would wait for them in a circle. It falls
with the transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
TRIES = 4

BOOK_LOCK = 7302
"""Class of the advisory lock of the book."""


def share_the_book() -> None:
    """Wait until no chunk of an import is being written; none is begun until this transaction ends."""
    _take("SELECT pg_advisory_xact_lock_shared(%s, 0)")


def have_the_book_alone() -> None:
    """Wait until nobody else finds, makes or imports people; nobody does until this transaction ends."""
    _take("SELECT pg_advisory_xact_lock(%s, 0)")


@contextmanager
def having_the_book_alone() -> Iterator[None]:
    """The same for several transactions, of this connection and of helpers that work for it."""
    _take("SELECT pg_advisory_lock(%s, 0)")
    try:
        yield
    finally:
        if connection.is_usable():  # a session that broke has given it back
            _take("SELECT pg_advisory_unlock(%s, 0)")


def patiently(verb: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """A verb that locks much: when two such wait for each other in a circle, the one that is sent away tries again.

    Inside a transaction somebody else began there is nothing to try again with, and the error goes on to them.
    """

    @wraps(verb)
    def tried(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        for left in reversed(range(TRIES)):
            try:
                return verb(*args, **kwargs)
            except OperationalError as error:
                if not left or connection.in_atomic_block or not isinstance(error.__cause__, DeadlockDetected):
                    raise
        raise RuntimeError("unreachable")

    return tried


def _take(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, [BOOK_LOCK])
