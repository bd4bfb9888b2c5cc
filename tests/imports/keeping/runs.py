"""A file whose words are looked for, and runs that grow old."""

from datetime import timedelta

from django.db import connection

from contacts.imports.models import ImportRun
from tests.imports.conftest import csv_of

HEAD = ("E-mail", "First name", "Last name", "Type", "Zip")
FILE = csv_of(
    HEAD, ("zoraida@example.org", "Zoraida", "Quintanilla", "Weaver of Zacatecas", "28205"),
    ("zoraida at example", "Zoraida", "Quintanilla", "", ""), ("ann@example.org", "A.", "Lee", "", ""),
)  # fmt: skip
WORDS = ("zoraida", "quintanilla", "zacatecas")
UNSAVED, SAVED = timedelta(days=30), timedelta(days=180)


def later(run: ImportRun, days: timedelta) -> None:
    """Let so much time go by since anything was said about the run."""
    times = ("created_at", "asked_at", "committed_at", "reverted_at")
    run.refresh_from_db()
    ImportRun.objects.filter(pk=run.pk).update(
        **{name: getattr(run, name) - days for name in times if getattr(run, name)}
    )
    for decision in run.decisions.all():
        type(decision).objects.filter(pk=decision.pk).update(at=decision.at - days)
    run.refresh_from_db()


def kept_words(*tables: str) -> list[str]:
    """Tables that still hold words of the file."""
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT row::text FROM {table} AS row")  # noqa: S608 — names of tables
            if any(word in text.lower() for (text,) in cursor.fetchall() for word in WORDS):
                found.append(table)
    return found


OF_A_RUN = ("contacts_importrun", "contacts_importrow", "contacts_importdecision", "crm_job", "contacts_partnerfeed")
