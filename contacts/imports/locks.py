"""Locks of imports: one worker to a run, one saving run to a partner.

They belong to the session of the database, so that they last over many short transactions, and fall when the
worker dies, whenever that is. The order is run, partner, book (contacts/locks.py), then rows by their ids.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contacts.imports.errors import BeingSaved
from contacts.imports.models import ImportRun
from contacts.locks import have_the_book_alone

RUN_LOCK, PARTNER_LOCK = 7301, 7303
PAUSE = 0.5
"""Seconds between two looks at whether it is our turn."""

HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


@contextmanager
def only_worker_on(run: ImportRun) -> Iterator[None]:
    """Work on a run alone; raises BeingSaved when another worker does."""
    if not _take(RUN_LOCK, run.pk):
        raise BeingSaved(_("This file is being worked on at this moment."))
    try:
        yield
    finally:
        _give_back(RUN_LOCK, run.pk)


@contextmanager
def turn_of_partner(run: ImportRun, told: Callable[[int, str], None]) -> Iterator[None]:
    """Wait until no other file of the same partner is being saved; `told` hears of the waiting and may end it."""
    while not _take(PARTNER_LOCK, run.partner_id):
        told(0, _("Waiting for another file of this partner"))
        time.sleep(PAUSE)
    try:
        yield
    finally:
        _give_back(PARTNER_LOCK, run.partner_id)


def is_worked_on(run: ImportRun) -> bool:
    """Whether a worker is on this run at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [RUN_LOCK, run.pk])
        return cursor.fetchone()[0]


def made_for_sets() -> None:
    """Settings of this transaction for statements that touch thousands of rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")


@contextmanager
def few_among_many() -> Iterator[None]:
    """Within this, thousands of rows are looked up among millions by index, however cheap reading all of them seems.

    A chunk would else read the whole book again and again, so that the last of a large file waits longest.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
        yield
        cursor.execute("SET LOCAL enable_hashjoin TO DEFAULT")
        cursor.execute("SET LOCAL enable_mergejoin TO DEFAULT")


@contextmanager
def book_alone(place: AbstractContextManager | None = None, *, lent: bool = False) -> Iterator[None]:
    """A transaction in which nobody else finds, makes or imports people; its temporary tables go with it.

    `place` is entered in it, such as the staging of a run. With `lent` the book is held by the connection that this
    one works for (having_the_book_alone).
    """
    with transaction.atomic(), place or nullcontext(), connection.cursor() as cursor:
        if not lent:
            have_the_book_alone()
        made_for_sets()
        cursor.execute("DISCARD TEMP")
        yield
        cursor.execute("DISCARD TEMP")


def _take(kind: int, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, number])
        return cursor.fetchone()[0]


def _give_back(kind: int, number: int) -> None:
    """A session that broke has given back everything."""
    if connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, number])
