"""A small file, and the whole book as plain rows, to be compared before and after."""

import json
from typing import Any

from django.apps import apps
from django.db import connection
from pghistory.models import Event

HEAD = ("E-mail", "First name", "Last name", "Phone", "Zip", "Tags", "Company", "Job title", "Types")
ANN = ("ann@example.org", "Ann", "Lee", "704-555-0100", "28202", "host; Donor", "Hope Fund", "Director", "Activist")
BO = ("bo@example.org", "Bo", "Ruiz", "704-555-0101", "28205", "Donor", "Hope Fund", "", "Activist")

APPS = ("contacts", "engagement", "campaigns")
REPORTS = {"ImportRun", "ImportRun_topics", "ImportRow", "ImportDecision", "Partner", "Partner_members", "PartnerFeed"}
"""About imports, not about people."""
APPENDED = {"Consent", "ConsentEvent"}
"""Only ever grows; `agreed` says what counts."""


def snapshot(*, without: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table about people, by table; the day of the last change is no part of it."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        name = model.__name__
        if model._meta.app_label not in APPS or issubclass(model, Event) or not model._meta.managed:
            continue
        if name in REPORTS | APPENDED | set(without):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t) - 'updated_at' FROM {model._meta.db_table} t ORDER BY t::text")  # noqa: S608
            found[model._meta.label] = [json.loads(row) for (row,) in cursor.fetchall()]
    found["agreed"] = agreed()
    return found


def agreed() -> list[tuple[int, int]]:
    """Who may be written to about what, as far as people's words go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stakeholder_id, topic_id FROM contacts_consent WHERE state = 'given' ORDER BY 1, 2")
        return cursor.fetchall()
