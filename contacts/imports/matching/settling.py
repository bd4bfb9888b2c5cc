"""Runs the queries and the rules of matching in order, until every row of the file has its fate."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from django.db import connection

from contacts.imports.cleaning.names import Name, compared, split_full_name
from contacts.imports.matching import queries
from contacts.imports.matching.groups import (
    Member,
    Rule,
    Tie,
    goes_with,
    same_name,
    same_name_and_no_other_phone,
    same_organisation,
    settle_group,
)
from contacts.imports.matching.numbers import tie_by_number
from contacts.imports.models import ImportRun
from contacts.imports.staging import KEPT, Tables

BATCH = 5_000


def match(tables: Tables = KEPT, *, rule: str = ImportRun.Rule.NARROW, apart: str = "") -> None:
    """Make the table `fate`: for each good row its leader (itself, or the row it repeats), its person in
    the book if there is one, and whether it could be several. Needs staged rows.

    By the rule NUMBER nothing but a number in the partner's system tells who somebody is. `apart` is SQL that is
    true of the `{person}` with whom rows may be compared; empty means everybody.
    """
    everybody = f" AND {apart}" if apart else ""
    with connection.cursor() as cursor:
        cursor.execute(tables.made(queries.TIES))
        cursor.execute(tables.made(queries.FATES))
        tie_by_number(cursor, tables, everybody.format(person="e.stakeholder_id"))
        if rule == ImportRun.Rule.NUMBER:
            cursor.execute(tables.made(queries.NOBODY_MET))
            _decide(cursor)
            return
        cursor.execute(tables.made(queries.MET.format(apart=everybody.format(person="b.stakeholder_id"))))
        cursor.execute(tables.made(queries.ALONE))
        cursor.execute(queries.EASY)
        cursor.execute("CREATE INDEX ON tie (line)")
        cursor.execute("ANALYZE tie")
        cursor.execute(tables.made(queries.KNOTS))
        _settle(queries.KNOT_MEMBERS, goes_with)
        _decide(cursor)
        cursor.execute(tables.made(queries.SEEKERS))
        cursor.execute("SELECT EXISTS (SELECT FROM seeker)")
        if cursor.fetchone()[0]:
            _seek(cursor, everybody.format(person="b.id"))


def _seek(cursor, apart: str) -> None:
    """Settle the rows that no address settles, from the surest sign to the weakest."""
    for members, rule in (
        (queries.PHONE_MEMBERS, same_name),
        (queries.PLACE_MEMBERS, same_name_and_no_other_phone),
        (queries.ORGANISATION_MEMBERS, same_organisation),
    ):
        if _settle(members.format(apart=apart), rule):
            _decide(cursor)
            cursor.execute(queries.FORGET_SETTLED)


def _decide(cursor) -> None:
    """Draw the conclusions from all ties so far."""
    cursor.execute(queries.FATE_FROM_TIES)
    for _round in range(2):
        _until_stable(cursor, queries.FOLLOW)
        cursor.execute(queries.AGREE)
        _until_stable(cursor, queries.SAME_PERSON)
    _until_stable(cursor, queries.VAGUE_LEADERS)


def _until_stable(cursor, query: str) -> None:
    cursor.execute(query)
    while cursor.rowcount:
        cursor.execute(query)


def _settle(members: str, rule: Rule) -> bool:
    """Look at each group of `members` and keep what became known; tells whether anything did."""
    found = False
    for batch in _batches(_ties(members, rule)):
        found = True
        with connection.cursor() as cursor, cursor.copy("COPY tie (line, person, leader, vague) FROM STDIN") as copy:
            for tie in batch:
                copy.write_row(tie)
    return found


def _batches(ties: Iterable[Tie]) -> Iterator[list[Tie]]:
    batch: list[Tie] = []
    for tie in ties:
        batch.append(tie)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _ties(members: str, rule: Rule) -> Iterator[Tie]:
    for _key, rows in groupby(_stream(members), key=itemgetter(0)):
        yield from settle_group((_member(row) for row in rows), rule)


def _stream(query: str) -> Iterator[tuple]:
    """Rows of a query a few thousand at a time, so that memory does not grow with the file."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def _member(row: tuple) -> Member:
    _key, line, person, leader, kind, first, last, name, first_key, last_key, zip_code, phone = row
    known = person is not None and line is None
    compared_name = name_in_book(kind, first, last, name) if known else Name(first_key, last_key)
    return Member(line, person, leader, kind, compared_name, zip_code, phone)


def name_in_book(kind: str, first: str, last: str, name: str) -> Name:
    """The comparable name of a stakeholder; a name that is an address is none."""
    if kind == "organisation":
        return compared("", name)
    if not first and not last and "@" not in name:
        first, last = split_full_name(name)
    return compared(first, last)
