"""Keeping the search index tidy while a large file is saved.

New texts first go to a list that every search reads from end to end. Whoever fills it would have to sort it into
the index in between; here a second connection does, so that neither saving nor searching waits for it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import DatabaseError, connection

log = logging.getLogger(__name__)
SWEEP = "SELECT gin_clean_pending_list('stakeholder_search')"


@contextmanager
def sweeping() -> Iterator[Callable[[], None]]:
    """Within this, whoever calls what is yielded has new texts sorted into the index beside everything else."""
    wanted, over = Event(), Event()
    sweeper = Thread(target=_sweep, args=(wanted, over), name="sweeper", daemon=True)
    sweeper.start()
    try:
        yield wanted.set
    finally:
        over.set()
        wanted.set()
        sweeper.join()


def _sweep(wanted: Event, over: Event) -> None:
    """A sweep that fails costs nothing but speed: the server tidies up by itself in time."""
    try:
        while wanted.wait() and not over.is_set():
            wanted.clear()
            with connection.cursor() as cursor:
                cursor.execute(SWEEP)
    except DatabaseError:
        log.warning("The search index was not tidied while a file was saved", exc_info=True)
    finally:
        connection.close()
