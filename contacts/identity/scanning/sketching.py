"""Sketches: what the rules compare of everybody, kept so that only those who changed are read again."""

from collections.abc import Callable, Iterator

from django.db import connection, transaction

from contacts.identity.rules import VERSION, traits_of
from contacts.identity.scanning import queries
from contacts.identity.scanning.facts import ITEM, pack
from contacts.identity.scanning.keys import keys_of

BATCH = 5_000


def refresh_sketches(told: Callable[[int], None]) -> int:
    """Sketch everybody who changed since they were sketched, and forget who is gone; gives how many were sketched."""
    done = 0
    with connection.cursor() as cursor:
        cursor.execute(queries.FORGET_GONE)
        cursor.execute(queries.SKETCHES)
    for rows in _changed():
        _take(rows)
        done += len(rows)
        told(done)
    return done


def _changed() -> Iterator[list[tuple]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(queries.CHANGED, [f"{VERSION} "])
        while rows := cursor.fetchmany(BATCH):
            yield rows


@transaction.atomic
def _take(rows: list[tuple]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE new_sketch")
        with cursor.copy("COPY new_sketch (stakeholder_id, digest, facts, keys) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(_sketch(row))
        cursor.execute(queries.TAKE_SKETCHES)


def _sketch(row: tuple) -> tuple:
    pk, kind, first, last, name, zip_code, language, emails, phones, streets, organisations, digest = row
    one = traits_of(
        kind=kind,
        first=first,
        last=last,
        name=name,
        zip=zip_code,
        language=language,
        emails=emails.split(),
        phones=phones.split(),
        streets=streets.split(ITEM) if streets else (),
        organisations=organisations.split(),
    )
    return pk, digest, pack(one), keys_of(one)
