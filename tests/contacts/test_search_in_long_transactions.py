"""The search text costs one look per person, also while somebody else sees tables that are empty to them."""

import pytest
from django.db import connection, transaction

from contacts.models import Stakeholder
from tests.factories import StakeholderFactory

BOOK, MORE = 120, 20
ENOUGH = 140_000
"""Looked up one by one it is about 21,000 rows; joined with wrong figures it was 695,000."""
READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
WHERE relname IN ('contacts_stakeholder', 'contacts_contactpoint')
"""


def rows_read() -> int:
    """Rows of people and addresses this transaction has read so far; a count of work, not of seconds."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def add(numbers: range) -> int:
    """Put people in the book one by one; gives the rows that were read for it."""
    before = rows_read()
    for number in numbers:
        StakeholderFactory(email=f"p{number}@example.org")
    return rows_read() - before


@pytest.mark.django_db(transaction=True)
def test_an_analyze_in_mid_transaction_makes_no_writer_read_the_book_again_and_again():
    other = connection.copy()
    try:
        with transaction.atomic():
            add(range(BOOK))
            with other.cursor() as cursor:
                cursor.execute("ANALYZE contacts_stakeholder")
                cursor.execute("ANALYZE contacts_contactpoint")
            read = add(range(BOOK, BOOK + MORE))
    finally:
        other.close()
    assert read < ENOUGH
    assert Stakeholder.objects.filter(search__contains=f"p{BOOK}@example.org").count() == 1
