"""What a run is told about everybody in its file: how people are known again, what is done with them, what they get."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.imports.errors import NotReady
from contacts.imports.models import ImportRun, Partner
from contacts.models.taxonomy import Topic

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
def change_terms(run: ImportRun, policy: Policy, *, topics: Iterable[Topic], wording: str) -> None:
    """Give a file that is not saved other terms; it must be checked again. Raises NotReady."""
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if not may_change(current):
        raise NotReady(_("This file is being worked on or saved already; its terms stay as they are."))
    for name, value in (policy.as_fields() | {"consent_wording": wording}).items():
        setattr(run, name, value)
    run.save(update_fields=[*policy.as_fields(), "consent_wording"])
    run.topics.set(topics)
