"""Who meets whom: those who share a key, unless too many share it."""

from collections.abc import Iterator

from django.db import connection

from contacts.identity.rules import Book
from contacts.identity.rules.nicknames import whole
from contacts.identity.scanning import queries
from contacts.identity.scanning.keys import CONTACT, MOST, Kind

PAIRS_AT_ONCE = 8_000
FEW = 5
"""Up to one in so many due, only their keys are gathered."""
_MOST = [MOST.get(Kind(number), 0) if number in list(Kind) else 0 for number in range(16)]


def pair_up() -> dict[str, int]:
    """Fill the temporary table of pairs; gives how many keys of each kind were passed over as too many share them."""
    limits = {"most": _MOST, "contact": list(map(int, CONTACT))}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_sketch")
        _persons, due, everyone = _counts(cursor)
        only = queries.ONLY_DUE if due * FEW < everyone else ""
        cursor.execute(queries.BLOCKS.format(only=only))
        cursor.execute(queries.BLOCKS_BY_NAME % int(Kind.NAME))
        cursor.execute("ANALYZE scan_block")
        cursor.execute(queries.CROWDED, limits)
        crowded = {Kind(number).name.lower(): keys for number, keys in cursor.fetchall()}
        cursor.execute(queries.PAIRS, limits)
    return crowded


def read_book() -> Book:
    """How many people there are, and how common each name and zip code is."""
    with connection.cursor() as cursor:
        persons, _due, _everyone = _counts(cursor)
        firsts: dict[str, int] = {}
        for name, number in _rows(cursor, queries.FIRSTS):
            firsts[whole(name)] = firsts.get(whole(name), 0) + number
        lasts, zips = dict(_rows(cursor, queries.LASTS)), dict(_rows(cursor, queries.ZIPS))
        cursor.execute(queries.CROWDED_PHONES)
        return Book(persons, firsts, lasts, zips, cursor.fetchone()[0] / max(1, persons) ** 2)


def batches_of_pairs() -> Iterator[list[tuple[int, int, int]]]:
    """The pairs as (anchor, other, how many share what they share), thousands at a time, no anchor in two batches."""
    batch: list[tuple[int, int, int]] = []
    with connection.chunked_cursor() as cursor:
        cursor.execute(queries.PAIRS_IN_ORDER)
        while rows := cursor.fetchmany(PAIRS_AT_ONCE):
            for row in rows:
                if len(batch) >= PAIRS_AT_ONCE and row[0] != batch[-1][0]:
                    yield batch
                    batch = []
                batch.append(row)
    if batch:
        yield batch


def count_pairs() -> int:
    """How many pairs are to be weighed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scan_pair")
        return cursor.fetchone()[0]


def _counts(cursor) -> tuple[int, int, int]:
    cursor.execute(queries.COUNTS)
    return cursor.fetchone()


def _rows(cursor, query: str) -> list[tuple[str, int]]:
    cursor.execute(query)
    return cursor.fetchall()
