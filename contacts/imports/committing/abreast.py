"""Two chunks abreast: while one is written, the next is, by a second connection. A large file is saved by both cores.

    the one ahead     … people, addresses, consent … words, organisations … rows, how far it is │ commit
    the one behind    … people, addresses, consent …                      waits for that commit │ words … │ commit

They may be written at once because they are about different people. What more than one person shares, and how far
the run is, waits for the one ahead: what comes out is what would have come out one after the other. Where that cannot
be had, because the book moved under the file or the one ahead shut an address of the one behind, that one begins anew.
"""

import copy
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from django.db import connection, transaction

from contacts.imports.committing.chunks import save_chunk
from contacts.imports.models import ImportRun
from contacts.imports.planning import SHUT
from contacts.imports.staging import staging_of
from contacts.imports.writing import Alone
from contacts.locks import having_the_book_alone
from crm.history import notes_of_this_deed, taking_part

log = logging.getLogger(__name__)
PATIENCE = "5s"
"""How long the one ahead waits for a row. Whoever it waits for might wait for it: it gives way, and goes alone."""

STRANGERS = """
SELECT NOT EXISTS (
    SELECT person FROM todo WHERE person IS NOT NULL AND at > %(start)s AND at <= %(middle)s
    INTERSECT SELECT person FROM todo WHERE person IS NOT NULL AND at > %(middle)s AND at <= %(end)s)
"""

SHUT_SINCE = f"""
SELECT EXISTS (SELECT leader FROM ({SHUT}) AS now EXCEPT SELECT leader FROM shut)
    OR EXISTS (SELECT FROM new_suppression n JOIN contacts_suppression x USING (fingerprint) WHERE x.channel = 'email')
"""  # noqa: S608 — only a constant is put in


class Outrun(Exception):
    """What the one behind was planned with is no longer so; nothing of it was kept."""


class Ahead(Alone):
    """The first of two chunks."""

    book_is_lent = True
    is_followed = True

    def __init__(self) -> None:
        self.numbered, self.over = Event(), Event()
        self.kept = False

    def number(self, numbering: Callable[[], object]) -> None:
        """Its people get the lower ids."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        numbering()
        self.numbered.set()

    def end(self, *, kept: bool) -> None:
        """Let the one behind go on."""
        self.kept = kept
        self.numbered.set()
        self.over.set()


class Behind(Alone):
    """The second; `run` is its own view of the run, which goes on where the one ahead stopped."""

    book_is_lent = True

    def __init__(self, run: ImportRun, ahead: Ahead, leader: ImportRun) -> None:
        self.run, self.ahead, self.leader = run, ahead, leader

    def before_matching(self) -> None:
        """Whom the book has now is known only once the one ahead is in it."""
        raise Outrun

    def number(self, numbering: Callable[[], object]) -> None:
        """Its people get the higher ids."""
        self.ahead.numbered.wait()
        numbering()

    def before_what_is_shared(self) -> None:
        """Wait for the one ahead, and see whether what we planned still holds."""
        self.ahead.over.wait()
        if not self.ahead.kept:
            raise Outrun
        with connection.cursor() as cursor:
            cursor.execute(SHUT_SINCE)
            if cursor.fetchone()[0]:
                raise Outrun
        self.run.marks = self.leader.marks


class Helper:
    """A second connection, in a thread of its own, that saves the chunk behind."""

    def __init__(self, notes: dict) -> None:
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="chunk-behind")
        self.deed = taking_part(notes)
        self.pool.submit(self.deed.__enter__).result()

    def save(self, run: ImportRun, bound: int, beside: Behind, *, by) -> Future:
        """Begin to save the rows up to `bound`."""
        return self.pool.submit(save_chunk, run, bound, _unheard, by=by, beside=beside)

    def leave(self) -> None:
        """Hang up."""
        self.pool.submit(self.deed.__exit__, None, None, None)
        self.pool.submit(_hang_up)
        self.pool.shutdown()


@contextmanager
def helped() -> Iterator[Helper | None]:
    """Somebody to save with; nobody inside a transaction of the caller, into which no second connection can see."""
    if connection.in_atomic_block:
        yield None
        return
    helper = Helper(notes_of_this_deed())
    try:
        yield helper
    finally:
        helper.leave()


def may_go_abreast(run: ImportRun, middle: int, end: int) -> bool:
    """Whether no person of the book is meant both before and after line `middle`."""
    with transaction.atomic(), staging_of(run), connection.cursor() as cursor:
        cursor.execute(STRANGERS, {"start": run.reached, "middle": middle, "end": end})
        return cursor.fetchone()[0]


def save_abreast(
    run: ImportRun, middle: int, end: int, told: Callable[[int, str], None], helper: Helper, *, by
) -> bool:
    """Save the chunks up to `middle` and `end` at once; False when the second must be saved by itself.

    Raises what the one ahead raises, then what the one behind does; what was kept is kept.
    """
    ahead, other = Ahead(), copy.copy(run)
    other.reached = middle
    with having_the_book_alone():
        behind = helper.save(other, end, Behind(other, ahead, run), by=by)
        try:
            save_chunk(run, middle, told, by=by, beside=ahead)
        except BaseException:
            ahead.end(kept=False)
            behind.exception()
            raise
        ahead.end(kept=True)
        try:
            behind.result()
        except Outrun:
            log.info("Import %s goes on one chunk after the other", run.pk)
            return False
    run.reached, run.marks = other.reached, other.marks
    return True


def _hang_up() -> None:
    """Close the connection of the thread that runs this."""
    connection.close()


def _unheard(_percent: int, _message: str) -> None:
    """The one ahead says how far the run is."""
