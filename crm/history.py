"""Who changed what: kept by triggers of the database, read here in plain words.

Verbs and tasks say who acts and what for, and the triggers keep it beside every change, bulk writes too:

    with acting("launch_campaign", by):
        ...

The outermost `acting` (or the web request around it) is one entry of the history; inner ones add to it.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pghistory
from django.apps import apps
from django.db.models import Count, Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.models import Context, Event

from crm.models import User
from crm.registries import Registry

PER_PAGE = 40
NAMED_BY = ("name", "title_en", "email", "value", "address")
"""The first of these that a thing has names it."""
DEEDS: dict[str, str | Promise] = {
    "insert": gettext_lazy("added"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("removed"),
    "said_again": gettext_lazy("said again"),
    "taken_back": gettext_lazy("taken back"),
}
ENGINE = "engine"
"""Who does what nobody asked for: `acting("pause_for", doer=ENGINE)`."""
VERBS: Registry[str | Promise] = Registry("words for a verb")
"""What each verb is called on the page; every app adds its own in its `deeds.py`."""


@dataclass(frozen=True)
class Change:
    """So many things of one kind were added, changed or removed; `sample` names one of them."""

    deed: str
    kind: str
    count: int
    sample: str


@dataclass
class Entry:
    """One deed of one person: a request, or a verb with everything it wrote."""

    at: datetime
    who: str
    why: str
    changes: list[Change] = field(default_factory=list)


_verb: ContextVar[str | None] = ContextVar("verb", default=None)


@contextmanager
def acting(verb: str, by: User | None = None, **facts: str) -> Iterator[None]:
    """Within this, history notes the verb, the acting user (`by`, None for the person themselves) and `facts`.

    A verb that calls others stays the one that history names. Facts must be free of personal data:
    they outlive an erasure.
    """
    outer = _verb.get()
    notes = {**facts, **({"user": by.pk} if by else {}), **({} if outer else {"verb": verb})}
    token = _verb.set(outer or verb)
    try:
        with pghistory.context(**notes):
            yield
    finally:
        _verb.reset(token)


def notes_of_this_deed() -> dict[str, Any]:
    """What history notes within the current `acting`, for a thread that does a part of it."""
    with pghistory.context() as deed:
        return dict(deed.metadata)


@contextmanager
def taking_part(notes: dict[str, Any]) -> Iterator[None]:
    """Within this, another thread's share of a deed is noted as the deed is; an entry of its own, as its writes are."""
    token = _verb.set(notes.get("verb"))
    try:
        with pghistory.context(**notes):
            yield
    finally:
        _verb.reset(token)


def tracked() -> dict[str, Any]:
    """Every kind of thing whose changes are kept: its label ("contacts.stakeholder") and its events."""
    events: list[Any] = [model for model in apps.get_models() if issubclass(model, Event)]
    return {model.pgh_tracked_model._meta.label_lower: model for model in events}


def entries(*, kind: str = "", before: datetime | None = None) -> list[Entry]:
    """The latest entries, newest first; only those that touched `kind`, or were made before `before`."""
    kinds = {kind: tracked()[kind]} if kind in tracked() else tracked()
    contexts = Context.objects.order_by("-created_at")
    if before is not None:
        contexts = contexts.filter(created_at__lt=before)
    if kind in tracked():
        contexts = contexts.filter(pk__in=kinds[kind].objects.values("pgh_context"))
    latest = list(contexts[:PER_PAGE])
    changes = _changes([context.pk for context in latest], kinds)
    names = _names(latest)
    return [
        Entry(
            at=context.created_at,
            who=_who(context.metadata, names),
            why=_why(context.metadata),
            changes=changes[context.pk],
        )
        for context in latest
        if changes[context.pk]
    ]


def _changes(contexts: list, kinds: dict[str, Any]) -> dict:
    """What each context wrote, counted by kind and deed."""
    found: dict = defaultdict(list)
    for model in kinds.values():
        counted = (
            model.objects.filter(pgh_context__in=contexts)
            .values("pgh_context", "pgh_label")
            .annotate(count=Count("pgh_id"), sample=Max("pgh_id"))
            .order_by("pgh_context", "pgh_label")
        )
        groups = list(counted)
        samples = model.objects.in_bulk([group["sample"] for group in groups])
        for group in groups:
            change = _in_words(model, group, samples[group["sample"]])
            found[group["pgh_context"]].append(change)
    return found


def _in_words(model: Any, group: dict, sample: Event) -> Change:
    thing = model.pgh_tracked_model
    meta = thing._meta
    words = meta.verbose_name if group["count"] == 1 else meta.verbose_name_plural
    return Change(
        deed=str(DEEDS.get(group["pgh_label"], group["pgh_label"])),
        kind=str(words),
        count=group["count"],
        sample=next((str(name) for field in NAMED_BY if (name := getattr(sample, field, ""))), ""),
    )


def _names(contexts: list) -> dict[int, str]:
    """Names of the people who acted, in one query."""
    people = {context.metadata.get("user") for context in contexts} - {None}
    return {pk: str(user) for pk, user in User.objects.in_bulk(people).items()}


def _who(metadata: dict, names: dict[int, str]) -> str:
    """Whoever acted: a person, the house by itself, or somebody who was not signed in."""
    nobody = _("the house, by itself") if metadata.get("doer") == ENGINE else _("nobody signed in")
    return names.get(metadata.get("user", 0), nobody)


def _why(metadata: dict) -> str:
    """The verb, else where on the site it was done."""
    if verb := metadata.get("verb"):
        return str(VERBS.get(verb) or verb)
    return _("in the back office") if str(metadata.get("url", "")).startswith("/admin/") else _("on the site")
