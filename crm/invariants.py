"""What must always be true, each as one question to the database.

    INVARIANTS.add("one-mail-per-address", Invariant(_("No address …"), "SELECT … FROM … WHERE broken"))

`manage.py check_invariants` asks them all, and so does the clock once a night (`crm/actions/looking.py`), for the page
that shows whether they hold. The statement answers with one row for every place where the promise is broken: its first
column says which, by numbers and never by names.
"""

import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, OperationalError, connection, transaction
from django.urls import reverse
from django.utils.functional import Promise
from psycopg.errors import QueryCanceled

from crm.registries import Registry

log = logging.getLogger(__name__)

SHOWN = 20
"""Broken places named one by one; the rest are only counted."""

COUNTED = """
WITH broken (place) AS MATERIALIZED ({broken})
SELECT count(*), (SELECT array_agg(first.place::text) FROM (SELECT place FROM broken LIMIT {shown}) AS first)
FROM broken
"""
"""All is counted where the data lies: a promise may be broken at a million places."""


@dataclass(frozen=True)
class Invariant:
    """A promise in words, and the statement that finds where it is broken.

    `route` is the page of the thing whose number a place names first ("newsletter 12, message 345").
    """

    promise: str | Promise
    broken: str
    route: str = ""

    def page_of(self, place: str) -> str:
        """Where a broken place can be looked at; empty when it has no page."""
        number = re.search(r"\d+", place)
        return reverse(self.route, args=[number.group()]) if self.route and number else ""


@dataclass(frozen=True)
class Answer:
    """Whether one promise holds, and where it does not.

    `broken` counts places, of which `places` names the first ones; it is None when the question could not be answered,
    and `why_not` says why then: "slow" or "error".
    """

    key: str
    promise: str
    broken: int | None
    places: list[str]
    seconds: float = 0.0
    why_not: str = ""


INVARIANTS: Registry[Invariant] = Registry("invariant")


def ask_all() -> list[Answer]:
    """Ask every registered question, in the order of registration; an error in a statement is raised."""
    return [_ask(key, invariant) for key, invariant in INVARIANTS.items()]


def ask_each(patience: float) -> Iterator[Answer]:
    """The same one after the other, each for `patience` seconds at most; what cannot be answered says so."""
    for key, invariant in INVARIANTS.items():
        began = time.monotonic()
        try:
            yield _ask(key, invariant, patience)
        except DatabaseError as error:
            slow = isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled)
            log.warning("Whether “%s” holds could not be asked: %s", key, "it took too long" if slow else error)
            seconds = time.monotonic() - began
            yield Answer(key, str(invariant.promise), None, [], seconds, "slow" if slow else "error")


def _ask(key: str, invariant: Invariant, patience: float = 0) -> Answer:
    """One question, which can write nothing; `patience` in seconds, 0 for as long as it takes."""
    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{int(patience * 1000)}ms"])
        cursor.execute(COUNTED.format(broken=invariant.broken, shown=SHOWN))
        broken, places = cursor.fetchone()
    return Answer(key, str(invariant.promise), broken, places or [], time.monotonic() - began)
