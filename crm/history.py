"""History knows who did it and what for: verbs and tasks say so with `acting`.

    with acting(by, "launch campaign"):
        ...

The triggers keep this beside every change, bulk writes too; the outermost `acting` (or the web
request around it) is one entry in the history, inner ones add to it.
"""

import pghistory

from crm.models import User


def acting(by: User | None, verb: str) -> pghistory.context:
    """Changes made inside are kept as done by `by` through `verb`."""
    if by is None:
        return pghistory.context(verb=verb)
    return pghistory.context(verb=verb, user=by.pk)
