"""News of an import for the rest of the house: who left, which addresses are shut, that people came; told on commit."""

from collections.abc import Iterator

from django.db import connection, transaction

from contacts.models import ConsentEvent, Suppression
from contacts.signals import address_suppressed, consent_withdrawn
from crm.bell import ring

LEFT = """
SELECT person, array_agg(topic) FROM new_word WHERE action = 'withdrawn' AND person IS NOT NULL GROUP BY person
"""
SHUT = "SELECT fingerprint FROM new_suppression"


def tell_the_house() -> None:
    """Send the signals of consent and suppression on commit, for people who were in the book before."""
    left = list(_rows(LEFT))
    shut = [fingerprint for (fingerprint,) in _rows(SHUT)]
    if left or shut:
        transaction.on_commit(lambda: _tell(left, shut))


def let_duplicates_be_looked_for() -> None:
    """A file was saved or taken back, by whichever door: somebody may be in the book twice now, or no longer."""
    ring("contacts.tasks.find_duplicates")


def _rows(query: str) -> Iterator[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        yield from cursor.fetchall()


def _tell(left: list[tuple[int, list[int]]], shut: list[str]) -> None:
    for person, topics in left:
        consent_withdrawn.send_robust(ConsentEvent, stakeholder_id=person, topic_ids=topics)
    for fingerprint in shut:
        address_suppressed.send_robust(Suppression, fingerprint=fingerprint)
