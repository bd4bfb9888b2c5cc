"""Files as tools write them, and what became of their people."""

from contacts.models import Consent, ContactPoint, Stakeholder, Suppression
from tests.imports.conftest import csv_of


def file_of(headings: str, *rows: dict[str, str]) -> bytes:
    """A file with all the headings (separated by bars) and a few filled cells in each row."""
    head = headings.split("|")
    for row in rows:
        assert set(row) <= set(head), set(row) - set(head)
    return csv_of(head, *([row.get(heading, "") for heading in head] for row in rows))


def named(email: str) -> Stakeholder:
    """Whose address it is."""
    return Stakeholder.objects.get(contact_points__normalized=email)


def given() -> set[str]:
    """Addresses of people who agreed to something."""
    people = Consent.objects.filter(state="given").values("stakeholder")
    return set(ContactPoint.objects.filter(kind="email", stakeholder__in=people).values_list("normalized", flat=True))


def shut() -> dict[str, str]:
    """Addresses that must not be mailed, and why."""
    return dict(Suppression.objects.values_list("address", "reason"))


def told(run) -> str:
    """What the sender is told."""
    return " ".join(warning["text"] for warning in run.warnings)
