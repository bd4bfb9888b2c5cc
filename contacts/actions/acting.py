"""Who did it: what history keeps beside every change."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import pghistory

from crm.models import User

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
