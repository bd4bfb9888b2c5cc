"""The verbs of pairs: a person says that two are two, or takes that back. Merging is in `merging/`."""

from django.db import transaction
from django.utils import timezone

from contacts.identity.counting import forget_count
from contacts.identity.models import DuplicateCandidate
from crm.history import acting

State = DuplicateCandidate.State


@transaction.atomic
def dismiss(candidate: DuplicateCandidate, *, by) -> None:
    """Two different ones: no scan proposes this pair again. Saying it twice is fine."""
    _decide(candidate, State.DISMISSED, "dismiss", by)


@transaction.atomic
def undismiss(candidate: DuplicateCandidate, *, by) -> None:
    """It was a slip: the pair is to be looked at again."""
    _decide(candidate, State.OPEN, "undismiss", by)


def _decide(candidate: DuplicateCandidate, state: str, verb: str, by) -> None:
    if candidate.state == state:
        return
    dismissed = state == State.DISMISSED
    candidate.state = state
    candidate.decided_at = timezone.now() if dismissed else None
    candidate.decided_by = by if dismissed else None
    with acting(verb, by):
        candidate.save(update_fields=["state", "decided_at", "decided_by"])
    transaction.on_commit(forget_count, robust=True)
