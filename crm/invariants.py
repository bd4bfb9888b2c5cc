"""What must always be true, each as one question to the database; `manage.py check_invariants` asks them all.

    INVARIANTS.add("one-mail-per-address", Invariant(_("No address …"), "SELECT … FROM … WHERE broken"))

The statement answers with one row for every place where the promise is broken: its first column says
which, by numbers and never by names.
"""

from dataclasses import dataclass

from django.db import connection
from django.utils.functional import Promise

from crm.registries import Registry

SHOWN = 20
"""Broken places named one by one; the rest are only counted."""


@dataclass(frozen=True)
class Invariant:
    """A promise in words, and the statement that finds where it is broken."""

    promise: str | Promise
    broken: str


@dataclass(frozen=True)
class Answer:
    """Whether one promise holds, and where it does not."""

    key: str
    promise: str
    broken: int
    places: list[str]


INVARIANTS: Registry[Invariant] = Registry("invariant")


def ask_all() -> list[Answer]:
    """Ask every registered question, in the order of registration."""
    return [_ask(key, invariant) for key, invariant in INVARIANTS.items()]


def _ask(key: str, invariant: Invariant) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute(invariant.broken)
        places = [str(row[0]) for row in cursor.fetchmany(SHOWN)]
        rest = sum(1 for _row in cursor)
    return Answer(key, str(invariant.promise), len(places) + rest, places)
