"""A definition after it was checked: a small tree of groups, negations and rules."""

from dataclasses import dataclass
from typing import Any

from contacts.segments.registry import Criterion


@dataclass(frozen=True)
class Rule:
    """One comparison. `value` is what the criterion is asked with, `labels` the same in words for people."""

    criterion: Criterion
    op: str
    value: Any
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """All or any of its children."""

    any: bool
    children: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    """Whoever does not fulfil the child."""

    child: "Node"


Node = Rule | Group | Not
