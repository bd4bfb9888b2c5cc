"""Whether workers listen, for rooms that do not know how workers give a sign of life."""

from collections.abc import Callable

from crm.registries import Registry

LISTENING: Registry[Callable[[str], bool | None]] = Registry("way to ask for workers")
"""The wiring says how it is asked (`config/apps.py`)."""


def listens(queue: str) -> bool | None:
    """Whether a worker listens to `queue`; None when that cannot be known now."""
    answers = [ask(queue) for ask in LISTENING]
    return any(answers) if any(answer is not None for answer in answers) else None
