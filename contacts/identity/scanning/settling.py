"""Weighing pairs and keeping what was found, a batch at a time; each batch is saved whole or not at all."""

import json
from collections.abc import Iterable, Iterator

from django.db import IntegrityError, OperationalError, connection, transaction

from contacts.identity.rules import POSSIBLE, Book, Traits, weigh
from contacts.identity.scanning import queries
from contacts.identity.scanning.facts import unpack
from contacts.identity.scanning.keys import Kind

TRIES = 3
EVERYBODY = 2**62

Pair = tuple[int, int, int]


def settle(pairs: list[Pair], book: Book, *, after: int, upto: int) -> tuple[int, int]:
    """Keep the likely ones of `pairs`, let vanish what no longer holds of those after `after` and up to `upto`.

    Gives how many pairs are likely and how many of them are new. Somebody who is merged or erased at the same
    moment makes the batch start over.
    """
    found = list(_weighed(pairs, book))
    for attempt in range(1, TRIES + 1):
        try:
            return len(found), _keep(found, after, upto)
        except (IntegrityError, OperationalError):
            if attempt == TRIES:
                raise
    raise AssertionError("the last try either answers or raises")


def _weighed(pairs: Iterable[Pair], book: Book) -> Iterator[tuple[int, int, int, str]]:
    traits = _traits({pk for anchor, other, _sharing in pairs for pk in (anchor, other)})
    for anchor, other, sharing in pairs:
        one, two = sorted((anchor, other))
        if one not in traits or two not in traits:
            continue
        score, reasons = weigh(traits[one], traits[two], book, sharing=sharing)
        if score >= POSSIBLE:
            yield one, two, score, json.dumps(reasons)


def _traits(ids: set[int]) -> dict[int, Traits]:
    with connection.cursor() as cursor:
        cursor.execute(queries.FACTS, [int(Kind.NAME), sorted(ids)])
        return {pk: unpack(pk, facts, namesakes) for pk, facts, namesakes in cursor.fetchall()}


@transaction.atomic
def _keep(found: list[tuple[int, int, int, str]], after: int, upto: int) -> int:
    settled = {"after": after, "upto": upto}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE scan_found")
        with cursor.copy("COPY scan_found (one, other, score, reasons) FROM STDIN") as copy:
            for row in found:
                copy.write_row(row)
        cursor.execute(queries.VANISH, settled)
        cursor.execute(queries.KEEP)
        new = sum(inserted for (inserted,) in cursor.fetchall())
        cursor.execute(queries.SETTLED, settled)
    return new
