"""What a run is told about everybody in its file: how people are known again, what is done with them, what they get."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.imports.errors import NotReady
from contacts.imports.models import TERMS_CHANGED, ImportRun, Partner
from contacts.models.taxonomy import Topic
from crm.history import acting

State = ImportRun.State
CHANGEABLE = (State.RECEIVED, State.ASKING, State.CHECKED, State.REFUSED, State.FAILED, State.CANCELLED)
"""States in which nobody works on a file and it is not saved."""


@dataclass(frozen=True)
class Policy:
    """The terms of one file; without a word it fills blanks by the narrow rule and adds nothing."""

    matches: str = ImportRun.Matches.FILL
    rule: str = ImportRun.Rule.NARROW
    blanks: bool = False
    system: str = ""
    tags: tuple[str, ...] = ()
    occasion: str = ""
    consented_on: date | None = None

    def as_fields(self) -> dict[str, object]:
        """The policy as the fields of a run; an empty cell can only empty what the file may change."""
        tags = list(
            {" ".join(tag.split()).lower(): " ".join(tag.split())[:100] for tag in self.tags if tag.strip()}.values()
        )
        return {
            "matches": self.matches,
            "rule": self.rule,
            "blanks": self.blanks and self.matches == ImportRun.Matches.UPDATE,
            "system": "-".join(self.system.lower().split())[:40],
            "tags": tags,
            "occasion": self.occasion,
            "consented_on": self.consented_on,
        }


AS_ALWAYS = Policy()


def policy_of(run: ImportRun) -> Policy:
    """The terms of a run, for another file on the same ones."""
    return Policy(run.matches, run.rule, run.blanks, run.system, tuple(run.tags), run.occasion, run.consented_on)


def latest_of(partner: Partner) -> ImportRun | None:
    """The last file of a partner that was taken, whose terms the next one most likely shares."""
    good = (State.CHECKED, State.COMMITTED)
    return partner.runs.filter(state__in=good).order_by("-created_at").first()


def may_change(run: ImportRun) -> bool:
    """Whether the terms of a file may still be changed: nothing of it is in the book and nobody works on it."""
    return run.state in CHANGEABLE and not run.marks


@transaction.atomic
def change_terms(run: ImportRun, policy: Policy, *, topics: Iterable[Topic], wording: str, by) -> None:
    """Give a file that is not saved other terms; it must be checked again. Raises NotReady.

    History keeps the terms as they were, who changed them, and the topics before and after.
    """
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if not may_change(current):
        raise NotReady(_("This file is being worked on or saved already; its terms stay as they are."))
    facts, topics, were = policy.as_fields() | {"consent_wording": wording}, set(topics), set(current.topics.all())
    if topics == were and all(getattr(current, name) == value for name, value in facts.items()):
        return
    told = {"source": f"import {run.pk}", "topics": _slugs(topics), "topics_before": _slugs(were)}
    with acting("change_terms", by, **told):
        pghistory.create_event(current, label=TERMS_CHANGED)
    for name, value in facts.items():
        setattr(run, name, value)
    run.save(update_fields=list(facts))
    run.topics.set(topics)


def _slugs(topics: Iterable[Topic]) -> str:
    return ", ".join(sorted(topic.slug for topic in topics))
