"""Looking for duplicates in the whole book: the verb behind the nightly scan, the command and every import."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import gettext as _

from contacts.identity.counting import forget_count
from contacts.identity.models import DuplicateCandidate
from contacts.identity.scanning import queries
from contacts.identity.scanning.pairing import batches_of_pairs, count_pairs, pair_up, read_book
from contacts.identity.scanning.settling import EVERYBODY, settle
from contacts.identity.scanning.sketching import refresh_sketches
from crm.errors import Refused

LOCK = 7401
"""Class of the advisory lock that lets one scan run at a time."""

Told = Callable[[int, str], None]


class BeingScanned(Refused):
    """Another scan is under way."""


@dataclass
class Report:
    """What a scan came to; `crowded` says how many keys of a kind were shared by too many to be compared."""

    people: int = 0
    looked_at: int = 0
    compared: int = 0
    pairs: int = 0
    new: int = 0
    seconds: float = 0.0
    crowded: dict[str, int] = field(default_factory=dict)


def scan(*, full: bool = False, told: Told = lambda percent, message: None) -> Report:
    """Bring the list of pairs that may be one up to date; with `full` everybody is compared anew, else who changed.

    Every batch is saved as it is done: a scan that is killed harms nothing, and the next one goes on where it
    stopped. `told` hears percent and words. Raises BeingScanned while another scan runs.
    """
    started = time.monotonic()
    report = Report()
    with _alone(), _own_tables():
        refresh_sketches(lambda done: told(min(20, done // 5_000), _("%(count)d read") % {"count": done}))
        if full:
            _execute(queries.ALL_DUE)
        report.looked_at, report.people = _due()
        if report.looked_at:
            told(25, _("Finding out who could be whom"))
            report.crowded = pair_up()
            _weigh_all(report, told)
    report.pairs = DuplicateCandidate.objects.open().likely().count()
    forget_count()
    report.seconds = round(time.monotonic() - started, 1)
    return report


def _weigh_all(report: Report, told: Told) -> None:
    book, pairs, after = read_book(), count_pairs(), 0
    _execute(queries.FOUND)
    for batch in batches_of_pairs():
        upto = batch[-1][0]
        _likely, new = settle(batch, book, after=after, upto=upto)
        after = upto
        report.new += new
        report.compared += len(batch)
        told(30 + 69 * report.compared // pairs, _("%(count)d pairs compared") % {"count": report.compared})
    settle([], book, after=after, upto=EVERYBODY)


def _due() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(queries.COUNTS)
        _persons, due, everyone = cursor.fetchone()
        return due, everyone


def _execute(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)


@contextmanager
def _alone() -> Iterator[None]:
    """One scan at a time; the lock falls with the connection, so a killed worker holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [LOCK])
        if not cursor.fetchone()[0]:
            raise BeingScanned(_("Duplicates are being looked for at this moment."))
    try:
        yield
    finally:
        _tidy(f"SELECT pg_advisory_unlock({LOCK}, 0)")


@contextmanager
def _own_tables() -> Iterator[None]:
    """The temporary tables of a scan and memory to sort them, given back when it ends."""
    _execute(queries.DROP)
    _execute("SET work_mem = '64MB'; SET jit = off")
    try:
        yield
    finally:
        _tidy(queries.DROP)
        _tidy("RESET work_mem; RESET jit")


def _tidy(query: str) -> None:
    """Give back what the session holds; a connection that is gone holds nothing."""
    if connection.is_usable():
        _execute(query)
