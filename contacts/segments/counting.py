"""How many and who: quick answers while a segment is being made."""

from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import ngettext

from contacts.models import Stakeholder

CAP = 10_000
PATIENCE_MS = 4_000
SAMPLE = 10


@dataclass(frozen=True)
class Count:
    """A count that stops at CAP, or None when it would have taken too long."""

    number: int | None
    capped: bool = False

    def __str__(self) -> str:
        if self.number is None:
            return "…"
        number = f"{self.number:,}" + ("+" if self.capped else "")
        return ngettext("%(number)s person or organisation", "%(number)s people and organisations", self.number) % {
            "number": number
        }


def count(people: QuerySet) -> int:
    """Exactly how many, however long it takes."""
    return people.order_by().count()


def quick_count(people: QuerySet) -> Count:
    """How many, up to CAP, within PATIENCE_MS."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_MS)])
            number = people.order_by()[: CAP + 1].values("pk").count()
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError:
        return Count(None)
    return Count(min(number, CAP), capped=number > CAP)


def sample(people: QuerySet[Stakeholder]) -> list[Stakeholder]:
    """Ten of them by name, to see whether the rules mean what was meant."""
    return list(people.order_by("name", "pk")[:SAMPLE])
